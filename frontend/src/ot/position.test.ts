import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lengthOf, type Op } from "./op.ts";
import { KEEPS_OUT, type Range, type RangeGravity, TAKES_IN, transformPosition, transformRange } from "./position.ts";
import { Dice } from "./testing.ts";
import { documentLength } from "./text.ts";

describe("a range", () => {
  const cases: readonly [what: string, op: Op, range: [number, number], gravity: RangeGravity, to: [number, number]][] =
    [
      ["moves behind what is typed at its start", [{ insert: "x" }], [0, 2], KEEPS_OUT, [1, 3]],
      ["takes in what is typed at its start", [{ insert: "x" }], [0, 2], TAKES_IN, [0, 3]],
      ["ends in front of what is typed at its end", [{ retain: 2 }, { insert: "x" }], [0, 2], KEEPS_OUT, [0, 2]],
      ["takes in what is typed at its end", [{ retain: 2 }, { insert: "x" }], [0, 2], TAKES_IN, [0, 3]],
      ["stays turned round", [{ retain: 2 }, { insert: "x" }], [2, 0], TAKES_IN, [3, 0]],
      ["grows with what is typed in it", [{ retain: 1 }, { insert: "x" }], [2, 0], KEEPS_OUT, [3, 0]],
      ["without length is a caret, and stays", [{ insert: "x" }], [0, 0], KEEPS_OUT, [0, 0]],
      ["without length is a caret, and moves", [{ insert: "x" }], [0, 0], TAKES_IN, [1, 1]],
      ["keeps what replaces its middle", [{ delete: 1 }, { insert: "x" }, { delete: 1 }], [0, 2], KEEPS_OUT, [0, 1]],
      ["keeps its ends together in a replacement", [{ delete: 2 }, { insert: "x" }], [0, 2], KEEPS_OUT, [0, 0]],
      ["keeps them together on the other side too", [{ insert: "x" }, { delete: 2 }], [2, 0], KEEPS_OUT, [1, 1]],
      ["goes with its text", [{ delete: 5 }], [1, 4], KEEPS_OUT, [0, 0]],
    ];
  for (const [what, op, [anchor, head], gravity, to] of cases) {
    it(what, () => {
      expect(transformRange(op, { anchor, head }, gravity)).toEqual({ anchor: to[0], head: to[1] });
    });
  }

  it("covers what is left of its text and nothing outside, and does not turn round", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const dice = new Dice(seed);
        const doc = dice.document();
        const op = dice.op(doc);
        const length = documentLength(doc);
        const range: Range = { anchor: dice.int(0, length), head: dice.int(0, length) };
        const [from, to] = [Math.min(range.anchor, range.head), Math.max(range.anchor, range.head)];
        for (const gravity of [KEEPS_OUT, TAKES_IN, { start: "left", end: "left" } as const]) {
          const moved = transformRange(op, range, gravity);
          expect(Math.sign(moved.head - moved.anchor) * Math.sign(range.head - range.anchor)).toBeGreaterThanOrEqual(0);
          const [start, end] = [Math.min(moved.anchor, moved.head), Math.max(moved.anchor, moved.head)];
          for (const [before, after] of keptUnits(op, length)) {
            expect(after >= start && after < end).toBe(before >= from && before < to);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});

/** Where each unit that `op` keeps was, and where it is. */
function keptUnits(op: Op, length: number): [before: number, after: number][] {
  const kept: [number, number][] = [];
  let [before, after] = [0, 0];
  for (const component of [...op, { retain: length }]) {
    const units = lengthOf(component);
    if ("insert" in component) after += units;
    else if ("delete" in component) before += units;
    else for (let i = 0; i < units && before < length; i++) kept.push([before++, after++]);
  }
  return kept;
}

it("a position in front of the document is its start", () => {
  expect(transformPosition([{ insert: "x" }], -5, "right")).toBe(1);
  expect(transformPosition([{ delete: 1 }], -5, "left")).toBe(0);
});
