import { EMBEDS } from "../ot/schema.ts";

/** A part of the text of a block. Tokens are written to while links and marks are resolved. */
export type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "embed"; readonly embed: Readonly<Record<string, unknown>> }
  | {
      readonly kind: "open";
      readonly image: boolean;
      /** The index of the token that closes it, where it is a link or an embed. */
      end?: number;
      /** What stands for all the tokens from this to its end. */
      embed?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: "close";
      /** As it is written, with the address. */
      readonly source: string;
      readonly target: string | undefined;
      start?: number;
    }
  | {
      readonly kind: "run";
      readonly mark: "*" | "_" | "~";
      readonly length: number;
      readonly canOpen: boolean;
      readonly canClose: boolean;
      /** How many of its marks are text after all. */
      literal: number;
      opens: ("bold" | "italic" | "strike")[];
      closes: ("bold" | "italic" | "strike")[];
    };

/** Cuts the text of a block in tokens, from left to right. */
export function tokensOf(text: string): Token[] {
  return new Tokenizer(text).read();
}

const plain = /[^\\`*_~[\]!$<&]+/y;
const reference = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos|nbsp));/y;
const bracketed = /\(\s*<((?:[^<>\\\n]|\\.)*)>(?:\s+"[^"]*")?\s*\)/y;
const bare = /\(\s*((?:[^\s()<>\\]|\\.|\([^\s()]*\))+)(?:\s+"[^"]*")?\s*\)/y;
const autolink = /<((?:https?:\/\/|mailto:)[^\s<>]+)>/y;
const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

class Tokenizer {
  #text: string;
  #at = 0;
  #tokens: Token[] = [];
  /** Where runs of so many backticks begin, in their order; the places behind the reader are dropped. */
  #fences = new Map<number, { readonly places: number[]; next: number }>();

  constructor(text: string) {
    this.#text = text;
    for (const { 0: run, index } of text.matchAll(/`+/g)) {
      const known = this.#fences.get(run.length);
      if (known) known.places.push(index);
      else this.#fences.set(run.length, { places: [index], next: 0 });
    }
  }

  read(): Token[] {
    while (this.#at < this.#text.length) {
      const words = this.#match(plain);
      if (words) this.#literal(words[0]);
      else this.#special(this.#text[this.#at]!);
    }
    return this.#tokens;
  }

  #special(unit: string): void {
    switch (unit) {
      case "\\":
        return this.#escape();
      case "`":
        return this.#code();
      case "$":
        return this.#formula();
      case "&":
        return this.#reference();
      case "<":
        return this.#angle();
      case "!":
        if (this.#text[this.#at + 1] !== "[") return this.#take(1);
        this.#tokens.push({ kind: "open", image: true });
        this.#at += 2;
        return;
      case "[":
        this.#tokens.push({ kind: "open", image: false });
        this.#at++;
        return;
      case "]":
        return this.#close();
      default:
        return this.#run(unit as "*" | "_" | "~");
    }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }

  #literal(text: string): void {
    this.#tokens.push({ kind: "text", text });
  }

  #take(units: number): void {
    this.#literal(this.#text.slice(this.#at, this.#at + units));
    this.#at += units;
  }

  #escape(): void {
    this.#at++;
    if (/[!-/:-@[-`{-~]/.test(this.#text[this.#at] ?? "")) this.#take(1);
    else this.#literal("\\");
  }

  /** The text of a code span that begins here, or undefined; the reader is behind it then. */
  #span(): string | undefined {
    let length = 1;
    while (this.#text[this.#at + length] === "`") length++;
    const start = this.#at + length;
    const fence = this.#fences.get(length);
    if (!fence) return undefined;
    while (fence.next < fence.places.length && fence.places[fence.next]! < start) fence.next++;
    const end = fence.places[fence.next];
    if (end === undefined) return undefined;
    this.#at = end + length;
    const text = this.#text.slice(start, end);
    return /^ .* $/s.test(text) && /[^ ]/.test(text) ? text.slice(1, -1) : text;
  }

  #code(): void {
    const text = this.#span();
    if (text !== undefined) {
      this.#tokens.push({ kind: "code", text });
      return;
    }
    let length = 1;
    while (this.#text[this.#at + length] === "`") length++;
    this.#take(length);
  }

  #formula(): void {
    const start = this.#at++;
    if (this.#text[this.#at] === "`") {
      const tex = this.#span();
      if (tex !== undefined && this.#text[this.#at] === "$" && EMBEDS.get("formula")?.accepts(tex)) {
        this.#at++;
        this.#tokens.push({ kind: "embed", embed: { formula: tex } });
        return;
      }
      this.#at = start + 1; // the code is code
    }
    this.#literal("$");
  }

  #reference(): void {
    const found = this.#match(reference);
    if (!found) return this.#take(1);
    const [source, decimal, hex, name] = found;
    const point = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? "", 16);
    if (name !== undefined) this.#literal(named[name]!);
    else this.#literal(isCharacter(point) ? String.fromCodePoint(point) : source);
  }

  #angle(): void {
    if (this.#text.startsWith("<hr>", this.#at)) {
      this.#tokens.push({ kind: "embed", embed: { divider: true } });
      this.#at += 4;
      return;
    }
    const link = this.#match(autolink)?.[1];
    if (link === undefined) return this.#take(1);
    this.#tokens.push({ kind: "open", image: false }, { kind: "text", text: link.replace(/^mailto:/, "") });
    this.#tokens.push({ kind: "close", source: `](${link})`, target: link });
  }

  #close(): void {
    const start = this.#at++;
    const found = this.#match(bracketed) ?? this.#match(bare);
    const target = found ? unescaped(found[1]!) : undefined;
    this.#tokens.push({ kind: "close", source: this.#text.slice(start, this.#at), target });
  }

  #run(mark: "*" | "_" | "~"): void {
    const start = this.#at;
    while (this.#text[this.#at] === mark) this.#at++;
    const before = this.#text.slice(Math.max(0, start - 2), start);
    const after = this.#text.slice(this.#at, this.#at + 2);
    const free = mark !== "_"; // an underscore inside a word is one
    this.#tokens.push({
      kind: "run",
      mark,
      length: this.#at - start,
      canOpen: /^\S/.test(after) && (free || !/[\p{L}\p{N}]$/u.test(before)),
      canClose: /\S$/.test(before) && (free || !/^[\p{L}\p{N}]/u.test(after)),
      literal: 0,
      opens: [],
      closes: [],
    });
  }
}

/** Whether a character reference may name this: no half of a pair, and no control character but the tab. */
function isCharacter(point: number): boolean {
  if (point === 9) return true;
  return point >= 32 && point !== 127 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

function unescaped(address: string): string {
  return address.replace(/\\([!-/:-@[-`{-~])|&amp;/g, (_, unit?: string) => unit ?? "&");
}
