import { Builder, type Op } from "../ot/op.ts";
import { type Line, opOfLines } from "./lines.ts";
import { inlinePieces } from "./markdown-spans.ts";
import { sanitizeText } from "./schema.ts";

/**
 * The document that Markdown tells of, linear in its length and without refusing any: what is no mark is text. Beside what
 * `markdownOf` writes it reads what others do: nested lists by any indent, loose lists, headings by underlines, tildes as
 * fences, hard breaks, character references. Tables and HTML stay text.
 */
export function opOfMarkdown(markdown: string): Op {
  const clean = sanitizeText(markdown);
  const reader = new BlockReader((clean.endsWith("\n") ? clean.slice(0, -1) : clean).split("\n"));
  return opOfLines(reader.read());
}

const rule = /^[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/s;
const fenceStart = /^([ \t]*)(`{3,}|~{3,})[ \t]*([^`]*)$/;
const quoteMark = /^(?: {0,3}>[ ]?)+/;
const item = /^([ \t]*)([-+*]|\d{1,9}[.)])(?:[ \t]+(.*))?$/s;
const deepest = 8;

interface Item {
  /** Columns before the mark, and before the text. */
  readonly indent: number;
  readonly content: number;
  readonly list: string;
  /** Its own line and those that go on without a mark. */
  readonly texts: string[];
  /** Empty lines of the document before it. */
  readonly gap: number;
}

class BlockReader {
  #source: readonly string[];
  #at = 0;
  #lines: Line[] = [];

  constructor(source: readonly string[]) {
    this.#source = source;
  }

  read(): readonly Line[] {
    for (let first = true; this.#at < this.#source.length; first = false) {
      const blank = this.#blank();
      if (this.#at >= this.#source.length) {
        this.#empty(Math.floor((first ? blank + 1 : blank) / 2));
        break;
      }
      this.#empty(Math.max(0, Math.floor((first ? blank : blank - 1) / 2)));
      this.#block();
    }
    return this.#lines;
  }

  /** Goes over blank lines and tells how many there were. */
  #blank(): number {
    const from = this.#at;
    while (this.#at < this.#source.length && isBlank(this.#source[this.#at]!)) this.#at++;
    return this.#at - from;
  }

  #block(): void {
    const line = this.#source[this.#at]!;
    if (fenceStart.test(line)) this.#fence();
    else if (rule.test(line)) this.#rule();
    else if (heading.test(line)) this.#heading();
    else if (quoteMark.test(line)) this.#quote();
    else if (item.test(line)) this.#list();
    else this.#paragraph();
  }

  #rule(): void {
    this.#at++;
    this.#lines.push({ pieces: [{ insert: { divider: true }, attributes: {} }], attributes: {}, ended: true });
  }

  #heading(): void {
    const [, marks = "", text = ""] = heading.exec(this.#source[this.#at++]!)!;
    this.#text(withoutClosing(text.trim()), { header: marks.length });
  }

  #fence(): void {
    const [, indent = "", fence = "", info = ""] = fenceStart.exec(this.#source[this.#at++]!)!;
    const language = /^[a-z0-9+#-]{1,32}(?=\s|$)/.exec(info.toLowerCase())?.[0] ?? true;
    const from = this.#at;
    while (this.#at < this.#source.length && !closes(this.#source[this.#at]!, fence)) this.#at++;
    const code = this.#source.slice(from, this.#at);
    this.#at++;
    for (const line of code.length > 0 ? code : [""]) {
      const text = line.startsWith(indent) ? line.slice(indent.length) : line.trimStart();
      const pieces = text === "" ? [] : [{ insert: text, attributes: {} }];
      this.#lines.push({ pieces, attributes: { "code-block": language }, ended: true });
    }
  }

  #quote(): void {
    const from = this.#at;
    while (this.#at < this.#source.length && quoteMark.test(this.#source[this.#at]!)) this.#at++;
    const inside = this.#source.slice(from, this.#at).map((line) => line.replace(quoteMark, ""));
    let texts: string[] = [];
    let blank = 0;
    let first = true;
    const flush = (): void => {
      for (const text of joined(texts)) this.#text(text, { blockquote: true });
      texts = [];
    };
    for (const line of inside) {
      if (isBlank(line)) {
        flush();
        blank++;
        continue;
      }
      if (blank > 0 || first)
        this.#empty(Math.max(0, Math.floor((first ? blank : blank - 1) / 2)), { blockquote: true });
      if (texts.length > 0 && startsBlock(line)) flush();
      texts.push(line);
      blank = 0;
      first = false;
    }
    flush();
    this.#empty(Math.floor((first ? blank + 1 : blank) / 2), { blockquote: true });
  }

  #list(): void {
    const items: Item[] = [];
    let gap = 0;
    for (let end = this.#at; ; ) {
      const line = this.#source[this.#at];
      const found = line === undefined || rule.test(line) || fenceStart.test(line) ? null : item.exec(line);
      if (found) {
        items.push(itemOf(found, gap));
        end = ++this.#at;
      } else if (line !== undefined && gap === 0 && this.#at === end && !isBlank(line) && !startsBlock(line)) {
        items.at(-1)!.texts.push(line);
        end = ++this.#at;
      } else if (line !== undefined && isBlank(line)) {
        gap = Math.floor((this.#blank() - 1) / 2);
        continue;
      } else {
        this.#at = end; // the blank lines are for who comes next
        break;
      }
      gap = 0;
    }
    this.#items(items);
  }

  /** Gives items their depth: four columns a level, as `markdownOf` writes; else by what they stand under. */
  #items(items: readonly Item[]): void {
    const regular = items.every(({ indent }) => indent % 4 === 0);
    const above: { readonly indent: number; readonly content: number }[] = [];
    for (const each of items) {
      while (above.length > 1 && each.indent < above.at(-1)!.indent) above.pop();
      const top = above.at(-1);
      if (top && each.indent < top.content) above.pop();
      above.push(each);
      this.#empty(each.gap);
      const depth = Math.min(deepest, regular ? each.indent / 4 : above.length - 1);
      const attributes = depth > 0 ? { list: each.list, indent: depth } : { list: each.list };
      for (const text of joined(each.texts)) this.#text(text, attributes);
    }
  }

  #paragraph(): void {
    const texts = [this.#source[this.#at++]!];
    for (; this.#at < this.#source.length; this.#at++) {
      const line = this.#source[this.#at]!;
      const underline = /^ {0,3}(?:(=+)|-+)[ \t]*$/.exec(line);
      if (underline) {
        this.#at++;
        this.#text(joined(texts).join(" "), { header: underline[1] ? 1 : 2 });
        return;
      }
      if (isBlank(line) || startsBlock(line)) break;
      texts.push(line);
    }
    for (const text of joined(texts)) this.#text(text, {});
  }

  #text(text: string, attributes: Line["attributes"]): void {
    this.#lines.push({ pieces: inlinePieces(text), attributes, ended: true });
  }

  #empty(count: number, attributes: Line["attributes"] = {}): void {
    for (let n = 0; n < count; n++) this.#lines.push({ pieces: [], attributes, ended: true });
  }
}

function isBlank(line: string): boolean {
  return !/[^ \t]/.test(line);
}

/** Whether a line ends the paragraph before it without a blank line. A list may do so only where it is sure to be one. */
function startsBlock(line: string): boolean {
  if (fenceStart.test(line) || rule.test(line) || heading.test(line) || quoteMark.test(line)) return true;
  const found = item.exec(line);
  if (found) return (found[3] ?? "") !== "" && (found[2]!.length === 1 || /^1[.)]/.test(found[2]!));
  return line.trimStart().startsWith("|"); // a row of a table stays a line
}

function closes(line: string, fence: string): boolean {
  const text = line.trim();
  return text.length >= fence.length && text === fence[0]!.repeat(text.length);
}

function withoutClosing(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "#") end--;
  if (end === text.length || (end > 0 && !/\s/.test(text[end - 1]!))) return text;
  return text.slice(0, end).trimEnd();
}

function itemOf([, space = "", mark = "", rest = ""]: RegExpExecArray, gap: number): Item {
  const indent = space.replaceAll("\t", "    ").length;
  const check = mark.length === 1 ? /^\[([ xX])\](?:[ \t]+(.*))?$/s.exec(rest) : null;
  const list = check ? (check[1] === " " ? "unchecked" : "checked") : mark.length > 1 ? "ordered" : "bullet";
  return { indent, content: indent + mark.length + 1, list, texts: [check ? (check[2] ?? "") : rest], gap };
}

/** The lines of a paragraph: one, unless a hard break or the row of a table ends one before. */
function joined(texts: readonly string[]): readonly string[] {
  const found: string[][] = [];
  let fresh = true;
  for (const [index, text] of texts.entries()) {
    const last = index === texts.length - 1;
    const slashes = /\\+$/.exec(text)?.[0].length ?? 0;
    const hard = !last && (slashes % 2 === 1 || / {2,}$/.test(text));
    const own = (slashes % 2 === 1 && !last ? text.slice(0, -1) : text).trim();
    if (fresh || own.startsWith("|")) found.push([own]);
    else found.at(-1)!.push(own);
    fresh = hard;
  }
  return found.map((line) => line.join(" "));
}

/** The document for a paste: without the line break at its end when it is one line of plain text, to go on in its place. */
export function opOfPastedMarkdown(markdown: string): Op {
  const document = opOfMarkdown(markdown);
  const last = document.at(-1);
  if (!last || !("insert" in last) || typeof last.insert !== "string" || last.attributes) return document;
  const builder = new Builder();
  for (const part of document.slice(0, -1)) builder.push(part);
  return builder.insert(last.insert.slice(0, -1)).op();
}
