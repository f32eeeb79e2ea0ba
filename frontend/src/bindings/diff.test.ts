import { expect, it } from "vitest";
import { compose } from "../ot/compose.ts";
import { normalize } from "../ot/op.ts";
import { diffDocuments } from "./diff.ts";
import { RichDice } from "./testing.ts";

const seed = Number(process.env.COLLABD_SEED ?? Math.floor(Math.random() * 2 ** 31));

it("keeps text that only changes its format, and lines that only move apart", () => {
  const from = [{ insert: "one\ntwo 😀\nthree\n" }];
  const to = [
    { insert: "one\nnew\n" },
    { insert: "two", attributes: { bold: true } },
    { insert: " 😀\nthre😁" },
    { insert: "\n", attributes: { header: 1 } },
  ];
  expect(diffDocuments(from, to)).toEqual([
    { retain: 4 },
    { insert: "new\n" },
    { retain: 3, attributes: { bold: true } },
    { retain: 8 },
    { delete: 1 },
    { insert: "😁" },
    { retain: 1, attributes: { header: 1 } },
  ]);
});

it(`makes the one of the other (COLLABD_SEED=${seed})`, () => {
  for (let n = 0; n < 1500; n++) {
    const dice = new RichDice(seed + n);
    const from = dice.richDocument(true);
    const lines = dice.richDocument(true);
    const to = n % 2 === 0 ? lines : normalize([...from, ...lines, ...(n % 3 === 0 ? from : [])]);
    const op = diffDocuments(from, to);
    expect(normalize(compose(from, op)), `COLLABD_SEED=${seed + n} ${JSON.stringify({ from, to, op })}`).toEqual(
      normalize(to),
    );
    expect(diffDocuments(from, from)).toEqual([]);
  }
});

it("ends soon for two long documents that have nothing in common", () => {
  const from = [{ insert: Array.from({ length: 20_000 }, (_, n) => `a${n}\n`).join("") }];
  const to = [{ insert: Array.from({ length: 20_000 }, (_, n) => `b${n}\n`).join("") }];
  expect(compose(from, diffDocuments(from, to))).toEqual(to);
});

it("cuts no pair of units that have a half in common", () => {
  for (const [from, to] of [
    ["a😀b\n", "a😁b\n"], // the first half
    ["a😀b\n", "a\ud83c\ude00b\n"], // the second
  ] as const) {
    expect(diffDocuments([{ insert: from }], [{ insert: to }])).toEqual([
      { retain: 1 },
      { delete: 2 },
      { insert: to.slice(1, 3) },
    ]);
  }
});
