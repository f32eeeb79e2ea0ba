import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import type { ListState } from "./list-state.ts";
import { strings } from "./strings.ts";

interface BulkOptions {
  readonly move: (at: HTMLElement) => void;
  readonly pin: () => void;
  readonly trash: () => void;
  readonly restore: () => void;
  readonly none: () => void;
}

/** The bar with what can be done to all selected documents; it is there while any is. */
export class BulkBar {
  readonly element = h("div", { class: "bulk", role: "toolbar", "aria-label": strings.selection, hidden: true });
  #count = h("span", { class: "bulk-count" });
  #move: HTMLButtonElement;
  #pin: HTMLButtonElement;
  #pinText = h("span");
  #trash: HTMLButtonElement;
  #restore: HTMLButtonElement;

  constructor(options: BulkOptions) {
    const action = (name: Parameters<typeof icon>[0], text: string | HTMLElement, onclick: () => void) =>
      button({ class: "bulk-button", onclick }, icon(name), typeof text === "string" ? h("span", {}, text) : text);
    this.#move = action("folder", strings.move, () => options.move(this.#move));
    this.#move.setAttribute("aria-haspopup", "menu");
    this.#pin = action("star", this.#pinText, options.pin);
    this.#trash = action("trash", strings.toTrash, options.trash);
    this.#restore = action("restore", strings.restore, options.restore);
    const none = button(
      { class: "icon-button", label: strings.selectNone, keys: "Esc", onclick: options.none },
      icon("close"),
    );
    this.element.append(this.#count, this.#move, this.#pin, this.#trash, this.#restore, none);
  }

  render(state: ListState): void {
    const { size } = state.selected;
    this.element.hidden = size === 0;
    if (size === 0) return;
    const trash = state.view.view === "trash";
    this.#count.textContent = strings.selected(size);
    const pinned = [...state.selected].every((id) => state.docs.get(id)?.pinned);
    this.#pinText.textContent = pinned ? strings.unpin : strings.pin;
    for (const each of [this.#move, this.#pin, this.#trash]) each.hidden = trash;
    this.#restore.hidden = !trash;
  }
}
