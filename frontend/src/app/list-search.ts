import { maxQuery } from "./api.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { strings } from "./strings.ts";

interface SearchOptions {
  readonly search: (q: string) => void;
  /** Goes from the field into the rows. */
  readonly down: () => void;
  /** Opens what was found first. */
  readonly open: () => void;
}

/** The field that the list is searched by. */
export class SearchField {
  readonly element: HTMLElement;
  readonly #field = h("input", {
    class: "search-field",
    type: "search",
    name: "q",
    placeholder: strings.searchLabel,
    "aria-label": strings.searchLabel,
    "aria-keyshortcuts": "/",
    autocomplete: "off",
    spellcheck: "false",
    enterkeyhint: "search",
    maxlength: String(maxQuery),
    dir: "auto",
  });
  #clear = button({ class: "icon-button search-clear", label: strings.searchClear }, icon("close"));

  constructor({ search, down, open }: SearchOptions) {
    this.element = h(
      "search",
      { class: "search" },
      icon("find"),
      this.#field,
      h("kbd", { class: "search-key", "aria-hidden": "true" }, "/"),
      this.#clear,
    );
    const searched = (): void => {
      this.#clear.hidden = this.#field.value === "";
      search(this.#field.value);
    };
    this.#clear.hidden = true;
    this.#field.addEventListener("input", searched);
    this.#clear.addEventListener("click", () => {
      this.#field.value = "";
      this.#field.focus();
      searched();
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown") down();
      else if (event.key === "Enter") open();
      else if (event.key === "Escape" && this.#field.value === "") this.#field.blur();
      else if (event.key === "Escape") this.#clear.click();
      else return;
      event.preventDefault();
    });
  }

  focus(): void {
    this.#field.focus();
    this.#field.select();
  }

  /** Shows what is searched for, unless somebody is writing it. */
  render(q: string): void {
    if (this.#field.value !== q && !(document.activeElement === this.#field && q === this.#field.value.trim())) {
      this.#field.value = q;
    }
    this.#clear.hidden = this.#field.value === "";
  }
}
