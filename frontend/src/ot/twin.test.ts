import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compose } from "./compose.ts";
import { OtError } from "./error.ts";
import { invert } from "./invert.ts";
import { normalize, type Op, sameOp } from "./op.ts";
import { parseOp } from "./parse.ts";
import { type Gravity, transformPosition } from "./position.ts";
import { apply } from "./text.ts";
import { type Side, transform } from "./transform.ts";

/** A case with its answer, as Go wrote it. */
type Row =
  | { k: "compose"; a: Op; b: Op; r: Op }
  | { k: "transform"; op: Op; over: Op; side: Side; r: Op }
  | { k: "apply" | "invert"; doc: Op; op: Op; r: Op }
  | { k: "position"; op: Op; pos: number; gravity: Gravity; r: number }
  /** `hidden`: refused for what JSON.parse does not show. */
  | { k: "parse"; text: string; ok: boolean; code?: string; r?: Op; hidden?: boolean }
  /** What a kind of document allows is the server's to decide and the bindings' to keep to. */
  | { k: "check" };

// There is no skipping: without the file nothing says that both sides agree.
const rows: Row[] = readFileSync(new URL("../../../ot/testdata/twin.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

describe("the Go twin", () => {
  for (const kind of ["compose", "transform", "apply", "invert", "position", "parse"] as const) {
    const cases = rows.filter((row) => row.k === kind);
    it(`gives the same answers to ${kind}`, () => {
      expect(cases.length).toBeGreaterThan(50);
      for (const row of cases) check(row);
    });
  }
});

function check(row: Row): void {
  const line = JSON.stringify(row);
  if (row.k === "compose") same(compose(row.a, row.b), row.r, line);
  if (row.k === "transform") same(transform(row.op, row.over, row.side), row.r, line);
  if (row.k === "apply") same(normalize(apply(row.doc, row.op)), row.r, line);
  if (row.k === "invert") same(invert(row.op, row.doc), row.r, line);
  if (row.k === "position") expect(transformPosition(row.op, row.pos, row.gravity), line).toBe(row.r);
  // How large an op may be is the server's to decide; how deep it nests is checked here too.
  const theirs = row.k === "parse" && (row.hidden || (row.code === "limit" && !row.text.includes("[[[")));
  if (row.k === "parse" && !theirs) {
    if (row.ok) same(parseOp(JSON.parse(row.text)), row.r!, line);
    else expect(refusal(row.text), line).toBe(row.code);
  }
}

function refusal(text: string): string | undefined {
  try {
    parseOp(JSON.parse(text));
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return "syntax";
    if (error instanceof OtError) return error.code;
    throw error;
  }
}

function same(actual: Op, expected: Op, line: string): void {
  if (!sameOp(actual, expected)) expect(actual, line).toEqual(expected);
}
