import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { difference } from "./difference.ts";
import { normalize } from "./op.ts";
import { Dice } from "./testing.ts";
import { apply } from "./text.ts";

describe("difference", () => {
  it("replaces what is between the same start and the same end", () => {
    expect(difference([{ insert: "abcdef" }], [{ insert: "abXef" }])).toEqual([
      { retain: 2 },
      { delete: 2 },
      { insert: "X" },
    ]);
    expect(difference([{ insert: "same" }], [{ insert: "same" }])).toEqual([]);
  });

  it("changes formats without touching the text", () => {
    const bold = { bold: true };
    expect(
      difference([{ insert: "ab", attributes: bold }, { insert: "c\n" }], [{ insert: "a" }, { insert: "bc\n" }]),
    ).toEqual([{ retain: 2, attributes: { bold: null } }]);
    expect(difference([{ insert: "x\n" }], [{ insert: "xy" }, { insert: "\n", attributes: { header: 1 } }])).toEqual([
      { retain: 1 },
      { insert: "y" },
      { retain: 1, attributes: { header: 1 } },
    ]);
  });

  it("keeps the halves of a pair together", () => {
    expect(difference([{ insert: "a\u{1f600}" }], [{ insert: "a\u{1f601}" }])).toEqual([
      { retain: 1 },
      { delete: 2 },
      { insert: "\u{1f601}" },
    ]);
    expect(difference([{ insert: "\u{1f600}a" }], [{ insert: "\u{1fa00}a" }])).toEqual([
      { delete: 2 },
      { insert: "\u{1fa00}" },
    ]);
  });

  it("tells embeds apart", () => {
    const image = (url: string) => ({ insert: { image: url } });
    expect(difference([image("/a"), image("/b")], [image("/a"), image("/c")])).toEqual([
      { retain: 1 },
      { delete: 1 },
      image("/c"),
    ]);
  });

  it("makes one document of any other", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.boolean(), (seed, rich) => {
        const dice = new Dice(seed, rich);
        const a = dice.document();
        const b = dice.int(0, 1) === 0 ? dice.document() : apply(a, dice.op(a));
        expect(normalize(apply(a, difference(a, b)))).toEqual(normalize(b));
      }),
      { numRuns: 2000, endOnFailure: true },
    );
  });
});
