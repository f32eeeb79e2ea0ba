import { subtractAttributes } from "./attributes.ts";
import { Builder, type Op, Reader } from "./op.ts";

/**
 * Which of two ops on the same document gives way at ties. `history`: the op to transform was accepted first, so its
 * inserts stay on the left and its attributes win. `incoming`: it comes after the other one, and gives way.
 */
export type Side = "incoming" | "history";

/**
 * The op with the same effect as `op`, on the document after `over`; both apply to the same document.
 *
 * L2: `apply(apply(d, h), T(x, h, "incoming")) = apply(apply(d, x), T(h, x, "history"))`.
 * L3: `T(x, compose(h1, h2), "incoming") = T(T(x, h1, "incoming"), h2, "incoming")`, exactly.
 */
export function transform(op: Op, over: Op, side: Side): Op {
  const mine = new Reader(op);
  const theirs = new Reader(over);
  const builder = new Builder();
  while (!mine.done) {
    if (theirs.kind === "insert" && (side === "incoming" || mine.kind !== "insert")) {
      builder.retain(theirs.left);
      theirs.take();
    } else if (mine.kind === "insert") {
      builder.push(mine.take());
    } else {
      const units = Math.min(mine.left, theirs.left);
      const kept = mine.take(units);
      const base = theirs.take(units);
      if ("delete" in base) continue;
      if ("delete" in kept) builder.delete(units);
      else if ("retain" in kept && "retain" in base) {
        const lost = side === "incoming" ? base.attributes : undefined;
        builder.retain(units, subtractAttributes(kept.attributes, lost));
      }
    }
  }
  return builder.op();
}
