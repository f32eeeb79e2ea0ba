import { describe, expect, test } from "vitest";
import type { DocumentInfo, DocumentPage } from "./api.ts";
import { allSelected, extended, meant, toggled } from "./list-selection.ts";
import {
  initial,
  type ListState,
  settled,
  withDocument,
  withPage,
  withPeers,
  withQuery,
  withView,
} from "./list-state.ts";
import { start } from "./list-view.ts";

const minute = (at: number): string => new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString();

/** A document that was edited in this minute. */
const doc = (id: string, at: number, change: Partial<DocumentInfo> = {}): DocumentInfo => ({
  id,
  kind: "rich",
  title: `Title ${id}`,
  created_at: minute(0),
  edited_at: minute(at),
  folder: "",
  pinned: false,
  peers: [],
  ...change,
});

const page = (docs: readonly DocumentInfo[], next = ""): DocumentPage => ({ docs, next });
const abc = [doc("a", 30), doc("b", 20), doc("c", 10)];
const shown = (next = ""): ListState => withPage(initial(), page(abc, next), {});
const take = (state: ListState, changed: DocumentInfo, hold = false): ListState =>
  withDocument(state, changed, hold, "en");

describe("one document changes", () => {
  test("it goes to its place", () => {
    expect(take(shown(), doc("c", 40)).order).toEqual(["c", "a", "b"]);
    expect(take(shown(), doc("a", 15)).order).toEqual(["b", "a", "c"]);
    expect(take(shown(), doc("new", 25)).order).toEqual(["a", "new", "b", "c"]);
  });

  test("documents that are edited in the same minute do not change places", () => {
    const seconds = (id: string, second: number) => doc(id, 30, { edited_at: `2026-01-01T00:30:0${second}.000Z` });
    let state = take(shown(), seconds("b", 1));
    expect(state.order).toEqual(["a", "b", "c"]);
    for (let second = 2; second < 9; second++) state = take(state, seconds(second % 2 ? "a" : "b", second));
    expect(state.order).toEqual(["a", "b", "c"]);
    expect(take(state, doc("b", 31)).order).toEqual(["b", "a", "c"]);
  });

  test("a new one is above those that were edited in the same minute", () => {
    expect(take(shown(), doc("new", 30, { edited_at: "2026-01-01T00:30:01Z" })).order[0]).toBe("new");
  });

  test("it goes away when it no longer belongs here, and comes back", () => {
    const without = take(shown(), { ...abc[1]!, trashed_at: minute(40) });
    expect(without.order).toEqual(["a", "c"]);
    expect(take(without, abc[1]!).order).toEqual(["a", "b", "c"]);
  });

  test("while somebody points at the rows, they take what is new but stay; then they move", () => {
    const held = take(take(shown(), doc("c", 40, { title: "New title" }), true), doc("new", 50), true);
    expect(held.order).toEqual(["a", "b", "c"]);
    expect(held.docs.get("c")!.title).toBe("New title");
    expect(settled(held).order).toEqual(["new", "c", "a", "b"]);
    expect(settled(held).waiting).toBeUndefined();
  });

  test("what one does oneself shows at once, and what waits goes on waiting", () => {
    const held = take(shown(), doc("new", 50), true);
    const after = take(held, { ...abc[0]!, trashed_at: minute(60) });
    expect(after.order).toEqual(["b", "c"]);
    expect(settled(after).order).toEqual(["new", "b", "c"]);
  });

  test("one that belongs behind what is loaded comes with its page", () => {
    const state = take(shown("cursor"), doc("old", 5));
    expect(state.order).toEqual(["a", "b", "c"]);
    const more = withPage(state, page([doc("c", 10), doc("old", 5), doc("d", 4)]), { more: true });
    expect(more.order).toEqual(["a", "b", "c", "old", "d"]);
  });

  test("one that is gone is no longer selected", () => {
    const state = take(allSelected(shown()), { ...abc[1]!, trashed_at: minute(40) });
    expect([...state.selected]).toEqual(["a", "c"]);
  });

  test("who has it open changes nothing else; of unknown documents nothing is kept", () => {
    const peers = [{ id: "u", name: "Ana", color: "#c2335b" }];
    const state = withPeers(shown(), "b", peers);
    expect(state.docs.get("b")!.peers).toBe(peers);
    expect(state.order).toEqual(["a", "b", "c"]);
    expect(withPeers(state, "unknown", peers)).toBe(state);
  });
});

describe("a search", () => {
  const known = withPage(
    initial(),
    page(
      [doc("a", 30, { title: "Alpha one" }), doc("b", 20, { title: "Beta" }), doc("c", 10, { title: "Alphabet" })],
      "x",
    ),
    {},
  );
  const answer = page([
    doc("a", 30, { title: "Alpha one", match: { title: [[0, 5]], text: "", ranges: [] } }),
    doc("c", 10, { title: "Alphabet", match: { title: [[0, 5]], text: "", ranges: [] } }),
    doc("b", 20, { title: "Beta", match: { title: [], text: "some alpaca", ranges: [[5, 7]] } }),
  ]);

  test("shows at once what titles tell, and the rest when the answer comes, below", () => {
    const typed = withQuery(known, "al");
    expect(typed.order).toEqual(["a", "c"]);
    expect(typed.matches.get("c")!.title).toEqual([[0, 8]]);
    expect(typed.searching).toBe(true);
    const found = withPage(typed, answer, {});
    expect(found.order).toEqual(["a", "c", "b"]);
    expect(found.searching).toBe(false);
  });

  test("which grows keeps what the text told until the next answer", () => {
    const found = withPage(withQuery(known, "al"), answer, {});
    const grown = withQuery(found, "alp");
    expect(grown.order).toEqual(["a", "c", "b"]);
    expect(grown.matches.get("b")!.text).toBe("some alpaca");
    expect(withPage(grown, page([answer.docs[0]!]), {}).order).toEqual(["a"]);
  });

  test("of which nothing is known here leaves the rows for a moment", () => {
    expect(withQuery(known, "zebra").order).toEqual(["a", "b", "c"]);
  });

  test("that is cleared gives the rows back, with what has happened since", () => {
    const found = withPage(withQuery(known, "al"), answer, {});
    const without = take(found, doc("b", 20, { trashed_at: minute(50) }));
    expect(without.order).toEqual(["a", "c"]);
    const cleared = withQuery(without, "");
    expect(cleared.order).toEqual(["a", "c"]);
    expect(cleared.next).toBe("x");
    expect(cleared.matches.size).toBe(0);
  });

  test("is not put into another order by an edit", () => {
    const found = withPage(withQuery(known, "al"), answer, {});
    expect(take(found, doc("b", 50)).order).toEqual(["a", "c", "b"]);
  });
});

test("another view shows what is known of it, and selects nothing", () => {
  const state = take(toggled(shown(), "a"), doc("b", 20, { folder: "f1" }));
  const folder = withView(state, { ...start, folder: "f1" }, "en");
  expect(folder.order).toEqual(["b"]);
  expect(folder.selected.size).toBe(0);
  expect(withView(state, { ...start, view: "trash" }, "en").phase).toBe("loading");
  expect([...withView(state, { ...start, sort: "name" }, "en").selected]).toEqual(["a"]);
});

describe("a selection", () => {
  test("is toggled row by row, and extended from the last row", () => {
    const one = toggled(shown(), "b");
    expect([...toggled(one, "b").selected]).toEqual([]);
    expect([...extended(one, "c").selected]).toEqual(["b", "c"]);
    expect([...extended(one, "a").selected].sort()).toEqual(["a", "b"]);
    expect([...extended(toggled(shown(), "c"), "a").selected].sort()).toEqual(["a", "b", "c"]);
    expect([...extended(shown(), "c").selected]).toEqual(["c"]); // from nowhere
  });

  test("is what an action on one of its rows is meant for", () => {
    const state = toggled(toggled(shown(), "c"), "a");
    expect(meant(state, "a")).toEqual(["a", "c"]);
    expect(meant(state, "b")).toEqual(["b"]);
  });
});
