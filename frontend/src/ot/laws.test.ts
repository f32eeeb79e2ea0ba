import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compose, composeAll } from "./compose.ts";
import { invert } from "./invert.ts";
import { Builder, normalize, type Op, sameOp } from "./op.ts";
import { parseOp } from "./parse.ts";
import { transformPosition, untransformPosition } from "./position.ts";
import { split } from "./split.ts";
import { Dice } from "./testing.ts";
import { apply, documentLength, plainText } from "./text.ts";
import { type Side, transform } from "./transform.ts";

/** Runs the law for many seeds. A failure tells the seed; `check(seed)` alone then repeats it. */
function forSeeds(check: (dice: Dice) => void, runs = 3000): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => check(new Dice(seed))),
    { numRuns: runs },
  );
}

function same(actual: Op, expected: Op): void {
  if (!sameOp(actual, expected)) expect(actual).toEqual(expected);
}

/** Documents are kept in pieces; what counts is what they hold. */
function sameDocument(actual: Op, expected: Op): void {
  same(normalize(actual), normalize(expected));
}

describe("the laws of ops", () => {
  it("L1: compose is one after the other", () => {
    forSeeds((dice) => {
      const d = dice.document();
      const a = dice.op(d);
      const b = dice.op(apply(d, a));
      sameDocument(apply(d, compose(a, b)), apply(apply(d, a), b));
    });
  });

  it("L1: compose is associative", () => {
    forSeeds((dice) => {
      const d = dice.document();
      const a = dice.op(d);
      const b = dice.op(apply(d, a));
      const c = dice.op(apply(apply(d, a), b));
      same(compose(compose(a, b), c), compose(a, compose(b, c)));
      same(composeAll([a, b, c]), compose(compose(a, b), c));
    });
  });

  it("L2: both ways around the diamond lead to one document", () => {
    forSeeds((dice) => {
      const d = dice.document();
      const history = dice.op(d);
      const incoming = dice.op(d);
      const left = apply(apply(d, history), transform(incoming, history, "incoming"));
      const right = apply(apply(d, incoming), transform(history, incoming, "history"));
      sameDocument(left, right);
    });
  });

  it("L3: history may be grouped in any way", () => {
    forSeeds((dice) => {
      const d = dice.document();
      const x = dice.op(d);
      const h1 = dice.op(d);
      const h2 = dice.op(apply(d, h1));
      const h3 = dice.op(apply(apply(d, h1), h2));
      const rebase = (op: Op, ...hs: Op[]) => hs.reduce((result, h) => transform(result, h, "incoming"), op);
      const one = rebase(x, h1, h2, h3);
      same(rebase(x, compose(h1, h2), h3), one);
      same(rebase(x, h1, compose(h2, h3)), one);
      same(rebase(x, composeAll([h1, h2, h3])), one);
    }, 6000);
  });

  it("L3: exhaustively for small cases", () => {
    let cases = 0;
    for (const d of ["", "a", "ab"]) {
      const doc: Op = d === "" ? [] : [{ insert: d }];
      const incoming = smallOps(d.length, "x", 4);
      for (const h1 of smallOps(d.length, "S", 3)) {
        const after = apply(doc, h1);
        for (const h2 of smallOps(documentLength(after), "T", 3)) {
          const h12 = compose(h1, h2);
          for (const x of incoming) {
            cases++;
            same(transform(x, h12, "incoming"), transform(transform(x, h1, "incoming"), h2, "incoming"));
          }
        }
      }
    }
    expect(cases).toBeGreaterThan(20_000);
  });

  it("L4: invert takes back", () => {
    forSeeds((dice) => {
      const d = dice.document();
      const a = dice.op(d);
      sameDocument(apply(apply(d, a), invert(a, d)), d);
    });
  });

  it("L5: a position goes where a marker goes", () => {
    const marker = "\u{f0000}"; // two units that are in no other text
    forSeeds((dice) => {
      const d = dice.document();
      const h = dice.op(d);
      const at = dice.int(0, documentLength(d));
      const put: Op = new Builder().retain(at).insert(marker).op();
      const found = (side: Side) => markerAt(transform(put, h, side));
      expect(transformPosition(h, at, "right")).toBe(found("incoming"));
      expect(transformPosition(h, at, "left")).toBe(found("history"));
    });
  });

  it("a position finds its way back and forth", () => {
    forSeeds((dice) => {
      const d = dice.document();
      const a = dice.op(d);
      const after = documentLength(apply(d, a));
      for (let at = 0; at <= after; at++) {
        const before = untransformPosition(a, at);
        const again = transformPosition(a, before, "right");
        // The way there and back may move a position behind its own insert, and never elsewhere.
        expect(again).toBeGreaterThanOrEqual(at);
        expect(untransformPosition(a, again)).toBe(before);
      }
    });
  });

  it("L6: an op is what its JSON says", () => {
    forSeeds((dice) => {
      const op = dice.op(dice.document());
      same(parseOp(JSON.parse(JSON.stringify(op))), op);
    });
  });

  it("never changes its arguments", () => {
    forSeeds((dice) => {
      const d = freeze(dice.document());
      const a = freeze(dice.op(d));
      const b = freeze(dice.op(apply(d, a)));
      const c = freeze(dice.op(d));
      compose(a, b);
      transform(c, a, "incoming");
      transform(c, a, "history");
      invert(a, d);
    }, 500);
  });
});

describe("split", () => {
  it("gives parts within the limits that make the whole", () => {
    forSeeds((dice) => {
      const d = dice.document();
      const op = compose(dice.op(d), [{ insert: dice.text().repeat(dice.int(1, 6)) }]);
      const limits = { units: dice.int(2, 9), components: dice.int(2, 4), bytes: dice.int(150, 400) };
      const parts: Op[] = [];
      for (let rest = op; rest.length > 0; ) {
        const [first, after] = split(rest, limits);
        expect(first.length).toBeGreaterThan(0);
        expect(first.length).toBeLessThanOrEqual(limits.components);
        expect(plainText(first).length).toBeLessThanOrEqual(limits.units);
        expect(Buffer.byteLength(JSON.stringify(first))).toBeLessThanOrEqual(limits.bytes);
        expect(plainText(first)).not.toMatch(/\p{Surrogate}/u);
        parts.push(first);
        rest = after;
      }
      sameDocument(parts.reduce(apply, d), apply(d, op));
    }, 1000);
  });
});

/** All ops of up to `most` components on a document of `length` units, with one text of one unit. */
function smallOps(length: number, text: string, most: number): Op[] {
  const found: Op[] = [];
  const walk = (op: Op, left: number) => {
    found.push(op);
    if (op.length === most) return;
    const last = op.at(-1);
    if (!last || !("insert" in last)) walk([...op, { insert: text }], left);
    for (let n = 1; n <= left; n++) {
      if (!last || !("retain" in last)) walk([...op, { retain: n }], left - n);
      if (!last || !("delete" in last)) walk([...op, { delete: n }], left - n);
    }
  };
  walk([], length);
  return found.map(normalize);
}

function markerAt(op: Op): number {
  let at = 0;
  for (const component of op) {
    if ("insert" in component) return at;
    if ("retain" in component) at += component.retain;
  }
  throw new Error("the marker is gone");
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}
