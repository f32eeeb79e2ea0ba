import { LONGEST_SEARCH } from "../bindings/find.ts";
import type { RichEditor } from "../bindings/quill.ts";
import { type Found, RichFinder } from "../bindings/quill-find.ts";
import { button, h, setTip } from "./dom.ts";
import { icon } from "./icons.ts";
import { strings } from "./strings.ts";

/** The bar to find and replace text in a rich document, below the toolbar. Loaded when it is first asked for. */
export class FindBar {
  readonly element: HTMLElement;
  #editor: RichEditor;
  #finder: RichFinder | undefined;
  #before: { readonly index: number; readonly length: number } | undefined;
  #stepped = false;
  #field = field(strings.findText);
  #with = field(strings.findWith);
  #count = h("span", { class: "find-count", role: "status" });
  #matchCase = toggle("Aa", strings.findCase, () => this.#search());
  #wholeWord = toggle("ab", strings.findWord, () => this.#search());
  #regexp = toggle(".*", strings.findRegexp, () => this.#search());
  #replacing: readonly HTMLButtonElement[] = [
    button({ class: "secondary", onclick: () => this.#replace() }, strings.findReplace),
    button({ class: "secondary", onclick: () => this.#replaceAll() }, strings.findReplaceAll),
  ];

  constructor(editor: RichEditor) {
    this.#editor = editor;
    this.#wholeWord.classList.add("find-word");
    this.element = h(
      "search",
      { class: "find-bar", "aria-label": strings.findBar },
      h(
        "div",
        { class: "find-row" },
        this.#field,
        this.#count,
        ...[this.#matchCase, this.#wholeWord, this.#regexp],
        button({ class: "tool", label: strings.findPrevious, keys: "⇧⏎", onclick: () => this.#step(-1) }, icon("up")),
        button({ class: "tool", label: strings.findNext, keys: "⏎", onclick: () => this.#step(1) }, icon("down")),
        button(
          { class: "tool find-close", label: strings.findClose, keys: "Esc", onclick: () => this.close() },
          icon("close"),
        ),
      ),
      h("div", { class: "find-row find-replace" }, this.#with, ...this.#replacing),
    );
    this.#field.addEventListener("input", () => this.#search());
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Shows the bar with what is selected to be found, and the focus in the field for that or for the replacement. */
  open(where: "find" | "replace"): void {
    const quill = this.#editor.quill;
    const range = quill.getSelection() ?? quill.selection.savedRange;
    if (!this.#finder) {
      this.#before = range;
      this.#stepped = false;
      this.#finder = new RichFinder(
        quill,
        (found) => this.#show(found),
        () => this.element.getBoundingClientRect().bottom,
      );
    }
    const selected = quill.hasFocus() ? quill.getText(range.index, range.length) : "";
    if (selected !== "" && selected.length <= LONGEST_SEARCH && !selected.includes("\n")) this.#field.value = selected;
    this.element.hidden = false;
    this.element.classList.toggle("may-replace", quill.isEnabled());
    this.#search();
    const target = where === "replace" && this.#field.value !== "" && quill.isEnabled() ? this.#with : this.#field;
    target.focus();
    target.select();
  }

  /** Hides the bar. The caret comes back: on the match to which one went, else where it was. */
  close(): void {
    const match = this.#stepped ? this.#finder?.match : this.#before;
    this.#finder?.close();
    this.#finder = undefined;
    this.element.hidden = true;
    this.#editor.focus();
    if (match) this.#editor.quill.setSelection(match.index, match.length, "user");
  }

  #search(): void {
    this.#finder?.search({
      text: this.#field.value,
      matchCase: isOn(this.#matchCase),
      wholeWord: isOn(this.#wholeWord),
      regexp: isOn(this.#regexp),
    });
  }

  #step(by: 1 | -1): void {
    this.#stepped = true;
    this.#finder?.step(by);
  }

  #replace(): void {
    this.#stepped = true;
    this.#finder?.replace(this.#with.value);
  }

  #replaceAll(): void {
    const count = this.#finder?.replaceAll(this.#with.value) ?? 0;
    if (count > 0) this.#count.textContent = strings.findReplaced(count);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      if (event.target === this.#with) this.#replace();
      else this.#step(event.shiftKey ? -1 : 1);
    }
  }

  #show(found: Found): void {
    const text = this.#field.value;
    this.#field.setAttribute("aria-invalid", String(found.wrong));
    this.#count.textContent = found.wrong
      ? strings.findWrong
      : found.count > 0
        ? strings.findCount(found.current + 1, found.count, found.more)
        : text === ""
          ? ""
          : strings.findNone;
    for (const each of this.#replacing) each.setAttribute("aria-disabled", String(found.count === 0));
  }
}

function field(label: string): HTMLInputElement {
  const element = h("input", {
    class: "field",
    "aria-label": label,
    placeholder: label,
    autocomplete: "off",
    spellcheck: "false",
  });
  element.maxLength = LONGEST_SEARCH;
  return element;
}

function toggle(text: string, label: string, changed: () => void): HTMLButtonElement {
  const element = h(
    "button",
    { type: "button", class: "tool find-toggle", "aria-label": label, "aria-pressed": "false" },
    text,
  );
  setTip(element, label);
  element.addEventListener("click", () => {
    element.setAttribute("aria-pressed", String(!isOn(element)));
    changed();
  });
  return element;
}

function isOn(element: HTMLElement): boolean {
  return element.getAttribute("aria-pressed") === "true";
}
