import { mergeAttributes, sameAttributes, withoutNulls } from "./attributes.ts";
import { OtError } from "./error.ts";
import { type Component, type Insert, lengthOf, normalize, type Op, Reader } from "./op.ts";

/**
 * A document is an op of inserts only. `apply` keeps its texts in pieces of at most this many units, so that a keystroke
 * in a megabyte copies a few thousand units and not the megabyte.
 */
const PIECE_UNITS = 4096;

/** The units of a document. */
export function documentLength(doc: Op): number {
  return doc.reduce((sum, each) => sum + lengthOf(each), 0);
}

/** The text of a document, or all that an op inserts; embeds are U+FFFC, so that positions stay what they are. */
export function plainText(op: Op): string {
  return op
    .map((each) => ("insert" in each ? (typeof each.insert === "string" ? each.insert : "\ufffc") : ""))
    .join("");
}

/** Makes a document of an op. Throws `document` if it has anything but inserts. */
export function documentOf(op: Op): Op {
  if (!op.every((each) => "insert" in each)) {
    throw new OtError("document", "a document holds inserts only");
  }
  return normalize(op);
}

/**
 * The document after `op`. The old one stays valid and shares what did not change. Long texts come in several inserts:
 * compare documents after `normalize`. Throws `range` and `surrogate`.
 */
export function apply(doc: Op, op: Op): Op {
  const base = new Reader(doc);
  const pieces: Insert[] = [];
  for (const component of op) {
    if ("insert" in component) {
      push(pieces, component);
      continue;
    }
    for (let left = lengthOf(component); left > 0; ) {
      if (base.done) throw new OtError("range", "the op goes on behind the end of the document");
      const units = Math.min(left, base.left);
      const kept = base.take(units);
      left -= units;
      if ("retain" in component) push(pieces, kept, component.attributes);
    }
  }
  while (!base.done) push(pieces, base.take());
  return pieces;
}

function push(pieces: Insert[], component: Component, over?: Insert["attributes"]): void {
  if (!("insert" in component)) throw new OtError("document", "a document holds inserts only");
  const { insert } = component;
  const attributes = over === undefined ? component.attributes : mergeAttributes(component.attributes, over);
  const formats = withoutNulls(attributes);
  const last = pieces.at(-1);
  if (
    last !== undefined &&
    typeof insert === "string" &&
    typeof last.insert === "string" &&
    last.insert.length + insert.length <= PIECE_UNITS &&
    sameAttributes(last.attributes, formats)
  ) {
    pieces[pieces.length - 1] = { ...last, insert: last.insert + insert };
  } else if (formats === component.attributes) {
    pieces.push(component);
  } else {
    pieces.push(formats === undefined ? { insert } : { insert, attributes: formats });
  }
}
