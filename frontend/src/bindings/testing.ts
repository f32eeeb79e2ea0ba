/** Random rich documents for tests, from a seed, so that a failure can be had again. */
import { Builder, type Op } from "../ot/op.ts";
import { Dice } from "../ot/testing.ts";

/** What is likely to be read as a mark, and what is likely to be cut in the middle. */
const scraps = [
  "a", "b", "word", " ", "  ", "\t", "*", "**", "_", "__", "~", "~~", "`", "``", "```", "[", "]", "(", ")", "](", "!", "![",
  "$", "$`", "<", "<hr>", "&", "&amp;", "&#32;", "\\", "#", "# ", "##", ">", "> ", "-", "- ", "---", "+ ", "1. ", "12)", "=",
  "===", "|", "| a |", "[ ] ", "[x] ", "😀", "😁", "é", "ß", "ﷺ", "\u00a0", "\u2028", "https://a.example/", "@", "]: ", ".", ",",
]; // biome-ignore format: a list to look through

const links = [
  "https://a.example/",
  "https://a.example/x y",
  "/d/(a)",
  "#a\\b",
  "mailto:a@b.example",
  "/<&amp;>",
  "/a&copy;b",
];

/** Makes documents of all that a rich document may hold, or only of what Markdown can say. */
export class RichDice extends Dice {
  line(): string {
    return Array.from({ length: this.int(0, 5) }, () => this.pick(scraps)).join("");
  }

  /** A document that ends in a line break. */
  richDocument(everything: boolean): Op {
    const builder = new Builder();
    for (let n = this.int(1, 8); n > 0; n--) this.#line(builder, everything);
    return builder.op();
  }

  #line(builder: Builder, everything: boolean): void {
    const attributes = this.#lineAttributes(everything);
    const code = attributes["code-block"] !== undefined;
    for (let n = this.int(0, 4); n > 0; n--) {
      if (code && !everything) builder.insert(this.line());
      else if (this.int(0, 4) === 0) builder.insert(this.#embed(), this.#textAttributes(everything, true));
      else builder.insert(this.line(), this.#textAttributes(everything, false));
    }
    builder.insert("\n", attributes);
  }

  #lineAttributes(everything: boolean): Record<string, unknown> {
    const kinds: Record<string, unknown>[] = [
      {},
      {},
      { header: this.int(1, 6) },
      { list: this.pick(["bullet", "ordered", "checked", "unchecked"]) },
      { list: this.pick(["bullet", "ordered"]), indent: this.int(1, 8) },
      { blockquote: true },
      { "code-block": this.pick([true, "go", "c++"]) },
    ];
    const others: Record<string, unknown>[] = [
      { align: "center" },
      { direction: "rtl" },
      { indent: 2 },
      this.pick(kinds),
    ];
    const chosen = this.pick(kinds);
    return everything && this.int(0, 2) === 0 ? { ...chosen, ...this.pick(others) } : chosen;
  }

  #textAttributes(everything: boolean, embed: boolean): Record<string, unknown> {
    const attributes: Record<string, unknown> = {};
    for (const name of ["bold", "italic", "strike"]) if (this.int(0, 2) === 0) attributes[name] = true;
    if (this.int(0, 4) === 0 && (everything || !embed)) attributes.code = true;
    if (this.int(0, 4) === 0) attributes.link = this.pick(links);
    if (everything && this.int(0, 3) === 0)
      attributes[this.pick(["color", "background"])] = this.pick(["#123", "#abcdef"]);
    if (everything && this.int(0, 3) === 0) attributes.underline = true;
    return attributes;
  }

  #embed(): Record<string, unknown> {
    return this.pick<Record<string, unknown>>([
      { divider: true },
      { image: this.pick(["/files/a/b", "https://a.example/x(1).png", "/a b"]) },
      { mention: { id: "u_1", name: this.pick(["Ana", " b*c ", "[x]", "@"]) } },
      { formula: this.pick(["x^2", "a`b", "`", " a ", "$"]) },
    ]);
  }

  /** Text that a person or an attacker may have as Markdown. */
  markdown(): string {
    const lines = Array.from({ length: this.int(1, 8) }, () => {
      const start = this.pick(["", "", "", "  ", "    ", "- ", "1. ", "  - ", "> ", "# ", "```", "---", "===", "\t"]);
      return start + this.line();
    });
    return lines.join(this.pick(["\n", "\n\n", "\n\n\n\n", "  \n", "\\\n"]));
  }
}
