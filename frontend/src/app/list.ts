import { button, h } from "./dom.ts";
import { Actions } from "./list-actions.ts";
import { BulkBar } from "./list-bulk.ts";
import { askedName, showShortcuts } from "./list-dialog.ts";
import { dragToPlaces } from "./list-drag.ts";
import { Drawer } from "./list-drawer.ts";
import { emptyOf } from "./list-empty.ts";
import { listen } from "./list-events.ts";
import { FolderActions } from "./list-folders.ts";
import { Heading } from "./list-heading.ts";
import { Imports } from "./list-import.ts";
import { type Command, commandOf, isTyping } from "./list-keys.ts";
import { Loader } from "./list-loader.ts";
import { MoreButton } from "./list-more.ts";
import { NewButton } from "./list-new.ts";
import { Notices } from "./list-notice.ts";
import { rememberedPlace, rememberPlace } from "./list-return.ts";
import { RowMenu } from "./list-row-menu.ts";
import { Rows } from "./list-rows.ts";
import { SearchField } from "./list-search.ts";
import { allSelected, extended, meant, noneSelected, toggled } from "./list-selection.ts";
import { Sidebar } from "./list-sidebar.ts";
import { initial, type ListState, settled, withDocument, withPeers } from "./list-state.ts";
import { Toasts } from "./list-toast.ts";
import { Unsent } from "./list-unsent.ts";
import { addressOf, samePlace, start, type View, viewOf } from "./list-view.ts";
import { meButton } from "./me.ts";
import { keepShell } from "./shell.ts";
import { locale, strings } from "./strings.ts";
import { themeButton } from "./theme-button.ts";
import { showTooltips } from "./tooltip.ts";

/** Where one was when one left for a document; Back leads there. */
const place = rememberedPlace();
/** How often the times in the list are worded anew, in milliseconds. */
const minute = 60_000;

// The state, and what shows it. Everything that happens makes a new state; a microtask later the page shows it.

let state: ListState = initial(viewOf(location.search));
let drawing = false;
const cell = {
  get: () => state,
  set: (next: ListState): void => {
    state = next;
    if (drawing) return;
    drawing = true;
    queueMicrotask(draw);
  },
};

const unsent = new Unsent(() => cell.set(state));
const toasts = new Toasts();
const rows = new Rows();
const notices = new Notices(() => loader.refresh());
const fail = (text: string, error: unknown): void => notices.fail(text, error);
const loader = new Loader(cell, { hold, failed: (error) => fail(strings.listFailed, error), gone });
const actions = new Actions(cell, { toasts, failed: fail, moved: () => loader.folders() });
const folders = new FolderActions(cell, {
  failed: fail,
  changed: () => loader.folders(),
  removed: ({ id }) => (state.view.folder === id ? go(start) : loader.refresh()),
});
const sidebar = new Sidebar({ go, folders });
const drawer = new Drawer(sidebar.element);
const menu = new RowMenu({
  cell,
  actions,
  toasts,
  newFolder: async (then) => {
    const name = await askedName(strings.newFolder, strings.folderName);
    const folder = name ? await folders.create(name) : undefined;
    if (folder) then(folder);
  },
});
const search = new SearchField({ search: searched, down: () => rows.focusFirst(), open: () => void openFirst() });
const newButton = new NewButton({
  folder: () => state.view.folder,
  failed: (error) => fail(strings.createFailed, error),
});
const main = h("main", { class: "list-main", id: "list" });
const imports = new Imports({ folder: () => state.view.folder, list: main });
const ways = h("div", { class: "ways-in" }, imports.button, newButton.element);
const heading = new Heading(ways, (sort) => go({ ...state.view, sort }));
const bulk = new BulkBar({
  move: (at) => menu.move([...state.selected], at, at),
  pin: () => void actions.pin([...state.selected]),
  trash: () => void actions.trash([...state.selected]),
  restore: () => void actions.restore([...state.selected]),
  none: () => cell.set(noneSelected(state)),
});
const more = new MoreButton(
  () => loader.more(),
  (error) => fail(strings.listFailed, error),
);
const settle = button({ class: "settle", onclick: () => cell.set(settled(state)) }, strings.showChanges);
const told = h("div", { class: "hidden-text", role: "status" });
const content = h(
  "div",
  { class: "list-content" },
  h("div", { class: "settle-place" }, settle),
  rows.element,
  more.element,
);
const empty = h("div", { class: "list-empty" });
const drag = dragToPlaces({
  rows: rows.element,
  sidebar,
  taken: (target) => {
    const row = rows.at(target);
    return row ? meant(state, row.id) : [];
  },
  dropped: (ids, place) => {
    if (place.view === "trash") void actions.trash(ids);
    else if (place.view === "pinned") void actions.pin(ids.filter((id) => !state.docs.get(id)?.pinned));
    else void actions.move(ids, place.folder, state.folders.find(({ id }) => id === place.folder)?.name ?? "");
  },
});

begin();
keepShell();

function begin(): void {
  const header = h(
    "header",
    { class: "list-header" },
    drawer.opener,
    h("a", { class: "wordmark", href: "/" }, strings.product),
    search.element,
    h("div", { class: "list-header-end" }, themeButton(), meButton()),
  );
  main.prepend(heading.element, heading.note, notices.element, imports.element, content, empty, told);
  const skip = h("a", { class: "skip", href: "#list" }, strings.skipToList);
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    if (!rows.focusCurrent()) newButton.focus();
  });
  document.body.append(
    skip,
    header,
    h("div", { class: "list-body" }, drawer.element, main),
    bulk.element,
    toasts.element,
  );
  showTooltips();
  listenToRows();
  document.addEventListener("keydown", pressed);
  addEventListener("popstate", () => follow(viewOf(location.search)));
  addEventListener("pageshow", () => newButton.ready());
  for (const type of ["pointerleave", "focusout"]) content.addEventListener(type, () => requestAnimationFrame(release));
  document.addEventListener("toggle", () => requestAnimationFrame(release), true); // a menu has closed
  setInterval(() => {
    rows.refresh(Date.now());
    notices.render(state, Date.now());
  }, minute);
  history.scrollRestoration = "manual";
  rememberPlace(() => ({ scroll: scrollY, rows: state.order.length, row: rows.current?.id ?? "" }));
  loader.show(state.view, place?.rows);
  loader.folders();
  listen({
    opened: () => loader.refresh(),
    poll: () => loader.refresh(),
    folders: () => loader.folders(),
    document: (doc) => cell.set(withDocument(state, doc, hold(), locale)),
    peers: (id, peers) => cell.set(withPeers(state, id, peers)),
  });
}

function draw(): void {
  drawing = false;
  const now = Date.now();
  const none = state.order.length === 0;
  const inBar = bulk.element.contains(document.activeElement);
  const inRows = rows.element.contains(document.activeElement);
  rows.render(state, unsent.counts, now);
  rows.element.setAttribute("aria-busy", String(state.searching || state.phase === "loading"));
  heading.render(state);
  sidebar.render(state);
  search.render(state.view.q);
  bulk.render(state);
  notices.render(state, now);
  more.render(state);
  settle.hidden = state.waiting === undefined;
  content.hidden = none;
  document.body.toggleAttribute("data-empty", none && state.phase === "shown");
  empty.classList.toggle("loading", none && (state.phase === "loading" || state.searching));
  if (!none) empty.replaceChildren();
  else if (state.phase === "loading" || state.searching) empty.replaceChildren(...skeleton());
  else showEmpty();
  if ((inBar && bulk.element.hidden) || (inRows && none)) if (!rows.focusCurrent()) newButton.focus();
  tell();
  if (state.phase === "shown") void unsent.send();
  else if (state.phase === "offline" && document.body.dataset.ready !== "offline") void unsent.look();
  if (state.phase !== "loading" && document.body.dataset.ready === undefined) comeBack();
  if (state.phase !== "loading") document.body.dataset.ready = state.phase;
}

/** Goes to where one was, when the first rows are there. */
function comeBack(): void {
  if (!place) return;
  scrollTo(0, place.scroll);
  rows.row(place.row)?.link.focus({ preventScroll: true });
}

function showEmpty(): void {
  const shown = `${state.phase} ${addressOf(state.view)}`;
  if (empty.dataset.shown === shown && empty.firstElementChild?.className === "empty") return;
  empty.dataset.shown = shown; // made once, not to take the focus from its buttons
  empty.replaceChildren(
    emptyOf(state, {
      clear: () => follow({ ...state.view, q: "" }),
      everywhere: () => go({ ...start, q: state.view.q }),
    }),
  );
  if (document.activeElement === document.body && state.view.q === "") newButton.focus();
}

/** Lines in place of rows; the style sheet shows them when the rows take long. */
function skeleton(): readonly HTMLElement[] {
  return [
    h("p", { class: "hidden-text" }, strings.loading),
    ...Array.from({ length: 6 }, () => h("div", { class: "ghost" })),
  ];
}

/** Tells those who do not see it what is selected or found. */
function tell(): void {
  const { selected, view, searching, order } = state;
  let text = "";
  if (selected.size > 0) text = strings.selected(selected.size);
  else if (view.q && !searching) text = strings.found(order.length);
  if (told.textContent !== text) told.textContent = text;
}

/** Whether rows have to stay where they are: somebody points at one, or is about to do something with one. */
function hold(): boolean {
  return (
    (content.matches(":hover") && matchMedia("(hover: hover)").matches) ||
    rows.element.querySelector(":focus-visible, .renaming") !== null ||
    state.selected.size > 0 ||
    drag.active ||
    document.querySelector(".popover.menu:popover-open") !== null
  );
}

function release(): void {
  if (state.waiting && !hold()) cell.set(settled(state));
}

/** Leaves a folder that somebody has deleted, or that an old link names. */
function gone(): void {
  follow(start);
  fail(strings.folderGone, undefined);
}

/** Goes to another view, so that Back leads here. */
function go(view: View): void {
  drawer.close();
  if (addressOf(view) !== addressOf(state.view)) history.pushState(null, "", addressOf(view));
  if (!samePlace(view, state.view)) scrollTo(0, 0);
  loader.show(view);
}

/** Shows what an address says. */
function follow(view: View): void {
  if (addressOf(view) !== location.pathname + location.search) history.replaceState(null, "", addressOf(view));
  if (samePlace(view, state.view) && view.sort === state.view.sort) loader.search(view.q);
  else loader.show(view);
}

function searched(q: string): void {
  const address = addressOf({ ...state.view, q: q.trim() });
  // One step back leads out of the search, not to each of its letters.
  if (state.view.q.trim() === "" && q.trim() !== "") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  loader.search(q);
}

async function openFirst(): Promise<void> {
  await loader.answered();
  const [first] = state.order;
  if (first !== undefined) location.assign(`/d/${encodeURIComponent(first)}`);
}

function listenToRows(): void {
  rows.element.addEventListener("click", (event) => {
    const row = rows.at(event.target);
    if (!row || !(event.target instanceof Element)) return;
    const touch = matchMedia("(hover: none)").matches;
    if (event.target === row.check) {
      cell.set(event.shiftKey ? extended(state, row.id) : toggled(state, row.id));
      row.check.checked = state.selected.has(row.id);
    } else if (row.star.contains(event.target)) void actions.pin([row.id]);
    else if (row.menu.contains(event.target)) menu.show(row, row.menu);
    else if (row.link.contains(event.target) && (event.shiftKey || (touch && state.selected.size > 0))) {
      event.preventDefault();
      cell.set(event.shiftKey ? extended(state, row.id) : toggled(state, row.id));
    }
  });
  rows.element.addEventListener("contextmenu", (event) => {
    const row = rows.at(event.target);
    if (!row || isTyping(event.target)) return;
    event.preventDefault();
    const { clientX: x, clientY: y, button: pressed } = event;
    menu.show(row, pressed === 2 ? { left: x, right: x, top: y, bottom: y } : row.menu);
  });
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || isTyping(event.target) || document.querySelector("dialog[open]:not(.drawer)")) return;
  const inRows = event.target instanceof Node && rows.element.contains(event.target);
  const command = commandOf(event, inRows);
  if (command && run(command)) event.preventDefault();
}

/** Does what a key asks for; false when there is nothing to do. */
function run(command: Command): boolean {
  const row = rows.current;
  const ids = row ? meant(state, row.id) : [];
  const trash = state.view.view === "trash";
  switch (command) {
    case "search":
      search.focus();
      return true;
    case "new":
      void newButton.create("rich");
      return true;
    case "undo":
      return toasts.undoLast();
    case "help":
      showShortcuts();
      return true;
    case "none":
      if (state.selected.size === 0) return false;
      cell.set(noneSelected(state));
      return true;
    case "up":
    case "down":
    case "first":
    case "last":
      rows.go(command === "up" ? -1 : command === "down" ? 1 : command);
      return true;
    case "extendUp":
    case "extendDown": {
      if (row && state.selected.size === 0) cell.set(toggled(state, row.id));
      const id = rows.go(command === "extendUp" ? -1 : 1);
      if (id !== undefined) cell.set(extended(state, id));
      return true;
    }
    case "all":
      cell.set(allSelected(state));
      return true;
    case "select":
      if (row) cell.set(toggled(state, row.id));
      return true;
    case "rename":
      if (row && !trash) menu.rename(row);
      return true;
    case "trash":
      if (!trash) void actions.trash(ids);
      return true;
    case "pin":
      if (!trash) void actions.pin(ids);
      return true;
    case "move":
      if (row && !trash) menu.move(ids, row.menu, row.link);
      return true;
  }
}
