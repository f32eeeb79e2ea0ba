import { describe, expect, it } from "vitest";
import type { Op } from "../client/types.ts";
import { hexColor, linkFromInput, safeLink, sanitize, sanitizeText } from "./schema.ts";
import { settleLines } from "./settle.ts";

describe("sanitize", () => {
  it("returns the very op when all of it is in the schema", () => {
    const op: Op = [
      { insert: "a", attributes: { bold: true, color: "#aabbcc", link: "/d/1", size: "huge", script: "sub" } },
      { insert: "\n", attributes: { list: "checked", indent: 8, align: "right", direction: "rtl" } },
      { insert: { image: "/i/1.png" } },
      { insert: { divider: true } },
      { retain: 3, attributes: { bold: null, "code-block": "c++" } },
      { delete: 2 },
    ];
    expect(sanitize(op)).toBe(op);
  });

  const refused: readonly [name: string, value: unknown][] = [
    ["bold", false],
    ["bold", "true"],
    ["onclick", "x"],
    ["style", "x"],
    ["header", 7],
    ["header", 0],
    ["header", "1"],
    ["indent", 9],
    ["list", "disc"],
    ["align", "left"],
    ["font", "Arial"],
    ["size", "10px"],
    ["color", "red"],
    ["background", "url(/x)"],
    ["link", "javascript:alert(1)"],
    ["link", "data:text/html,x"],
    ["link", ""],
    ["code-block", "C"],
    ["code-block", "x".repeat(33)],
    ["__proto__x", 1],
  ];
  for (const [name, value] of refused) {
    it(`takes out ${name}: ${JSON.stringify(value)}`, () => {
      expect(sanitize([{ insert: "a", attributes: { [name]: value } }])).toEqual([{ insert: "a" }]);
      expect(sanitize([{ retain: 1, attributes: { [name]: value, bold: null } }])).toEqual([
        { retain: 1, attributes: { bold: null } },
      ]);
    });
  }

  it("converts a browser's colours", () => {
    expect(hexColor("rgb(1, 2, 255)")).toBe("#0102ff");
    expect(hexColor("rgba(1, 2, 3, 0.9)")).toBe("#010203");
    expect(hexColor("rgba(1, 2, 3, 0)")).toBeUndefined();
    expect(hexColor("rgb(300, 2, 3)")).toBeUndefined();
    expect(hexColor("#ABC")).toBe("#ABC");
  });

  it("drops embeds that are not in the list", () => {
    for (const embed of [{ video: "/x" }, { image: "//x" }, { image: "data:x" }, { image: 1 }, { divider: 1 }, {}]) {
      expect(sanitize([{ insert: embed }])).toEqual([]);
    }
  });

  it("keeps pairs whole, and of all control characters the line break and the tab", () => {
    expect(sanitizeText("a\r\nb\rc\u0000\u0007\td\ufeffe\u007f")).toBe("a\nb\nc\tde");
    expect(sanitizeText("😀\ud83d x \ude00😀")).toBe("😀 x 😀");
  });
});

describe("links", () => {
  it("takes the schemes that run no code, and places on this site", () => {
    for (const link of ["https://a.b", "HTTP://a", "mailto:a@b", "tel:+41", "/d/1", "#top"]) {
      expect(safeLink(link)).toBe(link);
    }
    for (const link of [
      "javascript:x",
      " https://a",
      "java\tscript:x",
      "https://",
      "https:///x",
      "ftp://a",
      "a.b",
      "vbscript:x",
    ]) {
      expect(safeLink(link), link).toBeUndefined();
    }
    expect(safeLink(`/${"é".repeat(1024)}`)).toBeUndefined(); // 2,049 bytes
  });

  it("understands what people type", () => {
    expect(linkFromInput(" example.org/a ")).toBe("https://example.org/a");
    expect(linkFromInput("ana@example.org")).toBe("mailto:ana@example.org");
    expect(linkFromInput("http://x.y")).toBe("http://x.y");
    expect(linkFromInput("not a link")).toBeUndefined();
    expect(linkFromInput("javascript:alert(1)")).toBeUndefined();
  });
});

describe("settleLines", () => {
  it("says nothing when no line is contested", () => {
    expect(settleLines([{ insert: "a\nb" }, { insert: "\n", attributes: { list: "bullet", indent: 2 } }])).toEqual([]);
  });

  it("chooses by the formats alone, whoever came first", () => {
    const document: Op = [
      { insert: "ab" },
      { insert: "\n", attributes: { header: 1, list: "bullet" } },
      { insert: "c" },
      { insert: "\n\n", attributes: { blockquote: true, header: 2 } },
    ];
    expect(settleLines(document)).toEqual([
      { retain: 2 },
      { retain: 1, attributes: { list: "bullet" } },
      { retain: 1 },
      { retain: 2, attributes: { header: 2 } },
    ]);
  });
});
