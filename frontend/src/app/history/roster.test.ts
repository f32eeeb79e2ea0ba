import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { colors } from "../colors.ts";
import { ListNumbers } from "./list-numbers.ts";
import { authorRules, authorStyle, patterns, Roster } from "./roster.ts";

const css = readFileSync(new URL("../../styles/history-marks.css", import.meta.url), "utf8");
const tokens = readFileSync(new URL("../../styles/tokens.css", import.meta.url), "utf8");
const [lightWash, darkWash] = [...css.matchAll(/--author-wash: (\d+)%/g)].map((match) => Number(match[1]) / 100);

function token(name: string): readonly [light: string, dark: string] {
  const match = new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(tokens)!;
  return [match[1]!, match[2]!];
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

function luminance(rgb: readonly number[]): number {
  const [red, green, blue] = rgb.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** The contrast of ink on paper that is washed with a colour. */
function contrast(ink: string, paper: string, color: string, wash: number): number {
  const under = channels(paper);
  const mixed = channels(color).map((part, i) => part * wash + under[i]! * (1 - wash));
  const [low, high] = [luminance(mixed), luminance(channels(ink))].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

test("text can be read on the wash of every colour, in both themes", () => {
  const inks = token("ink");
  const papers = token("paper");
  for (const color of [...colors, "#000000", "#ffffff", "#ff0000", "#ffff00", "#0000ff"]) {
    expect(contrast(inks[0], papers[0], color, lightWash!), `${color} on light paper`).toBeGreaterThan(4.5);
    expect(contrast(inks[1], papers[1], color, darkWash!), `${color} on dark paper`).toBeGreaterThan(4.5);
  }
});

test("people of one colour differ by the line under their text", () => {
  const styles = patterns.map((_, i) => authorStyle("#3b6bd0", i));
  expect(new Set(styles).size).toBe(patterns.length);
});

test("a colour that is none gets into no rule", () => {
  const rules = authorRules([{ id: "x", name: "X", color: "red } * { display: none" }]);
  expect(rules).not.toContain("display");
});

test("an index stays the same person, whatever the order of an answer", () => {
  const roster = new Roster();
  const ana = { id: "a", name: "Ana", color: "#c2335b" };
  const ben = { id: "b", name: "Ben", color: "#1a7596" };
  const span = { units: 2, revision: 3, at: 4 };
  expect(roster.adopt([{ ...span, author: 0 }], [ana])[0]?.author).toBe(0);
  const spans = roster.adopt(
    [
      { ...span, author: 1 },
      { ...span, author: 0 },
      { ...span, author: -1 },
    ],
    [ben, { ...ana, name: "Ana B." }],
  );
  expect(spans.map(({ author }) => author)).toEqual([0, 1, -1]);
  expect(roster.authors.map(({ name }) => name)).toEqual(["Ana B.", "Ben"]);
});

test("lines of lists have numbers as the editor counts them", () => {
  const numbers = new ListNumbers();
  const ordered = (indent = 0) => numbers.next({ list: "ordered", ...(indent && { indent }) });
  expect([ordered(), ordered(1), ordered(1), ordered(2), ordered(2), ordered(1), ordered(), ordered(1)]).toEqual([
    "1.",
    "a.",
    "b.",
    "i.",
    "ii.",
    "c.",
    "2.",
    "a.",
  ]);
  expect(numbers.next({ list: "bullet" })).toBeUndefined();
  expect(ordered()).toBe("3.");
  numbers.next({});
  expect(ordered()).toBe("1.");
  for (let n = 0; n < 27; n++) ordered(1);
  expect(ordered(1)).toBe("ab.");
  for (let n = 0; n < 13; n++) ordered(2);
  expect(ordered(2)).toBe("xiv.");
});
