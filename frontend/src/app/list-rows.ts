import type { DocumentInfo } from "./api.ts";
import { h } from "./dom.ts";
import { Row } from "./list-row.ts";
import type { ListState } from "./list-state.ts";
import { strings } from "./strings.ts";

/** How long rows take to their new places, in milliseconds; the next page is not shown by it. */
const glideTime = 180;

/** The rows of the list, one element a document for as long as it shows, of which Tab reaches one. */
export class Rows {
  readonly element = h("ul", { class: "documents", "aria-label": strings.documents });
  #rows = new Map<string, Row>();
  #current: string | undefined;
  #order: readonly string[] = [];

  constructor() {
    this.element.addEventListener("focusin", (event) => {
      const row = this.at(event.target);
      if (row) this.#reach(row.id);
    });
  }

  /** The row that an element is in. */
  at(target: EventTarget | null): Row | undefined {
    const element = target instanceof Element ? target.closest<HTMLElement>(".row") : null;
    return element ? this.#rows.get(element.dataset.id ?? "") : undefined;
  }

  row(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** The row that Tab reaches. */
  get current(): Row | undefined {
    return this.#current === undefined ? undefined : this.#rows.get(this.#current);
  }

  focusFirst(): boolean {
    return this.#focus(this.#order[0]);
  }

  /** Gives the focus to the row that Tab reaches. */
  focusCurrent(): boolean {
    return this.#focus(this.#current);
  }

  /** Goes from the current row by a number of rows, to the first or to the last; returns the id of the row reached. */
  go(where: number | "first" | "last"): string | undefined {
    const at = this.#current === undefined ? -1 : this.#order.indexOf(this.#current);
    const wanted = where === "first" ? 0 : where === "last" ? this.#order.length - 1 : at + where;
    const id = this.#order[Math.max(0, Math.min(wanted, this.#order.length - 1))];
    this.#focus(id);
    return id;
  }

  /** Shows the rows of a state; `unsent` tells how many edits of a document wait in this browser. */
  render(state: ListState, unsent: ReadonlyMap<string, number>, now: number): void {
    const focused = this.element.contains(document.activeElement) ? (document.activeElement as HTMLElement) : undefined;
    const at = this.#current === undefined ? -1 : this.#order.indexOf(this.#current);
    const places = this.#places(state.order);
    const kept = new Set(state.order);
    for (const [id, row] of this.#rows) {
      if (kept.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    let cursor = this.element.firstElementChild;
    for (const id of state.order) {
      let row = this.#rows.get(id);
      if (!row) {
        row = new Row(id);
        this.#rows.set(id, row);
      }
      const doc = state.docs.get(id)!;
      const folder = state.view.folder ? undefined : folderOf(state, doc);
      const selected = state.selected.has(id);
      const time = timeOf(state, doc);
      row.show({ doc, match: state.matches.get(id), folder, time, selected, unsent: unsent.get(id) ?? 0 }, now);
      if (cursor !== row.element && cursor?.nextElementSibling === row.element) cursor = row.element;
      if (cursor === row.element) cursor = cursor.nextElementSibling;
      else this.element.insertBefore(row.element, cursor);
    }
    this.#order = state.order;
    this.element.classList.toggle("selecting", state.selected.size > 0);
    if (this.#current === undefined || !kept.has(this.#current)) {
      this.#reach(state.order[Math.max(0, Math.min(at, state.order.length - 1))]);
    }
    if (focused && document.activeElement !== focused) {
      if (focused.isConnected) focused.focus({ preventScroll: true });
      else this.focusCurrent();
    }
    this.#glide(places);
  }

  /** Words the times of all rows anew. */
  refresh(now: number): void {
    for (const row of this.#rows.values()) row.refresh(now);
  }

  #focus(id: string | undefined): boolean {
    const row = id === undefined ? undefined : this.#rows.get(id);
    row?.link.focus();
    row?.element.scrollIntoView({ block: "nearest" });
    return row !== undefined;
  }

  #reach(id: string | undefined): void {
    if (id === this.#current && this.#rows.get(id ?? "")?.link.tabIndex === 0) return;
    this.current?.reach(false);
    this.#current = id;
    this.current?.reach(true);
  }

  /** Where the rows are that will change places, if these are few and the same as before: then they glide. */
  #places(order: readonly string[]): ReadonlyMap<Row, number> {
    const places = new Map<Row, number>();
    const before = new Set(this.#order);
    const few = order.length <= 60 && Math.abs(order.length - this.#order.length) <= 1;
    const same = few && order.filter((id) => !before.has(id)).length <= 1;
    const moves = order.some((id, index) => id !== this.#order[index]);
    if (!same || !moves || this.#order.length === 0 || matchMedia("(prefers-reduced-motion: reduce)").matches)
      return places;
    for (const row of this.#rows.values()) places.set(row, row.element.getBoundingClientRect().top);
    return places;
  }

  #glide(places: ReadonlyMap<Row, number>): void {
    for (const [row, top] of places) {
      const by = row.element.isConnected ? top - row.element.getBoundingClientRect().top : 0;
      if (Math.abs(by) < 1) continue;
      row.element.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], {
        duration: glideTime,
        easing: "ease-out",
      });
    }
  }
}

/** In the trash it matters when a document came there, and among the newest when it was made. */
function timeOf({ view }: ListState, doc: DocumentInfo): string {
  return doc.trashed_at ?? (view.sort === "created" ? doc.created_at : doc.edited_at);
}

function folderOf(state: ListState, doc: DocumentInfo) {
  return doc.folder ? state.folders.find((folder) => folder.id === doc.folder) : undefined;
}
