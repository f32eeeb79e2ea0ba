import { EMBEDS, isLink } from "../ot/schema.ts";
import type { Piece } from "./lines.ts";
import { type Token, tokensOf } from "./markdown-tokens.ts";

/**
 * The text of one block of Markdown as pieces of a line; linear in its length.
 *
 * Marks open and close by a stack, as in CommonMark, with two rules that are simpler: a run of stars may close where a
 * space is not before it and open where none is after it, and it closes the innermost mark first. So everything that
 * markdown-inline.ts writes is read again, also where CommonMark's rule of three would see something else.
 */
export function inlinePieces(text: string): readonly Piece[] {
  const tokens = tokensOf(text);
  resolveLinks(tokens);
  resolveMarks(tokens);
  return collect(tokens);
}

/** Finds which brackets are a link, an image or a mention; the others are text. */
function resolveLinks(tokens: readonly Token[]): void {
  const open: number[] = [];
  let used = -1; // brackets before this hold a link, and no link holds another
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "open") open.push(index);
    if (token.kind !== "close") continue;
    const start = open.pop();
    if (start === undefined || token.target === undefined) continue;
    const from = tokens[start] as Token & { kind: "open" };
    if (from.image) {
      if (!EMBEDS.get("image")?.accepts(token.target)) continue;
      from.embed = { image: token.target };
      from.end = index;
      continue;
    }
    const mention = mentionOf(tokens, start, token.target);
    if (mention) {
      from.embed = { mention };
      from.end = index;
    } else if (isLink(token.target) && start > used) {
      from.end = index;
      token.start = start;
      used = start;
    }
  }
}

function mentionOf(tokens: readonly Token[], start: number, target: string): Mention | undefined {
  if (!target.startsWith("mention:")) return undefined;
  let name = "";
  for (let index = start + 1; tokens[index]?.kind !== "close"; index++) {
    const token = tokens[index]!;
    if (token.kind !== "text") return undefined;
    name += token.text;
  }
  const value = { id: target.slice("mention:".length), name: name.slice(1) };
  return name.startsWith("@") && EMBEDS.get("mention")?.accepts(value) ? value : undefined;
}

interface Mention {
  readonly id: string;
  readonly name: string;
}

/** The tokens that count: what an embed stands for does not. */
function* visible(tokens: readonly Token[]): Generator<Token> {
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    yield token;
    if (token.kind === "open" && token.embed) index = token.end!;
  }
}

interface Mark {
  readonly token: Token & { kind: "run" };
  /** How many units of it are open: of stars and underscores 1 is italic, 2 is bold, 3 both. */
  units: number;
}

type Family = "*" | "_" | "~";

/** Decides which marks open and which close a format; what is left of a run is text. */
function resolveMarks(tokens: readonly Token[]): void {
  const frames: { readonly marks: Mark[]; readonly families: Record<Family, Mark[]> }[] = [frame()];
  for (const token of visible(tokens)) {
    if (token.kind === "open" && token.end !== undefined && !token.embed) frames.push(frame());
    if (token.kind === "close" && token.start !== undefined) drop(frames.pop()!.marks, 0);
    if (token.kind === "run") resolveRun(token, frames.at(-1)!);
  }
  for (const { marks } of frames) drop(marks, 0);
}

function frame(): { readonly marks: Mark[]; readonly families: Record<Family, Mark[]> } {
  return { marks: [], families: { "*": [], _: [], "~": [] } };
}

/** What never closed is text. */
function drop(marks: Mark[], from: number): void {
  for (const mark of marks.splice(from)) mark.token.literal += mark.units;
}

function resolveRun(token: Token & { kind: "run" }, { marks, families }: ReturnType<typeof frame>): void {
  const family = families[token.mark];
  let left = token.length;
  const opens = (): void => {
    const most = token.mark === "~" ? 2 : 3;
    const units = token.mark === "~" && left !== 2 ? 0 : Math.min(left, most);
    token.literal += left - units;
    if (units === 0) return;
    const mark = { token, units };
    marks.push(mark);
    family.push(mark);
  };
  const close = (mark: Mark, units: number): void => {
    while (marks.at(-1) !== mark) {
      const crossed = marks.pop()!;
      families[crossed.token.mark].pop();
      crossed.token.literal += crossed.units;
    }
    token.closes.push(nameOf(token.mark, units));
    mark.token.opens.push(nameOf(token.mark, units));
    mark.units -= units;
    left -= units;
    if (mark.units > 0) return;
    marks.pop();
    family.pop();
  };
  while (left > 0 && token.canClose) {
    const top = family.at(-1);
    if (!top) break;
    if (token.mark === "~") {
      if (left !== 2) break;
      close(top, 2);
      continue;
    }
    const below = family.at(-2);
    if (top.units === 3) {
      const all = left >= 3;
      close(top, all ? 2 : left === 2 ? 2 : 1);
      if (all) close(top, 1);
    } else if (top.units === 2) {
      if (left >= 2) close(top, 2);
      else if (!token.canOpen && below?.units === 1) close(below, 1);
      else break;
    } else if (left === 2 && below?.units === 2) {
      close(below, 2);
    } else if (left === 2 && token.canOpen) {
      break;
    } else {
      close(top, 1);
    }
  }
  if (left > 0 && token.canOpen) opens();
  else token.literal += left;
}

function nameOf(mark: Family, units: number): "strike" | "bold" | "italic" {
  if (mark === "~") return "strike";
  return units === 2 ? "bold" : "italic";
}

/** The pieces, with the formats that are open at each; text is gathered until those change. */
function collect(tokens: readonly Token[]): readonly Piece[] {
  const pieces: Piece[] = [];
  const count = { bold: 0, italic: 0, strike: 0 };
  let link: string | undefined;
  let text = "";
  const attributes = (): Record<string, unknown> => ({
    ...(count.bold > 0 && { bold: true }),
    ...(count.italic > 0 && { italic: true }),
    ...(count.strike > 0 && { strike: true }),
    ...(link !== undefined && { link }),
  });
  const flush = (): void => {
    if (text !== "") pieces.push({ insert: text, attributes: attributes() });
    text = "";
  };
  const add = (insert: Piece["insert"], code?: true): void => {
    flush();
    pieces.push({ insert, attributes: code ? { ...attributes(), code } : attributes() });
  };
  for (const token of visible(tokens)) {
    switch (token.kind) {
      case "text":
        text += token.text;
        break;
      case "code":
        add(token.text, true);
        break;
      case "embed":
        add(token.embed);
        break;
      case "open":
        if (token.embed) {
          add(token.embed);
        } else if (token.end !== undefined) {
          flush();
          link = (tokens[token.end] as Token & { kind: "close" }).target;
        } else {
          text += token.image ? "![" : "[";
        }
        break;
      case "close":
        if (token.start === undefined) {
          text += token.source;
        } else {
          flush();
          link = undefined;
        }
        break;
      case "run":
        if (token.closes.length > 0) flush();
        for (const name of token.closes) count[name]--;
        text += token.mark.repeat(token.literal);
        if (token.opens.length > 0) flush();
        for (const name of token.opens) count[name]++;
    }
  }
  flush();
  return pieces;
}
