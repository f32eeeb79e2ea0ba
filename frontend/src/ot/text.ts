/** Documents as ops that only insert: what is read and written. `Doc` is what works on them. */
import { Doc } from "./document.ts";
import { OtError } from "./error.ts";
import { lengthOf, normalize, type Op } from "./op.ts";

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
 * compare documents after `normalize`. What is known of a document, the lengths of its chunks and their hashes, stays
 * with the value that this returns, so apply the next op to just that. Throws `range` and `surrogate`.
 */
export function apply(doc: Op, op: Op): Op {
  return Doc.of(doc).apply(op).op();
}

/** The hash of a document's content, the same as Go's Doc.Hash: 16 hexadecimal digits. Equal documents have equal ones. */
export function hashOf(doc: Op): string {
  return Doc.of(doc).hash();
}
