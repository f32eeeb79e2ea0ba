import { describe, expect, it } from "vitest";
import { AskedLocks } from "./page-locks.ts";

// Three pages of one browser, in which there are no Web Locks.
const pages = [new AskedLocks(), new AskedLocks(), new AskedLocks()] as const;
const [ana, ben, cem] = pages;

describe("locks of pages that ask each other", () => {
  it("belong to one page until it releases them", async () => {
    const owned = await ana.acquire("a", 0);
    expect(owned).toBeDefined();
    expect(await ben.acquire("a", 0)).toBeUndefined();
    expect(await ana.acquire("a", 0)).toBeUndefined();
    expect(await ben.acquire("b", 0)).toBeDefined();
    owned!.release();
    expect(await cem.acquire("a", 0)).toBeDefined();
  });

  it("go to exactly one of those that ask at once", async () => {
    const answers = await Promise.all(pages.map((page) => page.acquire("c", 0)));
    expect(answers.filter((owned) => owned !== undefined)).toHaveLength(1);
  });

  it("are waited for as long as it was asked", async () => {
    const owned = await ana.acquire("d", 0);
    const waiting = ben.acquire("d", 5_000);
    owned!.release();
    expect(await waiting).toBeDefined();
  });
});
