// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { Places } from "../bindings/places.ts";
import { lineAddress, placeOf, sectionAddress, slugsOf } from "./anchors.ts";

function section(text: string, at = 0) {
  return { level: 1, text, at };
}

describe("addresses within a document", () => {
  it("are made of the words of a heading, and count those that are there twice", () => {
    const texts = ["Aims & means", "Ziele – für 2027", "目的", "Aims, means", "…", "Aims means 2", "-"];
    expect(slugsOf(texts.map((text) => section(text)))).toEqual([
      "aims-means",
      "ziele-für-2027",
      "目的",
      "aims-means-2",
      "section",
      "aims-means-2-2",
      "section-2",
    ]);
    expect(slugsOf([section("x".repeat(500))])[0]).toHaveLength(60);
  });

  it("lead back to where they were made", () => {
    const places = {
      sections: () => [section("First", 0), section("Für alle", 30), section("First", 90)],
      line: (line: number) => (line <= 9 ? line * 10 : undefined),
    } as unknown as Places;
    const fragment = (address: string): string => new URL(address).hash;
    expect(placeOf(fragment(sectionAddress("für-alle")), places)).toBe(30);
    expect(placeOf(fragment(sectionAddress("first-2")), places)).toBe(90);
    expect(placeOf(fragment(lineAddress(4)), places)).toBe(40);
    for (const wrong of ["", "#", "#text", "#h-gone", "#L0x", "#L77", "#h-%"]) {
      expect(placeOf(wrong, places)).toBeUndefined();
    }
  });
});
