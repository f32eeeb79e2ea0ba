import { h } from "./dom.ts";
import type { Sidebar } from "./list-sidebar.ts";
import { type View, viewOf } from "./list-view.ts";
import { strings } from "./strings.ts";

interface DragOptions {
  readonly rows: HTMLElement;
  readonly sidebar: Sidebar;
  /** What is taken along when the drag begins at this element; nothing when it is no row. */
  readonly taken: (target: EventTarget | null) => readonly string[];
  readonly dropped: (ids: readonly string[], place: View) => void;
}

/** Documents can be dragged to the places beside the list. All of it can be done by the menu too. */
export function dragToPlaces({ rows, sidebar, taken, dropped }: DragOptions): { readonly active: boolean } {
  let ids: readonly string[] = [];
  let over: HTMLElement | undefined;

  const mark = (place: HTMLElement | undefined): void => {
    if (place === over) return;
    over?.classList.remove("over");
    over = place;
    over?.classList.add("over");
  };
  const end = (): void => {
    mark(undefined);
    ids = [];
    document.body.classList.remove("dragging");
  };
  rows.addEventListener("dragstart", (event) => {
    ids = taken(event.target);
    const { dataTransfer } = event;
    if (ids.length === 0 || !dataTransfer) return;
    dataTransfer.effectAllowed = "copyMove"; // a link can be dropped elsewhere, too
    const chip = h("div", { class: "drag-chip" }, strings.count(ids.length));
    document.body.append(chip);
    dataTransfer.setDragImage(chip, -12, -8);
    setTimeout(() => chip.remove()); // the browser has its picture by then
    document.body.classList.add("dragging");
  });
  sidebar.element.addEventListener("dragover", (event) => {
    const place =
      event.target instanceof Element ? (event.target.closest<HTMLElement>(".place") ?? undefined) : undefined;
    mark(ids.length > 0 && place?.dataset.key !== undefined ? place : undefined);
    if (!over) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "move";
  });
  sidebar.element.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && sidebar.element.contains(event.relatedTarget))) mark(undefined);
  });
  sidebar.element.addEventListener("drop", (event) => {
    const address = over?.dataset.key;
    if (address === undefined) return;
    event.preventDefault();
    const moved = ids;
    end();
    dropped(moved, viewOf(address.slice(1)));
  });
  rows.addEventListener("dragend", end);
  return {
    get active() {
      return ids.length > 0;
    },
  };
}
