import { describe, expect, test } from "vitest";
import { lengthOf, type Op } from "../../ot/op.ts";
import { Dice } from "../../ot/testing.ts";
import { apply, documentLength } from "../../ot/text.ts";
import { type BlameSpans, moveSpans, placed, spanAt, unitsByAuthor } from "./blame-spans.ts";
import { type Credit, UNKNOWN, unknown } from "./credit.ts";

const seeds = Number(process.env.COLLABD_SEEDS ?? 400);

/** The credit of every unit: what the stretches stand for, in the plainest way. */
class Units {
  units: Credit[] = [];

  apply(op: Op, credit: Credit): void {
    const next: Credit[] = [];
    let at = 0;
    for (const component of op) {
      const length = lengthOf(component);
      if ("insert" in component) next.push(...Array<Credit>(length).fill(credit));
      else {
        if ("retain" in component) next.push(...this.units.slice(at, at + length));
        at += length;
      }
    }
    this.units = [...next, ...this.units.slice(at)];
  }
}

function flat(spans: BlameSpans): Credit[] {
  return spans.flatMap(({ units, author, revision, at }) => Array<Credit>(units).fill({ author, revision, at }));
}

describe.each(["rich", "text"] as const)("the stretches of a %s document", (kind) => {
  test("after any edits are what they are computed afresh", () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const dice = new Dice(seed, kind === "rich");
      let doc: Op = [];
      let spans: BlameSpans = [];
      const units = new Units();
      for (let revision = 1; revision <= 12; revision++) {
        const op = dice.op(doc);
        const credit = { author: dice.int(0, 2), revision, at: revision * 1000 };
        doc = apply(doc, op);
        spans = moveSpans(spans, op, credit);
        units.apply(op, credit);
        expect(flat(spans), `seed ${seed}, revision ${revision}`).toEqual(units.units);
        expect(documentLength(doc)).toBe(units.units.length);
      }
      const places = placed(spans);
      for (let at = 0; at < units.units.length; at++) {
        const { author, revision } = places[spanAt(places, at)]!;
        expect({ author, revision }, `seed ${seed}, unit ${at}`).toEqual({
          author: units.units[at]!.author,
          revision: units.units[at]!.revision,
        });
      }
      expect(spanAt(places, units.units.length)).toBe(-1);
    }
  });
});

test("neighbours of one edit are one stretch, and of two edits two", () => {
  const spans = moveSpans([], [{ insert: "ac" }], { author: 0, revision: 1, at: 1 });
  expect(moveSpans(spans, [{ retain: 1 }, { insert: "b" }], { author: 0, revision: 1, at: 1 })).toHaveLength(1);
  expect(moveSpans(spans, [{ retain: 1 }, { insert: "b" }], { author: 0, revision: 2, at: 2 })).toHaveLength(3);
});

test("what comes in by many revisions at once is nobody's yet", () => {
  const spans = moveSpans(
    [{ units: 3, author: 1, revision: 4, at: 9 }],
    [{ retain: 1 }, { insert: "xy" }, { delete: 1 }],
  );
  expect(spans).toEqual([
    { units: 1, author: 1, revision: 4, at: 9 },
    { units: 2, ...unknown },
    { units: 1, author: 1, revision: 4, at: 9 },
  ]);
  expect(unitsByAuthor(spans)).toEqual(
    new Map([
      [1, 2],
      [UNKNOWN, 2],
    ]),
  );
});

test("an op that is longer than what is known does no harm", () => {
  expect(moveSpans([], [{ retain: 5 }, { delete: 3 }])).toEqual([]);
});
