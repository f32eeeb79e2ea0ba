import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import Delta from "quill-delta";
import { expect, it } from "vitest";
import { compose } from "./compose.ts";
import { OtError } from "./error.ts";
import { invert } from "./invert.ts";
import { ANY_SIZE } from "./limits.ts";
import { normalize, type Op, sameOp } from "./op.ts";
import { parseOp } from "./parse.ts";
import { transformPosition } from "./position.ts";
import { apply } from "./text.ts";
import { transform } from "./transform.ts";

/**
 * Answers of npm quill-delta, recorded: those that the Go package keeps, and those in the folder COLLABD_VECTORS if it is
 * set. Cases tagged "split" may cut a surrogate pair, which quill-delta does and we refuse: only there may we refuse.
 */
interface Row {
  readonly k: string;
  readonly split?: boolean;
  readonly doc: Op;
  readonly a: Op;
  readonly b: Op;
  readonly i: number;
  readonly r: Op;
  readonly r0: Op & number;
  readonly r1: Op & number;
}

const own = readFileSync(new URL("../../../ot/testdata/delta.jsonl", import.meta.url), "utf8");
const folder = process.env.COLLABD_VECTORS;
const files = new Map([["ot/testdata/delta.jsonl", own]]);
if (folder !== undefined) {
  files.set("vectors.jsonl.gz", gunzipSync(readFileSync(`${folder}/vectors.jsonl.gz`)).toString());
}

for (const [name, text] of files) {
  it(`answers as quill-delta in ${name}`, () => {
    const ran = new Map<string, number>();
    for (const line of text.trimEnd().split("\n")) {
      const row = JSON.parse(line) as Row;
      if (row.k === undefined) continue; // the header
      ran.set(row.k, (ran.get(row.k) ?? 0) + 1);
      try {
        answers[row.k]!(row, line);
      } catch (error) {
        if (!(row.split && error instanceof OtError && error.code === "surrogate")) throw error;
      }
    }
    for (const kind of Object.keys(answers)) expect(ran.get(kind) ?? 0, kind).toBeGreaterThan(0);
  });
}

const answers: Record<string, (row: Row, line: string) => void> = {
  apply: ({ doc, a, r }, line) => same(apply(read(doc), read(a)), r, line),
  compose: ({ a, b, r }, line) => same(compose(read(a), read(b)), r, line),
  transform: ({ a, b, r0, r1 }, line) => {
    same(transform(read(b), read(a), "history"), r0, line);
    same(transform(read(b), read(a), "incoming"), r1, line);
  },
  pos: ({ a, i, r0, r1 }, line) => {
    expect(transformPosition(read(a), i, "right"), line).toBe(r0);
    expect(transformPosition(read(a), i, "left"), line).toBe(r1);
  },
  invert: ({ doc, a, r }, line) => {
    const back = invert(read(a), read(doc));
    // quill-delta compares objects by identity, so it restores one that was replaced by its equal. Both lead back.
    const after = apply(read(doc), read(a));
    if (sameOp(normalize(apply(after, back)), normalize(apply(after, read(r))))) return;
    same(back, r, line);
  },
};

function read(op: Op): Op {
  return parseOp(op, { ...ANY_SIZE, depth: 64 });
}

/** Ours in the order of quill-delta, which puts an insert in front of the delete beside it. */
function same(actual: Op, expected: Op, line: string): void {
  if (!sameOp(inQuillsOrder(actual), inQuillsOrder(read(expected)))) expect(actual, line).toEqual(expected);
}

function inQuillsOrder(op: Op): Op {
  const delta = new Delta();
  for (const component of op) delta.push(structuredClone(component) as never);
  return delta.chop().ops as Op;
}
