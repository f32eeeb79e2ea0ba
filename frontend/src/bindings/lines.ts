import { type Attributes, Builder, type Embed, type Op } from "../ot/op.ts";

/** A part of a line: text without line breaks, or an embed. */
export interface Piece {
  readonly insert: string | Embed;
  readonly attributes: Attributes;
}

/** A line of a rich document. Its formats belong to the line break at its end. */
export interface Line {
  readonly pieces: readonly Piece[];
  readonly attributes: Attributes;
  /** False only for the end of a copied piece, which has no line break. */
  readonly ended: boolean;
}

/** The lines of a document, or of a piece of one. */
export function linesOf(op: Op): readonly Line[] {
  const found: Line[] = [];
  let pieces: Piece[] = [];
  for (const part of op) {
    if (!("insert" in part)) continue;
    const attributes = part.attributes ?? {};
    const texts = typeof part.insert === "string" ? part.insert.split("\n") : [part.insert];
    for (const [index, insert] of texts.entries()) {
      if (index > 0) {
        found.push({ pieces, attributes, ended: true });
        pieces = [];
      }
      if (insert !== "") pieces.push({ insert, attributes });
    }
  }
  if (pieces.length > 0) found.push({ pieces, attributes: {}, ended: false });
  return found;
}

/** The document of these lines. */
export function opOfLines(lines: readonly Line[]): Op {
  const builder = new Builder();
  for (const line of lines) {
    for (const { insert, attributes } of line.pieces) builder.insert(insert, attributes);
    if (line.ended) builder.insert("\n", line.attributes);
  }
  return builder.op();
}
