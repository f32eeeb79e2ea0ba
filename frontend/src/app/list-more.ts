import { button, h } from "./dom.ts";
import type { ListState } from "./list-state.ts";
import { strings } from "./strings.ts";

/** A button for the next part of the list, which presses itself when it comes near the window. */
export class MoreButton {
  readonly element = h("div", { class: "load-more" });
  #button = button({ class: "secondary" }, strings.loadMore);
  #load: () => Promise<void>;
  #failed: (error: unknown) => void;
  #broken = false;
  #near = false;

  constructor(load: () => Promise<void>, failed: (error: unknown) => void) {
    this.#load = load;
    this.#failed = failed;
    this.element.hidden = true;
    this.element.append(this.#button);
    this.#button.addEventListener("click", () => void this.#more());
    new IntersectionObserver(
      ([entry]) => {
        this.#near = entry?.isIntersecting ?? false;
        if (this.#near && !this.#broken) void this.#more();
      },
      { rootMargin: "600px" },
    ).observe(this.element);
  }

  render(state: ListState): void {
    this.element.hidden = state.next === "" || state.phase === "offline";
  }

  async #more(): Promise<void> {
    if (this.#button.disabled || this.element.hidden) return;
    this.#button.disabled = true;
    this.#button.textContent = strings.loading;
    try {
      await this.#load();
      this.#broken = false;
    } catch (error) {
      this.#broken = true; // the next try is by hand
      this.#failed(error);
    }
    this.#button.disabled = false;
    this.#button.textContent = strings.loadMore;
    // The observer tells of changes only, and the button may still be near.
    requestAnimationFrame(() => {
      if (this.#near && !this.#broken) void this.#more();
    });
  }
}
