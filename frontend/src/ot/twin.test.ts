import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compose } from "./compose.ts";
import { OtError } from "./error.ts";
import { invert } from "./invert.ts";
import { normalize, type Op, sameOp } from "./op.ts";
import { parse } from "./parse.ts";
import { type Gravity, transformPosition, transformRange } from "./position.ts";
import { checkOp, type DocKind } from "./schema.ts";
import { apply, documentLength, hashOf } from "./text.ts";
import { type Side, transform } from "./transform.ts";

/** A case with its answer, as Go wrote it. */
type Row =
  | { k: "compose"; a: Op; b: Op; r: Op }
  | { k: "transform"; op: Op; over: Op; side: Side; r: Op }
  | { k: "apply"; doc: Op; op: Op; r: Op }
  | { k: "invert"; doc: Op; op: Op; r: Op }
  | { k: "position"; op: Op; pos: number; gravity: Gravity; r: number }
  | { k: "range"; op: Op; anchor: number; head: number; start: Gravity; end: Gravity; r: [number, number] }
  | { k: "hash"; doc: Op; r: string }
  /** `hidden`: refused for what JSON.parse does not show. */
  | { k: "parse"; text: string; ok: boolean; code?: string; r?: Op; hidden?: boolean }
  | { k: "check"; kind: DocKind; doc: Op; op: Op; ok: boolean; code?: string };

// There is no skipping: without the file nothing says that both sides agree.
const rows: Row[] = readFileSync(new URL("../../../ot/testdata/twin.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

describe("the Go twin", () => {
  for (const kind of [
    "compose",
    "transform",
    "apply",
    "invert",
    "position",
    "range",
    "hash",
    "parse",
    "check",
  ] as const) {
    const cases = rows.filter((row) => row.k === kind);
    it(`gives the same answers to ${kind}`, () => {
      expect(cases.length).toBeGreaterThan(50);
      for (const row of cases) check(row);
    });
  }

  it("has no kind of case that is not looked at", () => {
    for (const row of rows) expect(answers, row.k).toHaveProperty(row.k);
  });
});

const answers: { [K in Row["k"]]: (row: Extract<Row, { k: K }>, line: string) => void } = {
  compose: (row, line) => same(compose(row.a, row.b), row.r, line),
  transform: (row, line) => same(transform(row.op, row.over, row.side), row.r, line),
  apply: (row, line) => same(normalize(apply(row.doc, row.op)), row.r, line),
  invert: (row, line) => same(invert(row.op, row.doc), row.r, line),
  position: (row, line) => expect(transformPosition(row.op, row.pos, row.gravity), line).toBe(row.r),
  range: ({ op, anchor, head, start, end, r }, line) =>
    expect(transformRange(op, { anchor, head }, { start, end }), line).toEqual({ anchor: r[0], head: r[1] }),
  hash: (row, line) => expect(hashOf(row.doc), line).toBe(row.r),
  parse: (row, line) => {
    if (row.hidden) return;
    if (row.ok) same(parse(row.text), row.r!, line);
    else
      expect(
        refusal(() => parse(row.text)),
        line,
      ).toBe(row.code);
  },
  check: (row, line) => {
    expect(
      refusal(() => checkOp(row.kind, row.op, documentLength(row.doc))),
      line,
    ).toBe(row.code);
    expect(row.ok, line).toBe(row.code === undefined);
  },
};

function check(row: Row): void {
  (answers[row.k] as (row: Row, line: string) => void)(row, JSON.stringify(row));
}

function refusal(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof OtError) return error.code;
    throw error;
  }
}

function same(actual: Op, expected: Op, line: string): void {
  if (!sameOp(actual, expected)) expect(actual, line).toEqual(expected);
}
