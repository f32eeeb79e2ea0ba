import { ChangeSet, Text } from "@codemirror/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lengthOf } from "../ot/op.ts";
import { Dice } from "../ot/testing.ts";
import { apply, plainText } from "../ot/text.ts";
import { changesOfOp, loneSurrogates, opOfChanges } from "./codemirror-ops.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const runs = { numRuns: 3000 };

function textOf(text: string): Text {
  return Text.of(text.split("\n"));
}

/** Changes anywhere, between the halves of pairs too, as an input method may make them. */
function anyChanges(dice: Dice, length: number): ChangeSet {
  const specs: { from: number; to: number; insert: string }[] = [];
  for (let n = dice.int(1, 3); n > 0; n--) {
    const from = dice.int(0, length);
    const insert = dice.pick(["", "x", "\n", "\r", "😀", "\ud83d", "\ude01", "é\r\n"]);
    specs.push({ from, to: dice.int(from, Math.min(length, from + 3)), insert });
  }
  specs.sort((a, b) => a.from - b.from);
  const apart = specs.filter((spec, index) => index === 0 || spec.from >= specs[index - 1]!.to);
  return ChangeSet.of(apart, length, "\n");
}

describe("ops and changes of CodeMirror", () => {
  it("an op has the effect of the changes that it was made of, and cuts no pair of what was there", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const dice = new Dice(seed, false);
        const before = plainText(dice.document());
        const changes = anyChanges(dice, before.length);
        const after = changes.apply(textOf(before));
        const op = opOfChanges(changes, textOf(before), after);
        expect(plainText(apply([{ insert: before }], op))).toBe(after.toString());
        for (const part of op) if ("insert" in part) expect(lengthOf(part)).toBeGreaterThan(0);
      }),
      runs,
    );
  });

  it("changes have the effect of the op that they were made of", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const dice = new Dice(seed, false);
        const document = dice.document();
        const op = dice.op(document);
        const before = plainText(document);
        expect(changesOfOp(op, before.length).apply(textOf(before)).toString()).toBe(plainText(apply(document, op)));
      }),
      runs,
    );
  });

  it("what is left of a pair is found, and taken out leaves no half of one", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const dice = new Dice(seed, false);
        const before = plainText(dice.document());
        const changes = anyChanges(dice, before.length);
        const after = changes.apply(textOf(before));
        const halves = loneSurrogates(changes, after);
        const mended = ChangeSet.of([...halves], after.length, "\n")
          .apply(after)
          .toString();
        expect(mended).toBe(after.toString().replace(/\p{Surrogate}/gu, ""));
      }),
      runs,
    );
  });

  it("takes the whole pair when one half of it is replaced", () => {
    const changes = ChangeSet.of({ from: 2, to: 3, insert: "\ude01" }, 4, "\n");
    const before = textOf("a😀b");
    expect(opOfChanges(changes, before, changes.apply(before))).toEqual([
      { retain: 1 },
      { insert: "😁" },
      { delete: 2 },
    ]);
  });

  it("leaves a carriage return the one unit that it is", () => {
    const changes = changesOfOp([{ retain: 1 }, { insert: "\r\n" }], 2);
    const after = changes.apply(textOf("ab"));
    expect(after.length).toBe(4);
    expect(after.toString()).toBe("a\r\nb");
  });
});
