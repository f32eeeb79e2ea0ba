// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { marked, titleMatch } from "./list-match.ts";

/** The parts of a title that a search marks. */
function found(title: string, query: string): readonly string[] | undefined {
  return titleMatch(title, query)?.map(([from, to]) => title.slice(from, to));
}

describe("words of a search in a title", () => {
  test.each<[string, string, readonly string[] | undefined]>([
    ["Launch plan", "lau", ["Launch"]],
    ["Launch plan", "plan launch", ["Launch", "plan"]],
    ["Launch plan", "lau plan", undefined], // only the last word may be a beginning
    ["Launch plan", "launch x", undefined],
    ["Replan", "plan", undefined], // words begin with it
    ["plan, planning, plans", "plan", ["plan", "planning", "plans"]],
    ["Ärger mit Öl", "arger ol", ["Ärger", "Öl"]],
    ["A\u0308rger", "arg", ["A\u0308rger"]],
    ["Cafe", "café", ["Cafe"]],
    ["nginx.conf (draft)", "conf", ["conf"]],
    ["𝒳 and 日本語", "日", ["日本語"]],
    ["Launch", "  ", undefined],
    ["Launch", "!?", undefined],
  ])("%s / %s", (title, query, expected) => {
    expect(found(title, query)).toEqual(expected);
  });
});

test("marks are put around ranges, and text is never HTML", () => {
  const box = document.createElement("p");
  box.append(...marked("a <b>x</b> c", [[2, 5]]));
  expect(box.innerHTML).toBe("a <mark>&lt;b&gt;</mark>x&lt;/b&gt; c");
});

test("ranges that do not fit the text are left out", () => {
  const box = document.createElement("p");
  box.append(...marked("short", [[0, 2], [1, 3], [4, 4], [3, 99]])); // biome-ignore format: a line
  expect(box.innerHTML).toBe("<mark>sh</mark>ort");
});
