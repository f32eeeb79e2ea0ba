import { invertAttributes } from "./attributes.ts";
import { OtError } from "./error.ts";
import { Builder, type Op, Reader } from "./op.ts";

/** The op that takes `apply(doc, op)` back to `doc` (law L4). Throws `range` and `surrogate`. */
export function invert(op: Op, doc: Op): Op {
  const changes = new Reader(op);
  const base = new Reader(doc);
  const builder = new Builder();
  while (!changes.done) {
    if (changes.kind === "insert") {
      builder.delete(changes.left);
      changes.take();
      continue;
    }
    if (base.done) throw new OtError("range", "the op goes on behind the end of the document");
    const units = Math.min(changes.left, base.left);
    const change = changes.take(units);
    const was = base.take(units);
    if ("delete" in change) builder.push(was);
    else if ("retain" in change && "insert" in was) {
      builder.retain(units, change.attributes && invertAttributes(change.attributes, was.attributes));
    }
  }
  return builder.op();
}
