import { describe, expect, it } from "vitest";
import { compose } from "./compose.ts";
import { OtError, type OtErrorCode } from "./error.ts";
import { invert } from "./invert.ts";
import { normalize, type Op } from "./op.ts";
import { apply, documentOf, plainText } from "./text.ts";

const doc: Op = [{ insert: "a😀b" }];

function refusal(run: () => unknown): OtErrorCode | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof OtError) return error.code;
    throw error;
  }
}

describe("apply", () => {
  it("refuses what cuts a surrogate pair", () => {
    const cutting: Op[] = [
      [{ retain: 2 }, { insert: "x" }],
      [{ retain: 2 }, { delete: 1 }],
      [{ retain: 1 }, { delete: 1 }],
      [{ retain: 2, attributes: { bold: true } }],
    ];
    for (const op of cutting) {
      expect(refusal(() => apply(doc, op))).toBe("surrogate");
      expect(refusal(() => compose(doc, op))).toBe("surrogate");
    }
    expect(refusal(() => invert([{ retain: 2 }, { delete: 1 }], doc))).toBe("surrogate");
  });

  it("refuses what reaches past the end", () => {
    for (const op of [[{ delete: 5 }], [{ retain: 5 }, { insert: "x" }], [{ retain: 4 }, { delete: 1 }]] as Op[]) {
      expect(refusal(() => apply(doc, op))).toBe("range");
      expect(refusal(() => invert(op, doc)) ?? "range").toBe("range");
    }
  });

  it("leaves the old document as it was, and shares what did not change", () => {
    const before: Op = [{ insert: "a".repeat(4096) }, { insert: "b", attributes: { bold: true } }];
    const copy = structuredClone(before);
    const after = apply(before, [{ retain: 4097 }, { insert: "c" }]);
    expect(before).toEqual(copy);
    expect(after[0]).toBe(before[0]);
    expect(after).toEqual([...before, { insert: "c" }]);
  });

  it("keeps long texts in pieces that say the same", () => {
    let long: Op = [];
    let text = "";
    for (let i = 0; i < 3000; i++) {
      const at = (i * 7919) % (text.length + 1);
      long = apply(long, at === 0 ? [{ insert: "abcdefg" }] : [{ retain: at }, { insert: "abcdefg" }]);
      text = `${text.slice(0, at)}abcdefg${text.slice(at)}`;
    }
    expect(plainText(long)).toBe(text);
    expect(long.length).toBeGreaterThan(4);
    expect(long.length).toBeLessThan(20);
    expect(normalize(long)).toEqual([{ insert: text }]);
  });
});

describe("documentOf", () => {
  it("refuses what is no document", () => {
    expect(refusal(() => documentOf([{ insert: "a" }, { delete: 1 }]))).toBe("document");
    expect(refusal(() => apply([{ retain: 1 }], [{ retain: 1, attributes: { bold: true } }]))).toBe("document");
  });
});

describe("normalize", () => {
  it("knows no empty attributes, and merges over them", () => {
    const loose: Op = [{ retain: 1, attributes: {} }, { retain: 1 }, { insert: "a", attributes: {} }, { insert: "b" }];
    expect(normalize(loose)).toEqual([{ retain: 2 }, { insert: "ab" }]);
    expect(normalize([{ insert: "a", attributes: {} }])).toEqual([{ insert: "a" }]);
    expect(normalize([{ retain: 1, attributes: {} }, { delete: 1 }])).toEqual([{ retain: 1 }, { delete: 1 }]);
  });
});
