import { mergeAttributes } from "./attributes.ts";
import { Builder, type Op, Reader } from "./op.ts";

/**
 * One op that does what `a` followed by `b` does (law L1). At one place, an insert of `b` comes before a delete of `a`.
 * Throws `surrogate` when `b` cuts a pair that `a` inserts.
 */
export function compose(a: Op, b: Op): Op {
  const first = new Reader(a);
  const second = new Reader(b);
  const builder = new Builder();
  while (!first.done || !second.done) {
    if (second.kind === "insert") {
      builder.push(second.take());
    } else if (first.kind === "delete") {
      builder.push(first.take());
    } else {
      const units = Math.min(first.left, second.left);
      const under = first.take(units);
      const over = second.take(units);
      if ("delete" in over) {
        if ("retain" in under) builder.delete(units);
      } else if ("retain" in over) {
        // The Builder takes the nulls out of an insert and leaves them in a retain: just what composing means.
        if ("insert" in under) builder.insert(under.insert, mergeAttributes(under.attributes, over.attributes));
        else if ("retain" in under) builder.retain(units, mergeAttributes(under.attributes, over.attributes));
      }
    }
  }
  return builder.op();
}

/** One op for many, as a balanced tree: long histories take n log n instead of n². */
export function composeAll(ops: readonly Op[]): Op {
  if (ops.length <= 2) return compose(ops[0] ?? [], ops[1] ?? []);
  const middle = ops.length >> 1;
  return compose(composeAll(ops.slice(0, middle)), composeAll(ops.slice(middle)));
}
