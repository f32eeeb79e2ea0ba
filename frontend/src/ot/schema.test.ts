import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OtError } from "./error.ts";
import type { Op } from "./op.ts";
import { checkOp, EMBEDS, LINE_ATTRIBUTES, type Rule, TEXT_ATTRIBUTES } from "./schema.ts";

const page = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");

/** What a table of the protocol's page says, by name. */
function tableOf(head: string): Map<string, string> {
  const table = page.split(head)[1]?.split("\n\n")[0];
  if (table === undefined) throw new Error(`the page has no table ${head}`);
  const said = new Map<string, string>();
  for (const row of table.trim().split("\n")) {
    const [names = "", words = ""] = row.replace(/^\| | \|$/g, "").split(" | ");
    for (const [, name] of names.replace(/ \(.*/, "").matchAll(/`([^`]+)`/g)) said.set(name!, words);
  }
  return said;
}

function wordsOf(...lists: ReadonlyMap<string, Rule>[]): Map<string, string> {
  return new Map(lists.flatMap((list) => [...list].map(([name, rule]) => [name, rule.words] as const)));
}

describe("the schema", () => {
  it("is that of the protocol's page, name for name and word for word", () => {
    expect(tableOf("| attribute | values |\n|---|---|\n")).toEqual(wordsOf(TEXT_ATTRIBUTES, LINE_ATTRIBUTES));
    expect(tableOf("| embed | value |\n|---|---|\n")).toEqual(wordsOf(EMBEDS));
  });

  it("has no name of Object's own", () => {
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      const op = JSON.parse(`[{"insert":"x","attributes":{"${name}":true}}]`) as Op;
      expect(refusal(op)?.code, name).toBe("schema");
      expect(refusal([{ insert: JSON.parse(`{"${name}":true}`) }])?.code, name).toBe("schema");
    }
  });

  it("counts bytes, not units", () => {
    const link = (units: number): Op => [{ insert: "x", attributes: { link: `/a${"é".repeat(units)}` } }];
    expect(refusal(link(1023))).toBeUndefined();
    expect(refusal(link(1024))?.code).toBe("schema");
  });

  it("has null for retains only", () => {
    expect(refusal([{ retain: 1, attributes: { bold: null } }])).toBeUndefined();
    expect(refusal([{ insert: "x", attributes: { bold: null } }])?.code).toBe("schema");
  });

  it("names what it refuses, not what it holds, and where", () => {
    const error = refusal([{ insert: "a" }, { insert: "x", attributes: { onclick: "steal()" } }]);
    expect(error?.message).toBe('unknown attribute "onclick"');
    expect(error?.at).toBe(1);
    expect(refusal([{ insert: { video: "https://e.x/secret" } }])?.message).toBe('unknown embed "video"');
    expect(refusal([{ insert: "x", attributes: { link: "javascript:x" } }])?.message).not.toContain("javascript");
    expect(refusal([{ insert: "x", attributes: { ["😀".repeat(2000)]: 1 } }])?.message.length).toBeLessThan(120);
  });
});

function refusal(op: Op): OtError | undefined {
  try {
    checkOp("rich", op, 1);
    return undefined;
  } catch (error) {
    if (error instanceof OtError) return error;
    throw error;
  }
}
