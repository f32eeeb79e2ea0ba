import type { Attributes, Op } from "../ot/op.ts";
import { type Line, linesOf, opOfLines, type Piece } from "./lines.ts";

/**
 * What Markdown can say of a document: the same units at the same places, without the formats that it has no mark for.
 * Because the places are the same, a change of the view is a change of the document, and what it does not touch keeps
 * its colours. Laws: `viewOf(viewOf(d)) = viewOf(d)`, and `viewOf(d)` is as long as `d`.
 */
export function viewOf(document: Op): Op {
  return opOfLines(viewLines(document));
}

/** The lines of `viewOf(document)`. */
export function viewLines(document: Op): readonly Line[] {
  return linesOf(document).map((line) => {
    const attributes = lineView(line.attributes);
    const code = attributes["code-block"] !== undefined;
    return {
      pieces: merge(line.pieces.map((piece) => (code ? codeView(piece) : pieceView(piece)))),
      attributes,
      ended: true,
    };
  });
}

/** An embed in a line of code, which Markdown has no place for, shows as this: it is one unit long, as the embed is. */
const stranger = "\ufffc";

const marks = ["bold", "italic", "strike", "code", "link"] as const;

function pieceView({ insert, attributes }: Piece): Piece {
  const kept: Record<string, unknown> = {};
  for (const name of marks) {
    if (name === "code" && typeof insert !== "string") continue;
    if (attributes[name] !== undefined) kept[name] = attributes[name];
  }
  return { insert, attributes: kept };
}

function codeView({ insert }: Piece): Piece {
  return { insert: typeof insert === "string" ? insert : stranger, attributes: {} };
}

/** Of the formats that exclude each other, the one that settle.ts lets win. */
function lineView(attributes: Attributes): Attributes {
  if (attributes["code-block"]) return { "code-block": attributes["code-block"] };
  if (attributes.list) {
    const { list, indent } = attributes;
    return indent ? { list, indent } : { list };
  }
  if (attributes.header) return { header: attributes.header };
  return attributes.blockquote ? { blockquote: true } : {};
}

function merge(pieces: readonly Piece[]): readonly Piece[] {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    const joins =
      last !== undefined &&
      typeof last.insert === "string" &&
      typeof piece.insert === "string" &&
      marks.every((name) => last.attributes[name] === piece.attributes[name]);
    if (joins) merged[merged.length - 1] = { insert: `${last.insert}${piece.insert}`, attributes: last.attributes };
    else merged.push(piece);
  }
  return merged;
}
