import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { strings } from "./strings.ts";

/** Where there is no room beside the list. The style sheet has the same number. */
const narrow = matchMedia("(max-width: 860px)");

/** The places beside the list; where there is no room, in a drawer that a button opens. */
export class Drawer {
  /** The button that opens the drawer; it shows where there is one. */
  readonly opener = button({ class: "icon-button drawer-opener", label: strings.places }, icon("menu"));
  readonly element = h("div", { class: "side" });
  #content: HTMLElement;
  #dialog = h("dialog", { class: "drawer", "aria-label": strings.places });

  constructor(content: HTMLElement) {
    this.#content = content;
    this.element.append(content);
    this.opener.setAttribute("aria-haspopup", "dialog");
    this.opener.addEventListener("click", () => this.#open());
    const close = button({ class: "icon-button drawer-close", label: strings.close }, icon("close"));
    close.addEventListener("click", () => this.close());
    this.#dialog.append(close);
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.close(); // beside it
    });
    this.#dialog.addEventListener("close", () => {
      this.element.append(this.#content);
      this.#dialog.remove();
      this.opener.setAttribute("aria-expanded", "false");
      this.opener.focus();
    });
    narrow.addEventListener("change", () => this.close());
    this.opener.setAttribute("aria-expanded", "false");
  }

  close(): void {
    if (this.#dialog.open) this.#dialog.close();
  }

  #open(): void {
    this.#dialog.append(this.#content);
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    this.opener.setAttribute("aria-expanded", "true");
    this.#content.querySelector<HTMLElement>('[aria-current="page"]')?.focus();
  }
}
