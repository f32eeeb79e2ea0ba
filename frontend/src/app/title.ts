import { renameDocument } from "./api.ts";
import { debounce, h } from "./dom.ts";
import { strings } from "./strings.ts";

/** The title of the document, which one changes where it stands. */
export class TitleField {
  readonly element = h("input", {
    class: "title",
    "aria-label": strings.title,
    placeholder: strings.untitled,
    maxlength: "200",
    autocomplete: "off",
    spellcheck: "false",
  });
  #id: string;
  #saved = "";

  /** `leave` is called when the user is done with the title. */
  constructor(id: string, leave: () => void) {
    this.#id = id;
    const later = debounce(700, () => void this.#save());
    this.element.addEventListener("input", later);
    this.element.addEventListener("change", () => {
      later.cancel();
      void this.#save();
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") {
        later.cancel();
        this.element.value = this.#saved;
      }
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault(); // or the key goes on to the text
      leave();
    });
  }

  /** Shows the title that the server has, but not over what the user is writing there. */
  show(title: string): void {
    const writing = document.activeElement === this.element && this.element.value !== this.#saved;
    this.#saved = title;
    if (!writing) this.element.value = title;
    document.title = `${title || strings.untitled} · ${strings.product}`;
  }

  setReadOnly(readOnly: boolean): void {
    this.element.readOnly = readOnly;
  }

  async #save(): Promise<void> {
    const title = this.element.value.trim();
    if (title === this.#saved) return;
    try {
      const answer = await renameDocument(this.#id, title);
      this.element.removeAttribute("aria-invalid");
      this.element.title = "";
      this.show(answer.title);
    } catch {
      // What was written stays in the field, and the next change or blur tries again.
      this.element.setAttribute("aria-invalid", "true");
      this.element.title = strings.renameFailed;
    }
  }
}
