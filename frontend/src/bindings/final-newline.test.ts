import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseLength, lengthOf, normalize, type Op } from "../ot/op.ts";
import { Dice } from "../ot/testing.ts";
import { apply, documentLength, plainText } from "../ot/text.ts";
import { keepFinalNewline } from "./final-newline.ts";

/** What the server asks for: the last unit is neither deleted nor followed by an insert. */
function keepsLastUnit(op: Op, before: Op): boolean {
  let at = 0;
  for (const part of op) {
    if ("insert" in part && at >= documentLength(before)) return false;
    if (!("insert" in part)) at += lengthOf(part);
    if ("delete" in part && at >= documentLength(before)) return false;
  }
  return true;
}

const heading = { header: 1 };
const list = { list: "bullet" };

describe("keepFinalNewline", () => {
  const cases: readonly { name: string; before: Op; op: Op; kept: Op }[] = [
    {
      name: "an op that does not reach the end stays",
      before: [{ insert: "ab\n" }],
      op: [{ retain: 1 }, { insert: "x" }],
      kept: [{ retain: 1 }, { insert: "x" }],
    },
    {
      name: "a format of the last line stays",
      before: [{ insert: "ab\n" }],
      op: [{ retain: 2 }, { retain: 1, attributes: heading }],
      kept: [{ retain: 2 }, { retain: 1, attributes: heading }],
    },
    {
      name: "joining the last two lines deletes the break between them",
      before: [{ insert: "a\n\n" }],
      op: [{ retain: 2 }, { delete: 1 }],
      kept: [{ retain: 1 }, { delete: 1 }],
    },
    {
      name: "joining them keeps the format of the first one",
      before: [
        { insert: "a" },
        { insert: "\n", attributes: heading },
        { insert: "b" },
        { insert: "\n", attributes: list },
      ],
      op: [{ retain: 2 }, { delete: 2 }],
      kept: [{ retain: 1 }, { delete: 2 }, { retain: 1, attributes: { list: null, header: 1 } }],
    },
    {
      name: "an insert behind the end comes in front of the last break",
      before: [{ insert: "a" }, { insert: "\n", attributes: heading }],
      op: [{ retain: 2 }, { insert: "b\n" }],
      kept: [
        { retain: 1 },
        { insert: "\n", attributes: heading },
        { insert: "b" },
        { retain: 1, attributes: { header: null } },
      ],
    },
    {
      name: "replacing all keeps the last unit",
      before: [{ insert: "ab\n" }],
      op: [{ insert: "xyz\n" }, { delete: 3 }],
      kept: [{ insert: "xyz" }, { delete: 2 }],
    },
    {
      name: "emptying a document of one heading",
      before: [{ insert: "ab" }, { insert: "\n", attributes: heading }],
      op: [{ insert: "\n" }, { delete: 3 }],
      kept: [{ delete: 2 }, { retain: 1, attributes: { header: null } }],
    },
  ];
  for (const { name, before, op, kept } of cases) {
    it(name, () => {
      expect(keepFinalNewline(op, before)).toEqual(kept);
      expect(normalize(apply(before, kept))).toEqual(normalize(apply(before, op)));
    });
  }

  it("has the same effect and keeps the last unit, for any edit that leaves a final break", () => {
    let rewritten = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const dice = new Dice(seed);
        const ending: Op = [{ insert: "\n", ...(dice.int(0, 1) ? { attributes: { header: dice.int(1, 2) } } : {}) }];
        const before = normalize([...dice.document(), ...ending]);
        let op = dice.op(before);
        if (!plainText(apply(before, op)).endsWith("\n")) {
          const rest = documentLength(before) - baseLength(op);
          op = normalize([...op, ...(rest > 0 ? [{ retain: rest }] : []), ...ending]);
        }
        const kept = keepFinalNewline(op, before);
        expect(normalize(apply(before, kept))).toEqual(normalize(apply(before, op)));
        expect(keepsLastUnit(kept, before)).toBe(true);
        if (!keepsLastUnit(op, before)) rewritten++;
      }),
      { numRuns: 5000 },
    );
    expect(rewritten).toBeGreaterThan(500); // or the property says nothing
  });
});
