import { invertAttributes } from "./attributes.ts";
import { Doc } from "./document.ts";
import { Builder, lengthOf, type Op } from "./op.ts";

/** The op that takes `apply(doc, op)` back to `doc` (law L4). Throws `range` and `surrogate`. */
export function invert(op: Op, doc: Op): Op {
  const base = Doc.of(doc).read();
  const builder = new Builder();
  for (const change of op) {
    const units = lengthOf(change);
    if ("insert" in change) builder.delete(units);
    else if ("retain" in change && change.attributes === undefined) {
      base.skip(units);
      builder.retain(units);
    } else {
      for (let left = units; left > 0; ) {
        const was = base.take(left);
        left -= lengthOf(was);
        if ("delete" in change) builder.push(was);
        else builder.retain(lengthOf(was), invertAttributes(change.attributes ?? {}, was.attributes));
      }
    }
  }
  return builder.op();
}
