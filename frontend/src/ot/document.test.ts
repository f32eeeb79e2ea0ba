import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Doc } from "./document.ts";
import { canonicalJson } from "./json.ts";
import { type Attributes, Builder, cutsPair, type Embed, lengthOf, normalize, type Op, sameOp } from "./op.ts";
import { Dice } from "./testing.ts";
import { documentLength, hashOf, plainText } from "./text.ts";

/** Runs the check for many seeds. A failure tells the seed. */
function forSeeds(check: (dice: Dice) => void, runs: number): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => check(new Dice(seed))),
    { numRuns: runs },
  );
}

/** A unit of text or an embed, with its formats: the plainest form of a document. */
interface Unit {
  readonly of: string | Embed;
  readonly attributes: Attributes;
}

function unitsOf(op: Op): Unit[] {
  return op.flatMap((each): Unit[] => {
    if (!("insert" in each)) return [];
    const attributes = Object.fromEntries(Object.entries(each.attributes ?? {}).filter(([, value]) => value !== null));
    if (typeof each.insert !== "string") return [{ of: each.insert, attributes }];
    return each.insert.split("").map((of) => ({ of, attributes }));
  });
}

/** What `apply` has to do, unit by unit. */
function applySlowly(units: readonly Unit[], op: Op): Unit[] {
  const result: Unit[] = [];
  let at = 0;
  for (const component of op) {
    if ("insert" in component) result.push(...unitsOf([component]));
    else {
      const met = units.slice(at, at + lengthOf(component));
      at += lengthOf(component);
      if ("delete" in component) continue;
      for (const { of, attributes } of met) {
        const all = Object.entries({ ...attributes, ...component.attributes });
        result.push({ of, attributes: Object.fromEntries(all.filter(([, value]) => value !== null)) });
      }
    }
  }
  return [...result, ...units.slice(at)];
}

function opOf(units: readonly Unit[]): Op {
  const builder = new Builder();
  for (const { of, attributes } of units) builder.insert(of, attributes);
  return builder.op();
}

/** The definition of the hash, in ot/hash.go, word for word and with numbers of any size. */
function hashSlowly(units: readonly Unit[]): string {
  const prime = 2n ** 31n - 1n;
  const ofText = (text: string, by: bigint) =>
    text.split("").reduce((hash, unit) => (hash * by + BigInt(unit.charCodeAt(0)) + 1n) % prime, 0n);
  const lane = (by: bigint, byText: bigint) => {
    const hash = units.reduce((sum, { of, attributes }) => {
      const value = typeof of === "string" ? BigInt(of.charCodeAt(0)) + 1n : ofText(canonicalJson(of), byText);
      const formats = Object.keys(attributes).length === 0 ? 0n : ofText(canonicalJson(attributes), byText);
      return (sum * by + value + formats) % prime;
    }, 0n);
    return hash.toString(16).padStart(8, "0");
  };
  return lane(1687331n, 1270607n) + lane(1937813n, 2039441n);
}

/** An edit somewhere in a large document that cuts no pair; some of them large themselves. */
function editOf(dice: Dice, doc: Doc, text: string): Op {
  const builder = new Builder();
  let at = 0;
  const to = (place: number) => {
    const end = cutsPair(text, Math.min(place, text.length)) ? place + 1 : Math.min(place, text.length);
    const units = end - at;
    at = end;
    return units;
  };
  for (let n = dice.int(1, 3); n > 0; n--) {
    builder.retain(to(dice.int(at, doc.length)));
    const far = dice.int(0, 3) === 0 ? 3000 : 5;
    switch (dice.int(0, 3)) {
      case 0:
        builder.delete(to(at + dice.int(0, far)));
        break;
      case 1:
        builder.retain(to(at + dice.int(0, far)), { bold: dice.pick([true, null]), color: dice.pick(["#fff", null]) });
        break;
      default:
        for (let i = dice.int(1, far === 5 ? 2 : 100); i > 0; i--) {
          builder.insert(dice.text().repeat(far === 5 ? 1 : 30), dice.pick([undefined, { bold: true }, { header: 1 }]));
        }
        if (dice.int(0, 3) === 0) builder.insert({ image: dice.pick(["/a", "/b"]) });
    }
  }
  return builder.op();
}

/** A document of so many short runs, no two neighbours alike. */
function manyRuns(count: number): Op {
  return Array.from({ length: count }, (_, i) => ({ insert: "fifty", attributes: { color: `#${i % 10}00` } }));
}

/** A letter typed or deleted somewhere in a document without pairs. */
function keystroke(dice: Dice, doc: Doc): Op {
  const retain = dice.int(1, doc.length - 2);
  return dice.int(0, 2) === 0 ? [{ retain }, { delete: 1 }] : [{ retain }, { insert: dice.pick(["x", "y", "\n"]) }];
}

describe("a document in chunks", () => {
  it("says the same as a list of units, whatever was done to it", () => {
    forSeeds((dice) => {
      let doc = Doc.of([]);
      let units: Unit[] = [];
      for (let n = 25; n > 0; n--) {
        const edit = editOf(dice, doc, plainText(doc.op()));
        doc = doc.apply(edit);
        units = applySlowly(units, edit);
        const expected = opOf(units);
        if (!sameOp(normalize(doc.op()), expected)) expect(normalize(doc.op())).toEqual(expected);
        expect(doc.length).toBe(units.length);
      }
      expect(doc.hash()).toBe(hashSlowly(units));
    }, 15);
  });

  it("has the hash of its content, however it came to be", () => {
    forSeeds((dice) => {
      let doc = Doc.of(dice.document());
      for (let n = 40; n > 0; n--) {
        doc = doc.apply(editOf(dice, doc, plainText(doc.op())));
        if (dice.int(0, 2) === 0) expect(doc.hash()).toBe(hashOf(normalize(doc.op())));
      }
      const single = unitsOf(doc.op()).map(({ of, attributes }) => ({ insert: of, attributes }));
      expect(hashOf(single), "each unit alone, with empty attributes").toBe(doc.hash());
    }, 15);
  });

  it("leaves the document before it as it was", () => {
    forSeeds((dice) => {
      const before = Doc.of(dice.document()).apply([{ insert: "text ".repeat(5000) }]);
      const [op, hash] = [structuredClone(before.op()), before.hash()];
      before.apply(editOf(dice, before, plainText(before.op()))).hash();
      expect(before.op()).toEqual(op);
      expect(hashOf([...before.op()])).toBe(hash);
    }, 50);
  });

  it("shares all chunks with the document before it but those near the change", () => {
    const dice = new Dice(7);
    let doc = Doc.of(manyRuns(20_000));
    for (let n = 300; n > 0; n--) {
      const before = new Set(doc.chunks);
      doc = doc.apply(keystroke(dice, doc));
      expect(doc.chunks.length).toBeGreaterThan(150);
      expect(doc.chunks.filter((chunk) => !before.has(chunk)).length).toBeLessThanOrEqual(3);
    }
  });

  it("does not fall into crumbs", () => {
    const dice = new Dice(11);
    let doc = Doc.of(manyRuns(5000));
    for (let n = 4000; n > 0; n--) doc = doc.apply(keystroke(dice, doc));
    for (let n = 500; n > 0; n--) doc = doc.apply([{ retain: doc.length }, { insert: "typed" }]);
    for (let n = 500; n > 0; n--) doc = doc.apply([{ insert: "typed" }]);
    for (const chunk of doc.chunks.slice(0, -1)) {
      expect(chunk.inserts.length > 15 || documentLength(chunk.inserts) > 2047).toBe(true);
      expect(chunk.inserts.length).toBeLessThan(128);
    }
    doc = doc.apply([{ delete: doc.length - 1 }]);
    expect(doc.chunks.length).toBe(1);
  });

  it("cuts long texts into pieces, and no pair", () => {
    const text = `a${"😀".repeat(10_000)}`;
    const doc = Doc.of([{ insert: text, attributes: { bold: true } }]);
    expect(doc.op().length).toBeGreaterThan(4);
    for (const each of doc.op()) expect(plainText([each]).isWellFormed()).toBe(true);
    expect(normalize(doc.op())).toEqual([{ insert: text, attributes: { bold: true } }]);
    expect(documentLength(doc.op())).toBe(doc.length);
  });
});

describe("the hash", () => {
  const rows = readFileSync(new URL("./testdata/hash.jsonl", import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  for (const line of rows) {
    const { doc, hash } = JSON.parse(line) as { doc: Op; hash: string };
    it(`is Go's for ${line.slice(0, 80)}`, () => {
      expect(hashOf(doc)).toBe(hash);
      expect(hashSlowly(unitsOf(doc))).toBe(hash);
    });
  }

  it("is reduced to the end, where the prime itself comes out", () => {
    for (const text of ["f辪渷", "h嵛呈"]) {
      const hash = hashOf([{ insert: text }]);
      expect(hash).toBe(hashSlowly(unitsOf([{ insert: text }])));
      expect(hash).toContain("00000000");
    }
  });

  it("tells apart what differs in a unit, a format or the order", () => {
    const different: Op[] = [
      [{ insert: "ab" }],
      [{ insert: "ba" }],
      [{ insert: "abb" }],
      [{ insert: "ab", attributes: { bold: true } }],
      [{ insert: "ab", attributes: { italic: true } }],
      [{ insert: "a" }, { insert: "b", attributes: { bold: true } }],
      [{ insert: "a", attributes: { bold: true } }, { insert: "b" }],
      [{ insert: { image: "ab" } }],
    ];
    expect(new Set(different.map(hashOf)).size).toBe(different.length);
  });
});
