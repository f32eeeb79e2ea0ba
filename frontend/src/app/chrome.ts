import { h } from "./dom.ts";

/** What stays at the top of the window while the text scrolls, and how much of the window it takes. */
export class Chrome {
  readonly element: HTMLElement;
  #height = 0;

  constructor(...children: readonly HTMLElement[]) {
    this.element = h("div", { class: "chrome" }, ...children);
    new ResizeObserver(() => {
      this.#height = this.element.offsetHeight;
      document.documentElement.style.setProperty("--chrome", `${this.#height}px`);
    }).observe(this.element);
  }

  /** Where the text begins to be in sight, in CSS pixels below the top of the window. */
  top(): number {
    return this.#height;
  }
}
