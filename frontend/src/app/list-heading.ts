import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { showMenu } from "./list-menu.ts";
import type { ListState } from "./list-state.ts";
import { type Sort, sorts } from "./list-view.ts";
import { strings } from "./strings.ts";

/** The heading of the list: which place it shows, what is special there, and the order of the rows. */
export class Heading {
  readonly element: HTMLElement;
  readonly note = h("p", { class: "list-note" });
  #title = h("h1", { dir: "auto" });
  #sort = button({ class: "sort-button" });
  #sortText = h("span");
  #chosen: Sort = "edited";

  constructor(end: HTMLElement, sort: (sort: Sort) => void) {
    this.#sort.append(icon("sort"), this.#sortText);
    this.#sort.setAttribute("aria-haspopup", "menu");
    this.#sort.setAttribute("aria-expanded", "false");
    this.#sort.addEventListener("click", () =>
      showMenu({
        label: strings.sortLabel,
        at: this.#sort,
        back: this.#sort,
        items: sorts.map((each) => ({
          text: strings.sorts[each],
          checked: each === this.#chosen,
          act: () => sort(each),
        })),
      }),
    );
    this.element = h("div", { class: "list-heading" }, this.#title, this.#sort, end);
  }

  render(state: ListState): void {
    const { view } = state;
    const title = titleOf(state);
    if (this.#title.textContent !== title) this.#title.textContent = title;
    const page = `${title} · ${strings.product}`;
    if (document.title !== page) document.title = page;
    this.#chosen = view.sort;
    this.#sortText.textContent = strings.sorts[view.sort];
    this.#sort.setAttribute("aria-label", strings.sortedBy(strings.sorts[view.sort]));
    this.#sort.hidden = view.q.trim() !== "" || state.order.length === 0;
    this.note.textContent = view.view === "trash" && state.order.length > 0 ? strings.trashNote : "";
  }
}

function titleOf({ view, folders }: ListState): string {
  if (view.view === "trash") return strings.trash;
  if (view.view === "pinned") return strings.pinned;
  if (view.folder) return folders.find((folder) => folder.id === view.folder)?.name ?? strings.folder;
  return strings.documents;
}
