import type { DocKind } from "../client/types.ts";
import { changeDocument, createDocument } from "./api.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { ariaKeys } from "./keys.ts";
import { type Popover, popoverOf } from "./popover.ts";
import { strings } from "./strings.ts";

interface NewOptions {
  /** The folder that a new document goes to; empty for none. */
  readonly folder: () => string;
  readonly failed: (error: unknown) => void;
}

/** The way to a new document: one press for the usual kind, a menu for the others. */
export class NewButton {
  readonly element: HTMLElement;
  #options: NewOptions;
  #primary = button({ class: "primary new-document" }, icon("plus"), h("span", {}, strings.newDocument));
  #menu: Popover;

  constructor(options: NewOptions) {
    this.#options = options;
    this.#primary.setAttribute("aria-keyshortcuts", ariaKeys("N"));
    this.#primary.addEventListener("click", () => void this.create("rich"));
    const more = button({ class: "primary new-kinds", label: strings.newKinds }, icon("down"));
    this.element = h("div", { class: "split" }, this.#primary, more);
    this.#menu = popoverOf(more, {
      label: strings.newKinds,
      role: "menu",
      class: "menu",
      fill: (menu) => {
        const items = [
          this.#item("rich", strings.newRich, strings.newRichHint),
          this.#item("text", strings.newText, strings.newTextHint),
        ];
        menu.replaceChildren(...items);
        return items[0];
      },
    });
  }

  focus(): void {
    this.#primary.focus();
  }

  /** Makes a document and opens it. */
  async create(kind: DocKind): Promise<void> {
    if (this.#primary.disabled) return;
    this.#enable(false);
    try {
      const { id } = await createDocument(kind);
      const folder = this.#options.folder();
      if (folder) await changeDocument(id, { folder }).catch(this.#options.failed); // it is there, if elsewhere
      location.assign(`/d/${encodeURIComponent(id)}`);
    } catch (error) {
      this.#menu.hide();
      this.#enable(true);
      this.#options.failed(error);
    }
  }

  /** Makes it usable again, for a page that comes back from the browser's memory. */
  ready(): void {
    this.#enable(true);
  }

  #enable(enabled: boolean): void {
    for (const each of this.element.querySelectorAll("button")) each.disabled = !enabled;
  }

  #item(kind: DocKind, name: string, hint: string): HTMLButtonElement {
    const item = button(
      { class: "menu-item", onclick: () => void this.create(kind) },
      icon(kind),
      h("span", { class: "menu-text" }, h("span", {}, name), h("small", {}, hint)),
    );
    item.setAttribute("role", "menuitem");
    return item;
  }
}
