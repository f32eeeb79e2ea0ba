import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apply, plainText } from "../ot/text.ts";
import { merge, opBetween } from "./title-merge.ts";

const text = fc.string({ unit: fc.constantFrom("a", "b", "c", " ", "😀", "😁"), maxLength: 12 });

describe("opBetween", () => {
  it("makes the one of the other, and cuts no pair", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const op = opBetween(before, after); // apply throws for an op that cuts a pair
        expect(plainText(apply(before === "" ? [] : [{ insert: before }], op))).toBe(after);
      }),
      { numRuns: 3000 },
    );
  });

  it("replaces only what differs", () => {
    expect(opBetween("Minutes of May", "Minutes of June")).toEqual([{ retain: 11 }, { insert: "June" }, { delete: 3 }]);
    expect(opBetween("😀", "😁")).toEqual([{ insert: "😁" }, { delete: 2 }]);
    expect(opBetween("aa", "aaa")).toEqual([{ retain: 2 }, { insert: "a" }]);
  });
});

describe("merge", () => {
  it("keeps what both wrote", () => {
    expect(merge("Minutes", "Minutes of May", "The Minutes").text).toBe("The Minutes of May");
    expect(merge("x", "xB", "xA").text).toBe("xAB");
    expect(merge("old title", "old", "my old title").text).toBe("my old");
  });

  it("has nothing to do when only one changed", () => {
    fc.assert(
      fc.property(text, text, (base, other) => {
        expect(merge(base, base, other).text).toBe(other);
        expect(merge(base, other, base).text).toBe(other);
      }),
    );
  });

  it("loses nothing that either of them inserted", () => {
    fc.assert(
      fc.property(text, text, text, fc.nat(12), fc.nat(12), (base, one, two, at, to) => {
        const insert = (place: number, what: string): string => {
          const points = [...base];
          points.splice(Math.min(place, points.length), 0, ...what);
          return points.join("");
        };
        const merged = merge(base, insert(at, one), insert(to, two)).text;
        const sorted = (value: string): string => [...value].sort().join("");
        expect(sorted(merged)).toBe(sorted(base + one + two));
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps the caret at what it was at", () => {
    const merged = merge("Minutes", "Minutes of", "The Minutes");
    expect(merged.text.slice(0, merged.position("Minutes of".length))).toBe("The Minutes of");
  });
});
