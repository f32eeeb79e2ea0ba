import type { DocumentInfo, DocumentPage, Face, Folder, Match } from "./api.ts";
import { titleMatch } from "./list-match.ts";
import { belongs, inOrder, samePlace, start, type View } from "./list-view.ts";

/** All that the list shows, as a value. Every change makes a new one by the functions below. */
export interface ListState {
  readonly view: View;
  /** `loading` until there is anything to show; `offline` while what shows is what was known last. */
  readonly phase: "loading" | "shown" | "offline";
  /** When what shows was true, in milliseconds since 1970; of use while `phase` is `offline`. */
  readonly asOf: number;
  /** Every document that this page has heard of, by its id. */
  readonly docs: ReadonlyMap<string, DocumentInfo>;
  /** The ids of the rows, as they show. */
  readonly order: readonly string[];
  /** The order that they take as soon as nobody points at them any more, if it is another one. */
  readonly waiting?: readonly string[] | undefined;
  /** The cursor for more rows; empty when there are none. */
  readonly next: string;
  /** Whether the answer to the search is still on its way. */
  readonly searching: boolean;
  /** Where the words of the search are, by the id of the document. */
  readonly matches: ReadonlyMap<string, Match>;
  /** The rows without the search, to go back to. */
  readonly base?: { readonly order: readonly string[]; readonly next: string } | undefined;
  readonly folders: readonly Folder[];
  readonly selected: ReadonlySet<string>;
  /** The row from which Shift selects. */
  readonly anchor?: string | undefined;
}

/** A place for the state that tells those who show it. */
export interface StateCell {
  get(): ListState;
  set(next: ListState): void;
}

export function initial(view: View = start): ListState {
  return {
    view,
    phase: "loading",
    asOf: 0,
    docs: new Map(),
    order: [],
    next: "",
    searching: false,
    matches: new Map(),
    folders: [],
    selected: new Set(),
  };
}

/** Goes to another view. Rows that are known to be in it show at once, until the server's answer comes. */
export function withView(state: ListState, view: View, locale: string): ListState {
  const known = [...state.docs.values()].filter((doc) => belongs(doc, view));
  const order = known.sort((a, b) => inOrder(a, b, view.sort, locale)).map((doc) => doc.id);
  const moved = samePlace(state.view, view) ? {} : { selected: new Set<string>(), anchor: undefined };
  const next = { ...state, ...moved, view: { ...view, q: "" }, order, waiting: undefined, next: "", base: undefined };
  const phase = state.phase === "offline" ? "offline" : known.length > 0 ? "shown" : "loading";
  const shown: ListState = { ...next, matches: new Map(), searching: false, phase };
  return view.q ? withQuery(shown, view.q) : shown;
}

/**
 * Searches for something else. Until the answer comes, titles that match by what is known here show at once, and what
 * only the text told the last time stays while the query grows: rows go away once, not to come back.
 */
export function withQuery(state: ListState, q: string): ListState {
  const view = { ...state.view, q };
  const base = state.base ?? { order: state.order, next: state.next };
  if (q.trim() === "") {
    const order = base.order.filter((id) => belongs(state.docs.get(id)!, view));
    const shown = { ...state, view, order, next: base.next, base: undefined, waiting: undefined };
    return { ...shown, matches: new Map(), searching: false };
  }
  const matches = new Map<string, Match>();
  for (const doc of state.docs.values()) {
    const title = belongs(doc, view) ? titleMatch(doc.title, q) : undefined;
    const before = state.matches.get(doc.id);
    if (title) matches.set(doc.id, { title, text: before?.text ?? "", ranges: before?.ranges ?? [] });
  }
  const byTitle = [...matches.keys()].sort((a, b) => inOrder(state.docs.get(a)!, state.docs.get(b)!, "edited", "en"));
  const grows = state.view.q !== "" && q.startsWith(state.view.q);
  const kept = grows ? state.order.filter((id) => state.matches.has(id) && !matches.has(id)) : [];
  for (const id of kept) matches.set(id, { ...state.matches.get(id)!, title: [] });
  const found = [...byTitle, ...kept];
  // Nothing is known here yet: the rows before stay for the moment that the server takes.
  const order = found.length > 0 || grows ? found : state.order;
  return { ...state, view, base, order, next: "", waiting: undefined, matches, searching: true };
}

/** Takes a page from the server: the first one of the view, or the one after what shows. */
export function withPage(state: ListState, page: DocumentPage, options: { more?: boolean; hold?: boolean }): ListState {
  const docs = new Map(state.docs);
  const matches = new Map(options.more ? state.matches : undefined);
  for (const { match, ...doc } of page.docs) {
    docs.set(doc.id, doc);
    if (match) matches.set(doc.id, match);
  }
  const ids = page.docs.map((doc) => doc.id);
  const next = { ...state, docs, matches, next: page.next, searching: false, phase: "shown" as const };
  if (options.more)
    return { ...next, order: united(state.order, ids), waiting: state.waiting && united(state.waiting, ids) };
  return withOrder(next, ids, options.hold === true);
}

/** Takes what one document is now; with `hold` no row moves, comes or goes before `settled`. */
export function withDocument(state: ListState, changed: DocumentInfo, hold: boolean, locale: string): ListState {
  const { match: _, ...doc } = changed;
  const next = { ...state, docs: new Map(state.docs).set(doc.id, doc) };
  const waiting = next.waiting && placed(next, next.waiting, doc, locale);
  if (hold) return withOrder(next, waiting ?? placed(next, next.order, doc, locale), true);
  const shown = withOrder(next, placed(next, next.order, doc, locale), false);
  return waiting ? withOrder(shown, waiting, true) : shown;
}

/** Takes who has a document open. */
export function withPeers(state: ListState, id: string, peers: readonly Face[]): ListState {
  const doc = state.docs.get(id);
  return doc ? { ...state, docs: new Map(state.docs).set(id, { ...doc, peers }) } : state;
}

/** Lets the rows take the order that waits. */
export function settled(state: ListState): ListState {
  return state.waiting ? withOrder(state, state.waiting, false) : state;
}

function withOrder(state: ListState, order: readonly string[], hold: boolean): ListState {
  if (order.length === state.order.length && order.every((id, index) => id === state.order[index])) {
    return { ...state, waiting: undefined };
  }
  if (hold) return { ...state, waiting: order };
  const rows = new Set(order);
  const selected = [...state.selected].every((id) => rows.has(id))
    ? state.selected
    : new Set([...state.selected].filter((id) => rows.has(id)));
  return { ...state, order, waiting: undefined, selected };
}

/** The order with a document at its place in it, or without it. */
function placed(state: ListState, order: readonly string[], doc: DocumentInfo, locale: string): readonly string[] {
  const { view } = state;
  const at = order.indexOf(doc.id);
  if (!belongs(doc, view)) return at < 0 ? order : order.filter((id) => id !== doc.id);
  if (view.q) return order; // the best are first, and only the server knows them
  const compare = (other: string): number => roughly(doc, state.docs.get(other)!, view, locale);
  if (at >= 0) {
    const fits =
      (at === 0 || compare(order[at - 1]!) >= 0) && (at === order.length - 1 || compare(order[at + 1]!) <= 0);
    if (fits) return order;
  }
  const others = order.filter((id) => id !== doc.id);
  const before = others.findIndex((id) => inOrder(doc, state.docs.get(id)!, view.sort, locale) < 0);
  if (before >= 0) return others.toSpliced(before, 0, doc.id);
  return state.next === "" ? [...others, doc.id] : others; // else it comes with its page
}

/**
 * The order by which a row has to move. Documents that are written in all the time would change places each second;
 * those edited in the same minute keep theirs.
 */
function roughly(a: DocumentInfo, b: DocumentInfo, view: View, locale: string): number {
  if (view.sort !== "edited") return inOrder(a, b, view.sort, locale);
  return minuteOf(b.edited_at) - minuteOf(a.edited_at);
}

function minuteOf(time: string): number {
  return Math.floor(Date.parse(time) / 60_000);
}

function united(order: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...order, ...more])];
}
