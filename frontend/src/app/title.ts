import { ApiError, getDocument, renameDocument } from "./api.ts";
import { h } from "./dom.ts";
import { strings } from "./strings.ts";
import { TitleSync, titleUnits } from "./title-sync.ts";

/** The title of the document, which several people can change where it stands. */
export class TitleField {
  readonly element = h("input", {
    class: "title",
    "aria-label": strings.title,
    placeholder: strings.untitled,
    maxlength: String(titleUnits),
    autocomplete: "off",
    spellcheck: "false",
  });
  #sync: TitleSync;

  /** `leave` is called when the user is done with the title, `changed` when `unsaved` may be another. */
  constructor(id: string, leave: () => void, changed: () => void) {
    const field = this.element;
    this.#sync = new TitleSync({
      save: (title, was) => save(id, title, was),
      show: (title, position) => this.#put(title, position),
      changed: () => {
        field.toggleAttribute("data-unsaved", this.#sync.unsaved);
        if (this.#sync.failed) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
        field.title = this.#sync.failed ? strings.renameFailed : "";
        document.title = `${field.value.trim() || strings.untitled} · ${strings.product}`;
        changed();
      },
    });
    field.addEventListener("input", () => this.#sync.typed(field.value));
    field.addEventListener("change", () => this.#sync.flush());
    field.addEventListener("compositionstart", () => this.#sync.compose(true));
    field.addEventListener("compositionend", () => {
      this.#sync.typed(field.value);
      this.#sync.compose(false);
    });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
      event.preventDefault(); // or the key goes on to the text
      leave();
    });
  }

  /** Whether what is written there has not reached the server. */
  get unsaved(): boolean {
    return this.#sync.unsaved;
  }

  /** Takes the title that the server has; what the user is writing there is kept. */
  show(title: string): void {
    this.#sync.heard(title);
  }

  /** Tries to save now what could not be saved before. */
  retry(): void {
    if (this.#sync.failed) this.#sync.flush();
  }

  setReadOnly(readOnly: boolean): void {
    this.element.readOnly = readOnly;
    this.#sync.stop(readOnly);
  }

  #put(title: string, position: (at: number) => number): void {
    const field = this.element;
    const { selectionStart, selectionEnd, selectionDirection } = field;
    field.value = title;
    if (document.activeElement !== field || selectionStart === null || selectionEnd === null) return;
    field.setSelectionRange(position(selectionStart), position(selectionEnd), selectionDirection ?? "none");
  }
}

async function save(id: string, title: string, was: string): Promise<{ saved: boolean; title: string }> {
  try {
    return { saved: true, title: (await renameDocument(id, title, was)).title };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "title_changed") throw error;
    return { saved: false, title: (await getDocument(id)).title };
  }
}
