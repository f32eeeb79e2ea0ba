import { describe, expect, it } from "vitest";
import { atEnter, atMark, atSpace } from "./markdown-shortcuts.ts";
import { safeLink } from "./schema.ts";

describe("a space after marks", () => {
  it.each([
    ["# ", { header: 1 }],
    ["###### ", { header: 6 }],
    ["- ", { list: "bullet" }],
    ["* ", { list: "bullet" }],
    ["1. ", { list: "ordered" }],
    ["12) ", { list: "ordered" }],
    ["[] ", { list: "unchecked" }],
    ["[ ] ", { list: "unchecked" }],
    ["[x] ", { list: "checked" }],
    ["- [ ] ", { list: "unchecked" }],
    ["> ", { blockquote: true }],
    ["``` ", { "code-block": true }],
    ["```Go ", { "code-block": "go" }],
  ])("%j formats the line", (before, formats) => {
    expect(atSpace(before)).toEqual({ kind: "line", remove: before.length, formats });
  });

  it("makes a divider", () => expect(atSpace("--- ")).toEqual({ kind: "divider", remove: 4 }));

  it.each(["####### ", "a# ", "-- ", "1.1 ", "[y] ", ">> ", "````` ", " # ", "#", "```öl ", ""])(
    "%j means nothing",
    (before) => expect(atSpace(before)).toBeUndefined(),
  );
});

it("Enter opens a code block or makes a divider, and nothing else", () => {
  expect(atEnter("```c++")).toEqual({ kind: "line", remove: 6, formats: { "code-block": "c++" } });
  expect(atEnter("---")).toEqual({ kind: "divider", remove: 3 });
  expect(atEnter("***")).toEqual({ kind: "divider", remove: 3 });
  for (const line of ["#", "-", "----", "``", "a```", ""]) expect(atEnter(line)).toBeUndefined();
});

describe("a closing mark", () => {
  const found = (before: string): unknown => {
    const mark = atMark(before, safeLink);
    if (mark?.kind !== "inline") return mark;
    return [mark.name, before.slice(mark.start + mark.open, mark.end - mark.close), mark.value];
  };

  it.each([
    ["so **bold**", ["bold", "bold", true]],
    ["**a*b**", ["bold", "a*b", true]],
    ["__bold__", ["bold", "bold", true]],
    ["(*it is*", ["italic", "it is", true]],
    ["_x_", ["italic", "x", true]],
    ["a `x * y`", ["code", "x * y", true]],
    ["~~gone~~", ["strike", "gone", true]],
    ["*😀*", ["italic", "😀", true]],
    ["see [this](https://a.example/b)", ["link", "this", "https://a.example/b"]],
    ["[mail](mailto:ana@example.org)", ["link", "mail", "mailto:ana@example.org"]],
  ])("of %j", (before, expected) => expect(found(before)).toEqual(expected));

  it.each([
    "2*3*", // a product
    "snake_case_",
    "**",
    "****",
    "*",
    "``",
    "__",
    "* a*",
    "**a **",
    "**a*",
    "~~a~",
    "[x](javascript:alert(1)",
    "[x](javascript:alert)",
    "[](https://a.example/)",
    "![x](https://a.example/x.png)",
  ])("%j closes nothing", (before) => expect(found(before)).toBeUndefined());

  it("does not look through a line that nobody typed", () => {
    expect(found(`${"*a".repeat(100_000)}*`)).toBeUndefined();
  });
});
