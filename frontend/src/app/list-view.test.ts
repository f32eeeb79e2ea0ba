import { describe, expect, test } from "vitest";
import type { DocumentInfo } from "./api.ts";
import { addressOf, belongs, inOrder, start, type View, viewOf } from "./list-view.ts";

const doc = (change: Partial<DocumentInfo> = {}): DocumentInfo => ({
  id: "a",
  kind: "rich",
  title: "A",
  created_at: "2026-01-01T00:00:00Z",
  edited_at: "2026-01-02T00:00:00Z",
  folder: "",
  pinned: false,
  peers: [],
  ...change,
});

describe("the address of a view", () => {
  test.each<[string, View]>([
    ["/", start],
    ["/?view=pinned", { ...start, view: "pinned" }],
    ["/?view=trash&sort=name", { ...start, view: "trash", sort: "name" }],
    ["/?folder=f1&sort=created&q=two+words", { view: "all", folder: "f1", sort: "created", q: "two words" }],
    ["/?q=%26%3D%2B%25", { ...start, q: "&=+%" }],
  ])("%s", (address, view) => {
    expect(addressOf(view)).toBe(address);
    expect(viewOf(address.slice(1))).toEqual(view);
  });

  test("what is wrong in it is as at the start", () => {
    expect(viewOf("?view=nowhere&sort=size&x=1")).toEqual(start);
    expect(viewOf("?view=trash&folder=f1").folder).toBe("");
    expect(viewOf(`?q=${"x".repeat(500)}`).q).toHaveLength(200);
  });
});

test("a document belongs to its places, and in the trash to that alone", () => {
  const places: View[] = [start, { ...start, view: "pinned" }, { ...start, folder: "f1" }, { ...start, view: "trash" }];
  const where = (change: Partial<DocumentInfo>): boolean[] => places.map((view) => belongs(doc(change), view));
  expect(where({})).toEqual([true, false, false, false]);
  expect(where({ pinned: true })).toEqual([true, true, false, false]);
  expect(where({ folder: "f1" })).toEqual([true, false, true, false]);
  const trashed_at = "2026-01-03T00:00:00Z";
  expect(where({ folder: "f1", pinned: true, trashed_at })).toEqual([false, false, false, true]);
});

test("orders are the latest edited, the newest, and by name without case", () => {
  const a = doc({ title: "beta", created_at: "2026-01-01T00:00:00Z", edited_at: "2026-03-01T00:00:00.5Z" });
  const b = doc({ title: "Alpha", created_at: "2026-02-01T00:00:00Z", edited_at: "2026-03-01T00:00:00Z" });
  expect(inOrder(a, b, "edited", "en")).toBeLessThan(0);
  expect(inOrder(a, b, "created", "en")).toBeGreaterThan(0);
  expect(inOrder(a, b, "name", "en")).toBeGreaterThan(0);
});
