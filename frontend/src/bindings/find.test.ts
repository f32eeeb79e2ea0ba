import { describe, expect, it } from "vitest";
import { findMatches, matchAt, patternOf, replacementOf, replaceOp, type Search } from "./find.ts";

const plain: Search = { text: "", matchCase: false, wholeWord: false, regexp: false };

function found(text: string, search: Partial<Search>): readonly string[] {
  const pattern = patternOf({ ...plain, ...search });
  return pattern ? findMatches(text, pattern).map(({ index, length }) => text.slice(index, index + length)) : [];
}

describe("a search", () => {
  it("looks for what is written, in any case or in this one", () => {
    expect(found("Ab ab aB", { text: "ab" })).toEqual(["Ab", "ab", "aB"]);
    expect(found("Ab ab aB", { text: "ab", matchCase: true })).toEqual(["ab"]);
    expect(found("a.c abc (x)", { text: "a.c" })).toEqual(["a.c"]);
    expect(found("ÄRGER ärger", { text: "är" })).toEqual(["ÄR", "är"]);
    expect(found("any", { text: "" })).toEqual([]);
  });

  it("looks for whole words, of any letters", () => {
    expect(found("art party art_ Art, über art", { text: "art", wholeWord: true })).toEqual(["art", "Art", "art"]);
    expect(found("überall über", { text: "über", wholeWord: true })).toHaveLength(1);
  });

  it("looks for a regular expression, line by line, and does not stop at matches of nothing", () => {
    expect(found("a1 b22\nc333", { text: "^[a-z]\\d+", regexp: true })).toEqual(["a1", "c333"]);
    expect(found("xaay😀", { text: "a*", regexp: true })).toEqual(["aa"]);
    expect(found("😀😁", { text: ".", regexp: true })).toEqual(["😀", "😁"]);
    expect(() => patternOf({ ...plain, text: "(", regexp: true })).toThrow(SyntaxError);
  });

  it("finds at most so many", () => {
    expect(findMatches("a".repeat(50), patternOf({ ...plain, text: "a" })!, 7)).toHaveLength(7);
  });
});

it("the next match from a place on is the one that ends behind it, or the first", () => {
  const matches = [
    { index: 2, length: 2 },
    { index: 6, length: 2 },
  ];
  expect([0, 2, 3, 4, 6, 8].map((place) => matchAt(matches, place))).toEqual([0, 0, 0, 1, 1, 0]);
  expect(matchAt([], 3)).toBe(-1);
});

it("a replacement is one op and takes the formats of what it replaces", () => {
  const document = [{ insert: "a " }, { insert: "cat", attributes: { bold: true } }, { insert: " and cat\n" }];
  expect(
    replaceOp(
      document,
      [
        { index: 2, length: 3 },
        { index: 10, length: 3 },
      ],
      ["dog", ""],
    ),
  ).toEqual([
    { retain: 2 },
    { insert: "dog", attributes: { bold: true } },
    { delete: 3 },
    { retain: 5 },
    { delete: 3 },
  ]);
});

it("a replacement may take up what the expression matched", () => {
  const pattern = patternOf({ ...plain, text: "(\\w+)@(\\w+)", regexp: true })!;
  expect(replacementOf("ana@home", pattern, "$2 of $1 $$", true)).toBe("home of ana $");
  expect(replacementOf("ana@home", pattern, "$2", false)).toBe("$2");
});
