import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inkOn } from "../bindings/peers.ts";
import { colors } from "./colors.ts";

/** The contrast of two colours as WCAG defines it: 1 for equal ones, 21 for black and white. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe("U14: colours of people", () => {
  it("can be read under a name, whatever a person has chosen", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
        const color = `#${number.toString(16).padStart(6, "0")}`;
        expect(contrast(color, inkOn(color))).toBeGreaterThanOrEqual(4.5);
      }),
      { numRuns: 5000 },
    );
  });

  it("have white names in all that are offered, and are seen on the paper of both themes", () => {
    const server = readFileSync(new URL("../../../server/login.go", import.meta.url), "utf8");
    const given = server.match(/"#[0-9a-f]{6}"/g)!.map((color) => color.slice(1, -1));
    expect(given.length).toBeGreaterThan(5);
    const tokens = readFileSync(new URL("../styles/tokens.css", import.meta.url), "utf8");
    const [, light, dark] = /--paper: light-dark\((#\w{6}), (#\w{6})\)/.exec(tokens)!;
    for (const color of [...colors, ...given]) {
      expect([color, inkOn(color)]).toEqual([color, "#ffffff"]);
      expect(contrast(color, light!)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(brightened(color), dark!)).toBeGreaterThanOrEqual(3); // a caret is no text
    }
  });
});

/** What peers.css makes of a caret on dark paper. */
function brightened(color: string): string {
  const parts = [1, 3, 5].map((at) => Math.min(255, Math.round(Number.parseInt(color.slice(at, at + 2), 16) * 1.55)));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
