import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OtError } from "./error.ts";
import { EDIT_LIMITS, type Limits } from "./limits.ts";
import { normalize, type Op, sameOp } from "./op.ts";
import { parse, parseOp } from "./parse.ts";
import { apply } from "./text.ts";

const doc: Op = [{ insert: "ab" }, { insert: { image: "/u" } }, { insert: "😀\n", attributes: { bold: true } }];

function refusal(run: () => unknown): OtError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof OtError) return error;
    throw error;
  }
}

/** Odd ops, what is wrong with them and in which component; -1 if it is not a component's fault. */
const refused: readonly [text: string, code: string, at: number][] = [
  ["", "syntax", -1],
  ['[{"insert":"x"}] x', "syntax", -1],
  ['[{"insert":"x"},]', "syntax", -1],
  ['[{"retain":01}]', "syntax", -1],
  ['{"insert":"x"}', "shape", -1],
  ['{"ops":[{"insert":"x"}]}', "shape", -1],
  ["null", "shape", -1],
  ["[null]", "shape", 0],
  ['["x"]', "shape", 0],
  ["[{}]", "shape", 0],
  ['[{"retain":1},{"insert":"x","delete":1}]', "shape", 1],
  ['[{"insert":"x","retain":1}]', "shape", 0],
  ['[{"insert":"x","foo":1}]', "shape", 0],
  ['[{"Insert":"x"}]', "shape", 0],
  ['[{"insert":null}]', "shape", 0],
  ['[{"insert":5}]', "shape", 0],
  ['[{"insert":true}]', "shape", 0],
  ['[{"insert":["x"]}]', "shape", 0],
  ['[{"insert":{}}]', "shape", 0],
  ['[{"insert":{"a":1,"b":2}}]', "shape", 0],
  ['[{"insert":{"":1}}]', "shape", 0],
  ['[{"retain":"1"}]', "shape", 0],
  ['[{"retain":null}]', "shape", 0],
  ['[{"retain":true}]', "shape", 0],
  ['[{"retain":2},{"retain":{"image":"/v"}}]', "shape", 1],
  ['[{"insert":"x","attributes":null}]', "shape", 0],
  ['[{"insert":"x","attributes":[1]}]', "shape", 0],
  ['[{"insert":"x","attributes":"bold"}]', "shape", 0],
  ['[{"delete":1,"attributes":{}}]', "shape", 0],
  ['[{"retain":0},{"insert":"x"}]', "length", 0],
  ['[{"retain":1},{"delete":0}]', "length", 1],
  ['[{"retain":-1}]', "length", 0],
  ['[{"delete":-2}]', "length", 0],
  ['[{"retain":1.5}]', "length", 0],
  ['[{"retain":9007199254740993}]', "length", 0],
  ['[{"retain":1e999}]', "length", 0],
  ['[{"delete":4611686018427387904},{"delete":4611686018427387904}]', "length", 0],
  ['[{"insert":""}]', "empty", 0],
  ['[{"insert":"x","attributes":{"id":9007199254740993}}]', "value", 0],
  ['[{"insert":"x","attributes":{"id":[-1e999]}}]', "value", 0],
  ['[{"retain":1,"attributes":{"__proto__":{"x":1}}}]', "value", 0],
  ['[{"insert":{"__proto__":1}}]', "value", 0],
  ['[{"insert":"\\ud83d"}]', "surrogate", 0],
  ['[{"retain":4},{"insert":"\\ude00\\ud83d"}]', "surrogate", 1],
  ['[{"insert":"x","attributes":{"\\ud83d":1}}]', "surrogate", 0],
  ['[{"insert":"x","attributes":{"a":{"\\ud83d":1}}}]', "surrogate", 0],
  [`[{"insert":${'{"x":'.repeat(20_000)}1${"}".repeat(20_000)}}]`, "limit", 0],
  [`[{"insert":{"x":{${Array.from({ length: 1025 }, (_, i) => `"${i}":1`).join()}}}}]`, "limit", 0],
  ['[{"retain":1000000000},{"delete":1000000000}]', "limit", 1],
];

/** What is an op, though not as anybody should write it, and the op that it is. */
const accepted: readonly [text: string, op: Op][] = [
  ['[{"insert":"x"},{"retain":6}]', [{ insert: "x" }]],
  ['[{"insert":"x"},{"insert":"y"},{"delete":1},{"delete":1}]', [{ insert: "xy" }, { delete: 2 }]],
  ['[{"delete":1},{"insert":"x"}]', [{ delete: 1 }, { insert: "x" }]],
  ['[{"insert":"x","attributes":{}}]', [{ insert: "x" }]],
  ['[{"retain":6,"attributes":{}}]', []],
  ['[{"insert":"x","attributes":{"bold":null}}]', [{ insert: "x" }]],
  ['[{"retain":1,"attributes":{"bold":null}}]', [{ retain: 1, attributes: { bold: null } }]],
  ['[{"retain":1,"attributes":{"a":false,"b":0,"c":""}}]', [{ retain: 1, attributes: { a: false, b: 0, c: "" } }]],
  [
    '[{"insert":"x","attributes":{"n":1}},{"insert":"y","attributes":{"n":1.0}}]',
    [{ insert: "xy", attributes: { n: 1 } }],
  ],
  ['[{"insert":{"hr":null}}]', [{ insert: { hr: null } }]],
  ['[{"insert":"a\\u0000b"}]', [{ insert: "a\u0000b" }]],
  ['[{"insert":"\\ud83d\\ude00"}]', [{ insert: "😀" }]],
  // What JSON.parse hides. Go refuses these; a server's answer never holds them.
  ['[{"retain":1.0},{"insert":"x"}]', [{ retain: 1 }, { insert: "x" }]],
  ['[{"retain":1e0},{"insert":"x"}]', [{ retain: 1 }, { insert: "x" }]],
  ['[{"retain":1,"retain":9},{"insert":"x"}]', [{ retain: 9 }, { insert: "x" }]],
];

describe("parse", () => {
  for (const [text, code, at] of refused) {
    it(`refuses ${text.slice(0, 70)}: ${code}`, () => {
      const error = refusal(() => parse(text));
      expect([error?.code, error?.at]).toEqual([code, at]);
      expect(error!.message).not.toBe("");
    });
  }

  for (const [text, op] of accepted) it(`takes ${text}`, () => expect(parse(text)).toEqual(op));

  it("never quotes what it refuses", () => {
    for (const text of [
      '[{"insert":"secret"',
      '[{"insert":"x","secret":1}]',
      '[{"insert":"x","attributes":"secret"}]',
    ]) {
      expect(refusal(() => parse(text))?.message).not.toContain("secret");
    }
  });

  it("refuses holes and values that no JSON has", () => {
    const odd: unknown[] = [
      undefined,
      new Array(1),
      [{ insert: "x", attributes: { a: undefined } }],
      [{ insert: { a: 1n } }],
    ];
    for (const value of odd) expect(refusal(() => parseOp(value))?.code).toBe("shape");
  });
});

describe("limits", () => {
  const attributes = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, 1]));
  const nested = (depth: number) => Array.from({ length: depth }).reduce((value) => [value], 1);
  /** For each limit, an op at it, and one that is just over it. */
  const cases: readonly [limit: keyof Limits, most: number, fits: unknown, over: unknown][] = [
    ["bytes", 21, [{ insert: "😀é" }], [{ insert: "😀é!" }]],
    ["components", 2, [{ insert: "a" }, { insert: "b" }], [{ insert: "a" }, { insert: "b" }, { insert: "c" }]],
    ["insertUnits", 4, [{ insert: "a😀" }, { insert: { hr: true } }], [{ insert: "a😀" }, { insert: "bc" }]],
    ["attributes", 32, [{ retain: 1, attributes: attributes(32) }], [{ retain: 1, attributes: attributes(33) }]],
    ["attributeBytes", 10, [{ retain: 1, attributes: { a: "é" } }], [{ retain: 1, attributes: { a: "éx" } }]],
    ["attributeBytes", 10, [{ insert: { a: "é" } }], [{ insert: { a: "éx" } }]],
    ["depth", 3, [{ insert: { a: nested(3) } }], [{ insert: { a: nested(4) } }]],
    ["units", 10, [{ delete: 6 }, { retain: 4 }], [{ delete: 6 }, { retain: 5 }]],
    ["units", 10, [{ retain: 6 }, { insert: "abcd" }], [{ retain: 6 }, { insert: "abcde" }]],
  ];
  for (const [limit, most, fits, over] of cases) {
    it(`${limit}: at most ${most}, as in ${JSON.stringify(fits).slice(0, 60)}`, () => {
      expect(refusal(() => parse(JSON.stringify(fits), { [limit]: most }))).toBeUndefined();
      expect(refusal(() => parse(JSON.stringify(over), { [limit]: most }))?.code).toBe("limit");
    });
  }

  it("are Go's, where nothing else is said", () => {
    expect(EDIT_LIMITS).toEqual({
      bytes: 4_194_304,
      components: 50_000,
      insertUnits: 1_048_576,
      attributes: 32,
      attributeBytes: 8192,
      depth: 8,
      units: 1_073_741_824,
    });
  });

  it("bound what comes from the server only where it could overflow", () => {
    const large = [{ insert: "x".repeat(2 ** 21) }, { retain: 2 ** 40 }, { insert: "y" }];
    expect(parseOp(large)).toEqual(large);
    expect(refusal(() => parseOp([{ retain: 2 ** 53 - 1 }, { delete: 1 }]))?.code).toBe("limit");
    expect(refusal(() => parseOp([{ insert: { a: nested(9) } }]))?.code).toBe("limit");
  });
});

/** A row of quirks.jsonl: an op as text on a small document, and what should become of it. */
interface Quirk {
  readonly name: string;
  readonly doc: Op;
  readonly op?: string;
  readonly gen?: string;
  readonly expect: "reject" | "accept" | "either" | "policy";
  readonly quill?: { readonly ops?: Op };
}

function textOf(row: Quirk): string {
  if (row.op !== undefined) return row.op;
  if (row.gen?.startsWith("embed value nested 20000 levels")) {
    return `[{"insert":${'{"x":'.repeat(20_000)}1${"}".repeat(20_000)}}]`;
  }
  if (row.gen?.includes("repeated 500000 times")) {
    return `[${Array(500_000).fill('{"insert":"x"},{"retain":1}').join()}]`;
  }
  throw new Error(`${row.name}: no way to build ${row.gen}`);
}

function answer(row: Quirk): void {
  let after: Op | undefined;
  const error = refusal(() => {
    after = normalize(apply(row.doc, parse(textOf(row))));
  });
  if (row.expect === "reject" || row.expect === "policy") expect(error?.code, row.name).toBeDefined();
  if (row.expect === "accept") expect(error, row.name).toBeUndefined();
  // What is accepted does to the document what it does to Quill's.
  const theirs = row.quill?.ops;
  if (after !== undefined && theirs !== undefined && !sameOp(after, normalize(theirs))) {
    expect(after, row.name).toEqual(normalize(theirs));
  }
}

describe("odd ops on a document", () => {
  it("are answered as the policy is: half pairs and cuts are refused", () => {
    const own: readonly Quirk[] = [
      { name: "past the end", doc, op: '[{"delete":9}]', expect: "reject" },
      { name: "a format past the end", doc, op: '[{"retain":9,"attributes":{"bold":true}}]', expect: "reject" },
      { name: "an insert past the end", doc, op: '[{"retain":9},{"insert":"x"}]', expect: "reject" },
      { name: "a pair cut by a delete", doc, op: '[{"retain":3},{"delete":1}]', expect: "policy" },
      { name: "an insert in a pair", doc, op: '[{"retain":4},{"insert":"x"}]', expect: "policy" },
      { name: "half a pair", doc, op: '[{"insert":"\\ud83d"}]', expect: "policy" },
      { name: "halves that pair up", doc, op: '[{"retain":4},{"insert":"\\ude00\\ud83d"}]', expect: "policy" },
      { name: "many tiny components", doc, gen: "repeated 500000 times", expect: "reject" },
      {
        name: "a removal",
        doc,
        op: '[{"retain":3},{"retain":3,"attributes":{"bold":null}}]',
        expect: "accept",
        quill: { ops: [{ insert: "ab" }, { insert: { image: "/u" } }, { insert: "😀\n" }] },
      },
      ...refused.map(([op]): Quirk => ({ name: op.slice(0, 70), doc, op, expect: "reject" })),
    ];
    for (const row of own) answer(row);
  });

  const folder = process.env.COLLABD_VECTORS;
  if (folder !== undefined) {
    const rows = readFileSync(`${folder}/quirks.jsonl`, "utf8").trimEnd().split("\n");
    it(`are answered as each of ${rows.length} rows of quirks.jsonl expects`, () => {
      expect(rows.length).toBeGreaterThan(50);
      for (const line of rows) answer(JSON.parse(line));
    });
  }
});
