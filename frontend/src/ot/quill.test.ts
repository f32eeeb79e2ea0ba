import fc from "fast-check";
import Delta from "quill-delta";
import { expect, it } from "vitest";
import { compose } from "./compose.ts";
import { invert } from "./invert.ts";
import { normalize, type Op } from "./op.ts";
import { Dice } from "./testing.ts";
import { apply } from "./text.ts";
import { transform } from "./transform.ts";

/**
 * quill-delta puts an insert in front of a delete at the same place, we keep the order. What its order makes of our op
 * is the same change, so its answers are compared in its order; and its inputs are put in its order first, because
 * transform depends on it.
 */
function inQuillsOrder(op: Op): Op {
  const delta = new Delta();
  for (const component of op) delta.push(structuredClone(component) as never);
  return delta.chop().ops as Op;
}

const quill = (op: Op) => new Delta(structuredClone(op) as never);

function forSeeds(check: (dice: Dice) => void): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => check(new Dice(seed))),
    { numRuns: 2000 },
  );
}

it("composes and applies as quill-delta does", () => {
  forSeeds((dice) => {
    const d = dice.document();
    const a = inQuillsOrder(dice.op(d));
    const b = inQuillsOrder(dice.op(apply(d, a)));
    expect(inQuillsOrder(compose(a, b))).toEqual(inQuillsOrder(quill(a).compose(quill(b)).ops as Op));
    expect(normalize(apply(d, a))).toEqual(quill(d).compose(quill(a)).ops);
  });
});

it("transforms as quill-delta does", () => {
  forSeeds((dice) => {
    const d = dice.document();
    const a = inQuillsOrder(dice.op(d));
    const b = inQuillsOrder(dice.op(d));
    // theirs: over.transform(op, priority), with priority for `over` exactly if `op` is the incoming one
    expect(inQuillsOrder(transform(a, b, "incoming"))).toEqual(quill(b).transform(quill(a), true).ops);
    expect(inQuillsOrder(transform(a, b, "history"))).toEqual(quill(b).transform(quill(a), false).ops);
  });
});

it("inverts as quill-delta does", () => {
  forSeeds((dice) => {
    const d = dice.document();
    const a = inQuillsOrder(dice.op(d));
    expect(inQuillsOrder(invert(a, d))).toEqual(inQuillsOrder(quill(a).invert(quill(d)).ops as Op));
  });
});
