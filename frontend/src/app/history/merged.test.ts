import { describe, expect, test } from "vitest";
import { lengthOf, normalize, type Op } from "../../ot/op.ts";
import { Dice } from "../../ot/testing.ts";
import { apply } from "../../ot/text.ts";
import { byLines } from "./by-lines.ts";
import { type Attribution, type MergedPiece, merged, sideOf } from "./merged.ts";
import { differs, folded, isChanged, type Line, linesOf, pairsOf } from "./rows.ts";

const seeds = Number(process.env.COLLABD_SEEDS ?? 1000);

/** Credits of what an op inserts and deletes, cut at random; some of it is nobody's. */
function attributions(dice: Dice, op: Op): { inserted: Attribution[]; deleted: Attribution[] } {
  const inserted: Attribution[] = [];
  const deleted: Attribution[] = [];
  let inA = 0;
  let inB = 0;
  for (const component of op) {
    const units = lengthOf(component);
    if ("insert" in component) {
      // Whole components only: cutting a pair would be the server's fault.
      if (dice.int(0, 4) > 0)
        inserted.push({ from: inB, units, author: dice.int(0, 2), revision: dice.int(1, 9), at: 1 });
      inB += units;
    } else if ("delete" in component) {
      if (dice.int(0, 4) > 0)
        deleted.push({ from: inA, units, author: dice.int(0, 2), revision: dice.int(1, 9), at: 1 });
      inA += units;
    } else {
      inA += units;
      inB += units;
    }
  }
  return { inserted, deleted };
}

/** Where pieces begin in A and in B, counted from the first one on. */
function placesOf(pieces: readonly MergedPiece[]): readonly (readonly [number, number])[] {
  let inA = 0;
  let inB = 0;
  return pieces.map(({ fate, insert }) => {
    const place = [inA, inB] as const;
    const units = typeof insert === "string" ? insert.length : 1;
    if (fate !== "inserted") inA += units;
    if (fate !== "deleted") inB += units;
    return place;
  });
}

function creditOf(list: readonly Attribution[], at: number): number | undefined {
  return list.find(({ from, units }) => from <= at && at < from + units)?.revision;
}

function contentOf(lines: readonly (Line | undefined)[]): readonly MergedPiece[] {
  return lines.flatMap((line) => (line ? [...line.pieces, ...(line.end ? [line.end] : [])] : []));
}

describe.each(["rich", "text"] as const)("two revisions of a %s document in one", (kind) => {
  test("are one without what was inserted, and the other without what was deleted", () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const dice = new Dice(seed, kind === "rich");
      const a = dice.document();
      const op = dice.op(a);
      const b = apply(a, op);
      const { inserted, deleted } = attributions(dice, op);
      const pieces = merged(a, op, inserted, deleted);
      const at = `seed ${seed}`;
      expect(normalize(sideOf(pieces, "a")), at).toEqual(normalize(a));
      expect(normalize(sideOf(pieces, "b")), at).toEqual(normalize(b));
      const told = byLines(pieces);
      expect(normalize(sideOf(told, "a")), at).toEqual(normalize(a));
      expect(normalize(sideOf(told, "b")), at).toEqual(normalize(b));
      expect(placesOf(told), at).toEqual(told.map(({ inA, inB }) => [inA, inB]));
      let inA = 0;
      let inB = 0;
      for (const piece of pieces) {
        expect([piece.inA, piece.inB], at).toEqual([inA, inB]);
        const units = typeof piece.insert === "string" ? piece.insert.length : 1;
        const list = piece.fate === "inserted" ? inserted : deleted;
        for (let unit = 0; unit < units; unit++) {
          const wanted =
            piece.fate === "inserted" || piece.fate === "deleted"
              ? creditOf(list, (piece.fate === "inserted" ? inB : inA) + unit)
              : undefined;
          expect(piece.credit?.revision, at).toBe(wanted);
        }
        if (piece.fate !== "inserted") inA += units;
        if (piece.fate !== "deleted") inB += units;
      }
    }
  });

  test("have every line once, in one column and in two", () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const dice = new Dice(seed, kind === "rich");
      let a: Op = [];
      for (let n = 0; n < 4; n++) a = apply(a, dice.op(a));
      const pieces = seed % 2 === 0 ? merged(a, dice.op(a)) : byLines(merged(a, dice.op(a)));
      const at = `seed ${seed}`;
      expect(contentOf(linesOf(pieces)), at).toEqual(pieces);
      const pairs = pairsOf(pieces);
      const left = pairs.map((pair) => pair.left);
      const right = pairs.map((pair) => pair.right);
      expect(contentOf(left), at).toEqual(pieces.filter(({ fate }) => fate !== "inserted"));
      expect(contentOf(right), at).toEqual(pieces.filter(({ fate }) => fate !== "deleted"));
      for (const pair of pairs) expect(pair.left ?? pair.right, at).toBeDefined();
      // A whole line that nobody touched stands beside itself, unless it is empty.
      const lines = linesOf(pieces);
      const untouched = lines.filter(
        (line, i) => !isChanged(line) && line.pieces.length > 0 && (lines[i - 1]?.end?.fate ?? "same") === "same",
      );
      const beside = new Map(pairs.filter((pair) => !differs(pair)).map(({ left, right }) => [left!.pieces[0], right]));
      for (const line of untouched) expect(beside.get(line.pieces[0])?.pieces, at).toEqual(line.pieces);
      const folds = folded(pairs, differs, { around: 1, least: 2 });
      expect(
        folds.flatMap((fold) => ("row" in fold ? [fold.row] : fold.folded)),
        at,
      ).toEqual(pairs);
      for (const fold of folds) if ("folded" in fold) expect(fold.folded.some(differs), at).toBe(false);
    }
  });
});

test("what is deleted stands in front of what is inserted in its place", () => {
  const a = [{ insert: "one two\n" }];
  const fates = (op: Op) => merged(a, op).map(({ fate, insert }) => `${fate} ${insert}`);
  const wanted = ["same one ", "deleted two", "inserted three", "same \n"];
  expect(fates([{ retain: 4 }, { insert: "three" }, { delete: 3 }])).toEqual(wanted);
  expect(fates([{ retain: 4 }, { delete: 3 }, { insert: "three" }])).toEqual(wanted);
});

test("a line that was typed behind another is new with its own line break, and one that went took its own along", () => {
  const told = (a: string, op: Op) =>
    byLines(merged([{ insert: a }], op)).map(({ fate, insert }) => `${fate} ${insert}`);
  expect(told("one\ntwo\n", [{ retain: 3 }, { insert: "\nnew" }])).toEqual([
    "same one",
    "same \n",
    "inserted new",
    "inserted \n",
    "same two",
    "same \n",
  ]);
  const gone = byLines(merged([{ insert: "one\ntwo\nthree\n" }], [{ retain: 3 }, { delete: 4 }]));
  expect(gone.map(({ fate, insert }) => `${fate} ${insert}`)).toEqual([
    "same one",
    "same \n",
    "deleted two",
    "deleted \n",
    "same three",
    "same \n",
  ]);
  expect(gone.flatMap(({ run }) => (run ? [run] : []))).toEqual([
    [3, 7], // what the server knows as deleted
    [3, 7],
  ]);
});

test("what is replaced in the middle of lines keeps the line breaks that both have", () => {
  const told = byLines(
    merged([{ insert: "in May\nWe met on\n" }], [{ retain: 6 }, { insert: " 2026\n" }, { delete: 7 }]),
  );
  expect(told.map(({ fate, insert }) => `${fate} ${insert}`)).toEqual([
    "same in May",
    "inserted  2026",
    "same \n",
    "deleted We met",
    "same  on",
    "same \n",
  ]);
  expect(told[3]!.run).toEqual([7, 13]);
  const whole = byLines(merged([{ insert: "a\nold\nb\n" }], [{ retain: 2 }, { insert: "new\n" }, { delete: 4 }]));
  expect(whole.map(({ fate }) => fate)).toEqual([
    "same",
    "same",
    "deleted",
    "deleted",
    "inserted",
    "inserted",
    "same",
    "same",
  ]);
});

test("what is typed at the end of a line stays there when the next line goes", () => {
  const told = (a: string, op: Op) =>
    byLines(merged([{ insert: a }], op)).map(({ fate, insert }) => `${fate} ${insert}`);
  expect(told("bread\nbutter\nmilk\n", [{ retain: 5 }, { insert: " and wine" }, { delete: 7 }])).toEqual([
    "same bread",
    "inserted  and wine",
    "same \n",
    "deleted butter",
    "deleted \n",
    "same milk",
    "same \n",
  ]);
  expect(told("main\n\nfunc main() {\n", [{ retain: 4 }, { insert: " 2026\n" }, { delete: 11 }])).toEqual([
    "same main",
    "inserted  2026",
    "same \n",
    "deleted \n",
    "deleted func main",
    "same () {",
    "same \n",
  ]);
  expect(told("a tail\nnext\nrest\n", [{ retain: 1 }, { delete: 10 }])).toEqual([
    "same a",
    "deleted  tail",
    "same \n",
    "deleted next",
    "deleted \n",
    "same rest",
    "same \n",
  ]);
  expect(told("a\nb\nc\n\n", [{ retain: 2 }, { delete: 4 }])).toEqual([
    "same a",
    "same \n",
    "deleted b",
    "deleted \n",
    "deleted c",
    "deleted \n",
    "same \n",
  ]);
});

test("who goes on behind a heading adds a paragraph, and the heading stays as it is", () => {
  const header = { header: 1 };
  const a: Op = [{ insert: "Title" }, { insert: "\n", attributes: header }];
  const op: Op = [
    { retain: 5 },
    { insert: "\n", attributes: header },
    { insert: "text" },
    { retain: 1, attributes: { header: null } },
  ];
  const told = byLines(merged(a, op));
  expect(told.map(({ fate, insert, attributes }) => [fate, insert, attributes])).toEqual([
    ["same", "Title", {}],
    ["same", "\n", header],
    ["inserted", "text", {}],
    ["inserted", "\n", {}],
  ]);
  const back = byLines(merged(apply(a, op), [{ retain: 5 }, { delete: 5 }, { retain: 1, attributes: header }]));
  expect(back.map(({ fate, insert, attributes }) => [fate, insert, attributes])).toEqual([
    ["same", "Title", {}],
    ["same", "\n", header],
    ["deleted", "text", {}],
    ["deleted", "\n", {}],
  ]);
});

test("formats that change nothing are no change", () => {
  const bold = [{ insert: "x", attributes: { bold: true } }];
  expect(merged(bold, [{ retain: 1, attributes: { bold: true } }])[0]?.fate).toBe("same");
  const [piece] = merged(bold, [{ retain: 1, attributes: { bold: null, italic: true } }]);
  expect(piece).toMatchObject({ fate: "formatted", attributes: { italic: true }, before: { bold: true } });
});

test("an image that was replaced is two pieces", () => {
  const pieces = merged([{ insert: { image: "/a" } }, { insert: "\n" }], [{ insert: { image: "/b" } }, { delete: 1 }]);
  expect(pieces.map(({ fate, insert }) => [fate, insert])).toEqual([
    ["deleted", { image: "/a" }],
    ["inserted", { image: "/b" }],
    ["same", "\n"],
  ]);
});

test("a line that was split stands beside its longer part, and a changed line beside what it became", () => {
  const sides = (a: string, op: Op) =>
    pairsOf(merged([{ insert: a }], op)).map(({ left, right }) => [textOf(left), textOf(right)]);
  expect(sides("the head and a much longer tail\nnext\n", [{ retain: 9 }, { insert: "\n" }])).toEqual([
    [undefined, "the head "],
    ["the head and a much longer tail", "and a much longer tail"],
    ["next", "next"],
  ]);
  expect(sides("one\ntwo\nthree\n", [{ retain: 4 }, { insert: "2\n2a" }, { delete: 3 }])).toEqual([
    ["one", "one"],
    ["two", "2"],
    [undefined, "2a"],
    ["three", "three"],
  ]);
});

test("a line that was split has changed, though neither of its parts has", () => {
  const pairs = pairsOf(merged([{ insert: "a long line\nnext\n" }], [{ retain: 2 }, { insert: "\n" }]));
  expect(pairs.map(differs)).toEqual([true, true, false]);
});

function textOf(line: Line | undefined): string | undefined {
  return line?.pieces.map(({ insert }) => (typeof insert === "string" ? insert : "*")).join("");
}

test("what is far from any change is folded, and lines keep their numbers", () => {
  const text = Array.from({ length: 40 }, (_, i) => `line ${i + 1}\n`).join("");
  const lines = linesOf(merged([{ insert: text }], [{ retain: text.indexOf("line 21\n") }, { insert: "new\n" }]));
  const folds = folded(lines, isChanged);
  expect(folds.map((fold) => ("row" in fold ? "row" : fold.folded.length))).toEqual([17, ...Array(7).fill("row"), 17]);
  expect(lines.slice(19, 22).map(({ a, b }) => [a, b])).toEqual([
    [20, 20],
    [undefined, 21],
    [21, 22],
  ]);
  expect(folded(lines.slice(0, 15), isChanged)).toHaveLength(15);
});
