import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countAll, counting, type Memo, readingMinutes } from "./words-count.ts";

/** How many steps a count took, and what it found. */
function run(pieces: readonly string[], memo: Memo = new Map()) {
  const counter = counting(pieces, memo);
  for (let steps = 0; ; steps++) {
    const step = counter.next();
    if (step.done) return { steps, ...step.value };
  }
}

describe("counting", () => {
  it("counts words, characters and letters", () => {
    expect(countAll("Don't count twice: 3.14 is one.\n\nNew line")).toEqual({ words: 8, characters: 39, letters: 33 });
    expect(countAll("")).toEqual({ words: 0, characters: 0, letters: 0 });
    expect(countAll("日本語のテキスト").words).toBeGreaterThan(1);
    expect(countAll("Grüße 👩‍👩‍👧!")).toEqual({ words: 1, characters: 8, letters: 7 });
  });

  it("takes long lines in steps, and a second time only what is new", () => {
    const line = "word ".repeat(4000);
    const first = run([line, "other"]);
    expect(first.count.words).toBe(4001);
    expect(first.steps).toBeGreaterThan(4);
    let made = 0;
    const known: Memo = new Map(first.memo);
    const get = known.get.bind(known);
    known.get = (key) => {
      const value = get(key);
      if (!value) made++;
      return value;
    };
    expect(run([line, "another one"], known).count.words).toBe(4002);
    expect(made).toBe(1);
  });

  it("gives the same sum however a line is cut", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), (pad) => {
        const text = `${"a".repeat(pad)} ${"ab 😀 cd ".repeat(700)}`;
        const words = (pad > 0 ? 1 : 0) + 1400;
        expect(countAll(text).words).toBe(words);
      }),
      { numRuns: 20 },
    );
  });

  it("tells how long it takes to read", () => {
    expect([0, 1, 230, 231].map(readingMinutes)).toEqual([0, 1, 1, 2]);
  });
});
