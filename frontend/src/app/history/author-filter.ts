import { avatar } from "../avatar.ts";
import { button, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { popoverOf } from "../popover.ts";
import { strings } from "../strings.ts";
import type { Author } from "./timeline.ts";
import { numberText } from "./wording.ts";

/** A button with a list of those who wrote; whose edits are chosen in it are those at which the slider stops. */
export class AuthorFilter {
  readonly element: HTMLElement;
  /** The ids of those who are chosen; empty for all. Another set after each choice. */
  chosen: ReadonlySet<string> = new Set();
  #button = button({ class: "secondary history-filter" });
  #authors: readonly Author[] = [];
  #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    const wrapper = h("div", { class: "history-choice" }, this.#button);
    const popover = popoverOf(this.#button, {
      label: strings.filter,
      role: "dialog",
      class: "history-people",
      fill: (element) => this.#fill(element),
    });
    wrapper.append(popover.element);
    this.element = wrapper;
    this.#name();
  }

  /** There are these people to choose from. */
  show(authors: readonly Author[]): void {
    this.#authors = authors;
    this.element.hidden = authors.length < 2;
  }

  #fill(element: HTMLElement): HTMLElement | undefined {
    const all = this.#choice(undefined);
    const each = this.#authors.map((author) => this.#choice(author));
    element.replaceChildren(h("h2", {}, strings.filter), h("div", { class: "history-choices" }, all, ...each));
    return element.querySelector<HTMLElement>("input") ?? undefined;
  }

  #choice(author: Author | undefined): HTMLElement {
    const box = h("input", { type: "checkbox" });
    box.checked = author ? this.chosen.has(author.id) : this.chosen.size === 0;
    box.addEventListener("change", () => {
      const ids = new Set(author ? this.chosen : []);
      if (author && box.checked) ids.add(author.id);
      else if (author) ids.delete(author.id);
      this.chosen = ids;
      this.#name();
      const boxes = [...this.element.querySelectorAll<HTMLInputElement>("input")];
      for (const [index, each] of boxes.entries()) {
        each.checked = index === 0 ? ids.size === 0 : ids.has(this.#authors[index - 1]!.id);
      }
      this.#changed();
    });
    const records = author && strings.authorRecords(author.records, numberText(author.records));
    return h(
      "label",
      { class: "menu-item" },
      box,
      author && avatar(author),
      h(
        "span",
        { class: "menu-text" },
        h("span", {}, author?.name ?? strings.filterAll),
        records && h("small", {}, records),
      ),
    );
  }

  #name(): void {
    const { size } = this.chosen;
    this.#button.toggleAttribute("data-all", size === 0);
    this.#button.replaceChildren(
      icon("people"),
      h("span", { class: "hidden-text" }, `${strings.filter} `),
      h("span", {}, size === 0 ? strings.filterAll : strings.filterSome(size)),
      icon("down"),
    );
  }
}
