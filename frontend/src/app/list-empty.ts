import { button, h } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import type { ListState } from "./list-state.ts";
import { samePlace, start } from "./list-view.ts";
import { strings } from "./strings.ts";

interface EmptyOptions {
  readonly clear: () => void;
  readonly everywhere: () => void;
}

/** What shows in place of rows, and says what to do. */
export function emptyOf({ view, phase }: ListState, { clear, everywhere }: EmptyOptions): HTMLElement {
  if (view.q) {
    const elsewhere = !samePlace(view, start);
    return panel(["find"], strings.emptySearchTitle(view.q.trim()), strings.emptySearchText, [
      button({ class: "secondary", onclick: clear }, strings.searchClear),
      ...(elsewhere ? [button({ class: "secondary", onclick: everywhere }, strings.searchEverywhere)] : []),
    ]);
  }
  if (phase === "offline") return panel(["warning"], strings.emptyOfflineTitle, strings.emptyOfflineText);
  if (view.view === "trash") return panel(["trash"], strings.emptyTrashTitle, strings.emptyTrashText);
  if (view.view === "pinned") return panel(["star"], strings.emptyPinnedTitle, strings.emptyPinnedText);
  if (view.folder) return panel(["folder"], strings.emptyFolderTitle, strings.emptyFolderText);
  return panel(["rich", "text"], strings.emptyTitle, strings.emptyText);
}

function panel(
  icons: readonly IconName[],
  title: string,
  text: string,
  actions: readonly HTMLElement[] = [],
): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    h("div", { class: "empty-art", "aria-hidden": "true" }, ...icons.map((name) => icon(name))),
    h("h2", { dir: "auto" }, title),
    h("p", {}, text),
    actions.length > 0 && h("div", { class: "empty-actions" }, ...actions),
  );
}
