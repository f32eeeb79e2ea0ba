import { describe, expect, it } from "vitest";
import { normalize, type Op } from "../ot/op.ts";
import { checkOp } from "../ot/schema.ts";
import { documentLength } from "../ot/text.ts";
import { markdownOf, opOfMarkdown, opOfPastedMarkdown } from "./markdown.ts";
import { viewOf } from "./markdown-view.ts";
import { RichDice } from "./testing.ts";

const rounds = Number(process.env.COLLABD_ROUNDS ?? 1500);
const seed = Number(process.env.COLLABD_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe("Markdown", () => {
  it.each<[string, Op, string]>([
    ["nothing", [{ insert: "\n" }], ""],
    ["paragraphs, an empty one between", [{ insert: "a\nb\n\nc\n" }], "a\n\nb\n\n\n\nc\n"],
    ["a heading", [{ insert: "A #" }, { insert: "\n", attributes: { header: 2 } }], "## A \\#\n"],
    [
      "marks",
      [
        { insert: "a " },
        { insert: "b", attributes: { bold: true } },
        { insert: "c", attributes: { bold: true, italic: true } },
        { insert: " d", attributes: { italic: true } },
        { insert: "e", attributes: { strike: true } },
        { insert: "f`g", attributes: { code: true } },
        { insert: " h", attributes: { link: "https://a.example/" } },
        { insert: "\n" },
      ],
      "a **b*c****&#32;d*~~e~~``f`g``[&#32;h](https://a.example/)\n",
    ],
    [
      "lists",
      [
        { insert: "a" },
        { insert: "\n", attributes: { list: "ordered" } },
        { insert: "b" },
        { insert: "\n", attributes: { list: "bullet", indent: 1 } },
        { insert: "c" },
        { insert: "\n", attributes: { list: "ordered" } },
        { insert: "d" },
        { insert: "\n", attributes: { list: "checked" } },
        { insert: "[ ] e" },
        { insert: "\n", attributes: { list: "bullet" } },
      ],
      "1. a\n    - b\n2. c\n- [x] d\n- \\[ \\] e\n",
    ],
    [
      "quotes and code",
      [
        { insert: "a" },
        { insert: "\n", attributes: { blockquote: true } },
        { insert: "b" },
        { insert: "\n", attributes: { blockquote: true } },
        { insert: "  x := `*p`" },
        { insert: "\n", attributes: { "code-block": "go" } },
        { insert: "```" },
        { insert: "\n", attributes: { "code-block": "go" } },
        { insert: { divider: true } },
        { insert: "\n" },
        { insert: { image: "/files/a/b" } },
        { insert: "\n" },
      ],
      "> a\n>\n> b\n\n````go\n  x := `*p`\n```\n````\n\n---\n\n![](/files/a/b)\n",
    ],
    [
      "embeds that Markdown does not have",
      [
        { insert: { mention: { id: "u1", name: "Ana" } } },
        { insert: { formula: "x^2" } },
        { insert: { divider: true } },
        { insert: "!\n" },
      ],
      "[@Ana](mention:u1)$`x^2`$<hr>!\n",
    ],
  ])("of %s", (_name, document, markdown) => {
    expect(markdownOf(document)).toBe(markdown);
    expect(opOfMarkdown(markdownOf(document))).toEqual(normalize(viewOf(document)));
  });

  it("is read as others write it", () => {
    const markdown =
      "Title\n=====\nsoft\nwrapped  \nhard\n\n* a\n  * b\n    * c\n\n  \n* d\n1) one\n\n~~~ JavaScript x\n*\n~~~\n__b__ _i_ <https://a.example/>\n> q\n> > r\n***\n| a | b |\n|---|---|\nno [x](./y) &copy; snake_case_x 2 * 3";
    expect(opOfMarkdown(markdown)).toEqual([
      { insert: "Title" },
      { insert: "\n", attributes: { header: 1 } },
      { insert: "soft wrapped\nhard\na" },
      { insert: "\n", attributes: { list: "bullet" } },
      { insert: "b" },
      { insert: "\n", attributes: { list: "bullet", indent: 1 } },
      { insert: "c" },
      { insert: "\n", attributes: { list: "bullet", indent: 2 } },
      { insert: "d" },
      { insert: "\n", attributes: { list: "bullet" } },
      { insert: "one" },
      { insert: "\n", attributes: { list: "ordered" } },
      { insert: "*" },
      { insert: "\n", attributes: { "code-block": "javascript" } },
      { insert: "b", attributes: { bold: true } },
      { insert: " " },
      { insert: "i", attributes: { italic: true } },
      { insert: " " },
      { insert: "https://a.example/", attributes: { link: "https://a.example/" } },
      { insert: "\nq r" },
      { insert: "\n", attributes: { blockquote: true } },
      { insert: { divider: true } },
      { insert: "\n| a | b |\n|---|---| no [x](./y) &copy; snake_case_x 2 * 3\n" },
    ]);
  });

  it("takes a blank line too many for nothing, and two too many for an empty line", () => {
    expect(opOfMarkdown("\na\n\n\nb\n\n\n\nc\n\n")).toEqual([{ insert: "a\nb\n\nc\n" }]);
  });

  it("makes no link and no image of what a document may not hold", () => {
    const op = opOfMarkdown(
      "[x](javascript:alert(1)) ![y](data:image/png;base64,AA) <javascript:alert(1)> [z](mention:../x)",
    );
    expect(op.every((part) => !("insert" in part) || typeof part.insert === "string")).toBe(true);
    expect(op.every((part) => "delete" in part || part.attributes === undefined)).toBe(true);
  });

  it(`opOfMarkdown(markdownOf(d)) is d without what Markdown cannot say, unit by unit (COLLABD_SEED=${seed})`, () => {
    for (let n = 0; n < rounds; n++) {
      const dice = new RichDice(seed + n);
      const everything = n % 2 === 0;
      const document = dice.richDocument(everything);
      const view = viewOf(document);
      const markdown = markdownOf(document);
      const note = `COLLABD_SEED=${seed + n} ${JSON.stringify({ document, markdown })}`;
      expect(opOfMarkdown(markdown), note).toEqual(normalize(view));
      expect(documentLength(view), note).toBe(documentLength(document));
      if (!everything) expect(normalize(view), note).toEqual(normalize(document));
      expect(markdownOf(opOfMarkdown(markdown)), note).toBe(markdown);
    }
  }, 60_000);

  it(`of anybody becomes a document that can be said in Markdown (COLLABD_SEED=${seed})`, () => {
    for (let n = 0; n < rounds; n++) {
      const markdown = new RichDice(seed + n).markdown();
      const op = opOfMarkdown(markdown);
      const note = `COLLABD_SEED=${seed + n} ${JSON.stringify(markdown)}`;
      expect(() => checkOp("rich", op, 0), note).toThrow("last line break");
      expect(opOfMarkdown(markdownOf(op)), note).toEqual(op);
    }
  }, 60_000);

  it("is linear in what an attacker sends", () => {
    const size = 1 << 16; // squared, this would not end
    const attacks = [
      "*a ", "**a*", "_a", "~~a", "`", "`a", "[", "![", "[a](", "](", "](u)", "![](/u", "[a](/u)", "[@", "<", "&", "$`", "\\",
      "> ", "- ", "\n", "\n\n", "    - a\n", "```\n", "# ", "a\n", "| a\n", "***a ", "*_~~", "- - ", "1. ", "[a](<", "\t",
    ]; // biome-ignore format: a list to look through
    for (const attack of attacks) markdownOf(opOfMarkdown(attack.repeat(size / attack.length)));
    for (const [open, close] of [
      ["![", "](/u)"],
      ["[@", "](mention:a)"],
      ["**", "**"],
      ["*a _b ", "c_ d* "],
    ] as const) {
      markdownOf(opOfMarkdown(open.repeat(size / 8) + close.repeat(size / 8)));
    }
  }, 60_000);

  it("of one line goes on in the line where it is pasted", () => {
    expect(opOfPastedMarkdown("a **b**")).toEqual([{ insert: "a " }, { insert: "b", attributes: { bold: true } }]);
    expect(opOfPastedMarkdown("# a")).toEqual([{ insert: "a" }, { insert: "\n", attributes: { header: 1 } }]);
  });
});
