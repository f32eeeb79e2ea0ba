import type { Op } from "../ot/op.ts";
import type { Line } from "./lines.ts";
import { inlineMarkdown } from "./markdown-inline.ts";
import { viewLines } from "./markdown-view.ts";

export { opOfMarkdown, opOfPastedMarkdown } from "./markdown-parse.ts";

/**
 * A rich document as Markdown (CommonMark with GitHub's strikethrough and task lists). Formats that it has no mark for
 * are left out: `opOfMarkdown(markdownOf(d)) = viewOf(d)`, and what this wrote is read and written again as it was,
 * byte for byte.
 *
 * A line of the document is a block, and a blank line stands between two; an empty line of the document is a block of
 * nothing, so a third blank line. Embeds that Markdown does not know are `<hr>` inside a line, `[@Ana](mention:id)`, and
 * formulas as GitHub has them, a dollar sign around code. Linear in the length of the document.
 */
export function markdownOf(document: Op): string {
  return markdownOfLines(viewLines(document)).text;
}

/** Markdown, and where in it the block of each line begins, in UTF-16 code units. */
export interface MarkdownText {
  readonly text: string;
  /** One for each line of the document. */
  readonly starts: readonly number[];
}

/** The Markdown of lines that `viewLines` made. */
export function markdownOfLines(lines: readonly Line[]): MarkdownText {
  const writer = new Writer();
  for (let index = 0; index < lines.length; ) index = writer.block(lines, index);
  return writer.end();
}

class Writer {
  #parts: string[] = [];
  #length = 0;
  #starts: number[] = [];

  /** Writes the block that begins with the line at `index`; returns the index of the line after it. */
  block(lines: readonly Line[], index: number): number {
    if (index > 0) this.#write("\n\n");
    const { attributes } = lines[index]!;
    if (attributes.list) return this.#list(lines, index);
    if (attributes.blockquote) return this.#quote(lines, index);
    if (attributes["code-block"]) return this.#code(lines, index);
    this.#starts.push(this.#length);
    this.#write(paragraph(lines[index]!));
    return index + 1;
  }

  end(): MarkdownText {
    const text = this.#parts.join("");
    return { text: text === "" ? "" : `${text}\n`, starts: this.#starts };
  }

  #list(lines: readonly Line[], from: number): number {
    const numbers: number[] = [];
    let index = from;
    for (; lines[index]?.attributes.list; index++) {
      const line = lines[index]!;
      const { list, indent = 0 } = line.attributes as { list: string; indent?: number };
      numbers.length = Math.min(numbers.length, indent + 1);
      while (numbers.length <= indent) numbers.push(0);
      numbers[indent] = list === "ordered" ? numbers[indent]! + 1 : 0;
      const mark = { bullet: "-", unchecked: "- [ ]", checked: "- [x]" }[list] ?? `${numbers[indent]}.`;
      if (index > from) this.#write("\n");
      this.#starts.push(this.#length);
      this.#write(`${"    ".repeat(indent)}${mark} ${text(line)}`.trimEnd());
    }
    return index;
  }

  #quote(lines: readonly Line[], from: number): number {
    let index = from;
    for (; lines[index]?.attributes.blockquote; index++) {
      if (index > from) this.#write("\n>\n");
      this.#starts.push(this.#length);
      this.#write(`> ${text(lines[index]!)}`.trimEnd());
    }
    return index;
  }

  #code(lines: readonly Line[], from: number): number {
    const language = lines[from]!.attributes["code-block"];
    let end = from;
    while (lines[end]?.attributes["code-block"] === language) end++;
    const code = lines.slice(from, end).map((line) => line.pieces.map((piece) => String(piece.insert)).join(""));
    let most = 2;
    for (const line of code) for (const run of line.match(/`+/g) ?? []) most = Math.max(most, run.length);
    const fence = "`".repeat(most + 1);
    this.#write(`${fence}${language === true ? "" : language}`);
    for (const line of code) {
      this.#write("\n");
      this.#starts.push(this.#length);
      this.#write(line);
    }
    this.#write(`\n${fence}`);
    return end;
  }

  #write(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
  }
}

function paragraph(line: Line): string {
  const { header } = line.attributes;
  if (header) return heading(Number(header), inlineMarkdown(line.pieces));
  const [only] = line.pieces;
  const isRule = line.pieces.length === 1 && typeof only!.insert === "object" && "divider" in only!.insert;
  return isRule && Object.keys(only!.attributes).length === 0 ? "---" : text(line);
}

/** A heading; number signs at its end would be read as a closing mark. */
function heading(level: number, inline: string): string {
  return `${"#".repeat(level)} ${inline.replace(/(^|\s)(#+)$/, "$1\\$2")}`.trimEnd();
}

/** The text of a line, so that its start is not read as the mark of another block. */
function text(line: Line): string {
  return inlineMarkdown(line.pieces)
    .replace(/^(?:#{1,6}(?=\s|$)|>|[-+](?=\s|$)|-(?=[ \t-]*$))/, "\\$&")
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
}
