import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = dirname(fileURLToPath(import.meta.url));

/** The numbers that tests begin with, such as `test("U12, U14: …"`. */
function shown(): Set<string> {
  const numbers = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".test.ts"))) {
    const source = readFileSync(join(folder, file), "utf8");
    for (const [, title] of source.matchAll(/\b(?:test|it)(?:\.each\([\s\S]*?\))?\(\s*["'`]((?:U\d+[,: ]*)+)/g)) {
      for (const number of title!.match(/U\d+/g)!) numbers.add(number);
    }
  }
  return numbers;
}

test("every promise of REQUIREMENTS.md has a test that begins with its number", () => {
  const text = readFileSync(join(folder, "REQUIREMENTS.md"), "utf8");
  const promised = [...text.matchAll(/^- \*\*(U\d+)\*\*/gm)].map((match) => match[1]!);
  expect(promised.length).toBeGreaterThan(20);
  const tests = shown();
  expect(promised.filter((number) => !tests.has(number))).toEqual([]);
});
