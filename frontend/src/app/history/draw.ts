import { safeLink } from "../../bindings/schema.ts";
import type { DocKind } from "../../client/types.ts";
import type { Attributes, Embed } from "../../ot/op.ts";
import { h } from "../dom.ts";
import { strings } from "../strings.ts";
import type { Fate, MergedPiece } from "./merged.ts";
import type { Line } from "./rows.ts";

/** Which of the two documents a line is drawn as: A, B, or both in one. */
export type Side = "a" | "b" | "both";

/** How many characters are on one line of the page, about, in one column and in two: lines out of sight are so high. */
const [wide, narrow] = [75, 40];

/** The number of a list line in A and in B. */
export interface ListNumber {
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/** Draws lines of a difference as elements that look as the editors show them; texts become text nodes, never markup. */
export class Pen {
  /** The elements of what is not the same on both sides, and what they stand for. */
  readonly marks = new Map<HTMLElement, MergedPiece>();
  readonly #kind: DocKind;
  readonly #numbers: ReadonlyMap<MergedPiece, ListNumber>;

  /** `numbers` are those of list lines, by their line break. */
  constructor(kind: DocKind, numbers: ReadonlyMap<MergedPiece, ListNumber>) {
    this.#kind = kind;
    this.#numbers = numbers;
  }

  /** A line with the sign in front of it that says what became of it. */
  row(line: Line, side: Side): HTMLElement {
    const fate = fateOf(line);
    const row = h("div", { class: "difference-row", "data-fate": fate });
    if (this.#kind === "text") {
      const content = h("div", { class: "difference-content" }, ...this.#content(line, side));
      const numbers = side === "both" ? [line.a, line.b] : [side === "a" ? line.a : line.b];
      row.append(...numbers.map((number) => lineNumber(number)), content);
    } else {
      row.append(this.#block(line, side));
    }
    const height = Math.ceil(unitsIn(line) / (side === "both" ? wide : narrow));
    if (height > 1) row.style.containIntrinsicBlockSize = `auto ${1.65 * height}em`;
    return row;
  }

  #block(line: Line, side: Side): HTMLElement {
    const attributes = line.end ? formatsOf(line.end, side) : {};
    const content = this.#content(line, side);
    const block = attributes.list
      ? h("li", { "data-list": String(attributes.list) }, this.#listMark(line, attributes, side), ...content)
      : h(tagOf(attributes), attributes["code-block"] ? { class: "ql-code-block" } : {}, ...content);
    if (attributes.indent) block.classList.add(`ql-indent-${attributes.indent}`);
    if (attributes.align) block.classList.add(`ql-align-${attributes.align}`);
    if (attributes.direction === "rtl") block.classList.add("ql-direction-rtl");
    if (attributes.list) return h("ol", {}, block);
    return attributes["code-block"] ? h("div", { class: "ql-code-block-container" }, block) : block;
  }

  #listMark(line: Line, attributes: Attributes, side: Side): HTMLElement {
    const numbers = line.end && this.#numbers.get(line.end);
    const number = side === "a" ? numbers?.a : (numbers?.b ?? numbers?.a);
    const state =
      attributes.list === "checked"
        ? strings.marks.checked
        : attributes.list === "unchecked" && strings.marks.unchecked;
    return h("span", { class: "ql-ui", "data-number": number }, state && h("span", { class: "unseen" }, state));
  }

  #content(line: Line, side: Side): Node[] {
    const nodes: Node[] = line.pieces.map((piece) => this.#piece(piece, side));
    const { end } = line;
    if (end && end.fate !== "same" && needsSign(line))
      nodes.push(this.#marked(end, h("span", { class: "mark-break" }, "¶")));
    else if (line.pieces.length === 0) nodes.push(h("br"));
    return nodes;
  }

  #piece(piece: MergedPiece, side: Side): Node {
    const drawn = formatted(embeddedOr(piece.insert), formatsOf(piece, side));
    if (piece.fate === "same") return drawn;
    const element = this.#marked(piece, drawn);
    if (typeof piece.insert !== "string") element.classList.add("mark-embed");
    return element;
  }

  #marked(piece: MergedPiece, content: Node): HTMLElement {
    const tag = piece.fate === "inserted" ? "ins" : piece.fate === "deleted" ? "del" : "span";
    const element = h(tag, { class: `mark mark-${piece.fate}` });
    element.append(content);
    this.marks.set(element, piece);
    return element;
  }
}

/** What became of a line as a whole. */
export function fateOf({ pieces, end }: Line): Fate | "changed" {
  const fates = new Set(pieces.map(({ fate }) => fate));
  if (end) fates.add(end.fate);
  if (fates.size > 1) return "changed";
  const [fate = "same"] = fates;
  return fate === "formatted" ? "changed" : fate;
}

/** The line break of a line that is new, or gone, as a whole, needs no sign of its own; unless the line is empty. */
function needsSign({ pieces, end }: Line): boolean {
  return pieces.length === 0 || pieces.some(({ fate }) => fate !== end?.fate);
}

function unitsIn({ pieces }: Line): number {
  return pieces.reduce((sum, { insert }) => sum + (typeof insert === "string" ? insert.length : 1), 0);
}

function formatsOf({ attributes, before }: MergedPiece, side: Side): Attributes {
  return side === "a" ? (before ?? attributes) : attributes;
}

function lineNumber(number: number | undefined): HTMLElement {
  return h("span", { class: "difference-number", "aria-hidden": "true" }, number === undefined ? "" : String(number));
}

function tagOf(attributes: Attributes): "p" | "div" | "blockquote" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" {
  if (attributes["code-block"]) return "div";
  if (attributes.blockquote) return "blockquote";
  const level = attributes.header;
  return typeof level === "number" && level >= 1 && level <= 6 ? (`h${level}` as "h1") : "p";
}

const tags = [
  ["bold", "strong"],
  ["italic", "em"],
  ["underline", "u"],
  ["strike", "s"],
  ["code", "code"],
] as const;

function formatted(content: Node, attributes: Attributes): Node {
  let node = content;
  const wrap = <Tag extends keyof HTMLElementTagNameMap>(tag: Tag): HTMLElementTagNameMap[Tag] => {
    const element = h(tag);
    element.append(node);
    node = element;
    return element;
  };
  for (const [name, tag] of tags) if (attributes[name]) wrap(tag);
  if (attributes.script) wrap(attributes.script === "sub" ? "sub" : "sup");
  const { color, background, font, size, link } = attributes;
  if (color || background || font || size) {
    const span = wrap("span");
    if (font) span.classList.add(`ql-font-${font}`);
    if (size) span.classList.add(`ql-size-${size}`);
    if (typeof color === "string") span.style.color = color;
    if (typeof background === "string") span.style.backgroundColor = background;
  }
  const address = typeof link === "string" ? safeLink(link) : undefined;
  if (address !== undefined) {
    const anchor = wrap("a");
    anchor.href = address;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
  }
  return node;
}

function embeddedOr(insert: string | Embed): Node {
  if (typeof insert === "string") return document.createTextNode(insert);
  const { image, mention, formula } = insert as { image?: string; mention?: { name: string }; formula?: string };
  if (image !== undefined) return h("img", { src: image, alt: strings.image });
  if (mention !== undefined) return h("span", { class: "mention" }, `@${mention.name}`);
  if (formula !== undefined) return h("span", { class: "formula" }, formula);
  return h("span", { class: "divider", role: "separator" });
}
