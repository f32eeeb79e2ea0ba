import { describe, expect, it } from "vitest";
import { cacheOf, lockOf } from "./names.ts";
import { dropped, isPageOf, networkFirst, shellFor } from "./shell.ts";

describe("which page is kept for an address", () => {
  it.each([
    ["/", "/"],
    ["/d/abc", "/d/shell"],
    ["/d/abc/", "/d/shell"],
    ["/d/", undefined],
    ["/d/a/b", undefined],
    ["/api/docs", undefined],
    ["/api/docs/d/abc", undefined],
    ["/files/abc/1", undefined],
    ["/assets/x.js", undefined],
    ["/healthz", undefined],
  ])("%s: %s", (path, shell) => expect(shellFor(path)).toBe(shell));
});

it("knows a page of its own build", () => {
  expect(isPageOf("B2", '<head><meta name="collabd-build" content="B2"></head>')).toBe(true);
  expect(isPageOf("B2", '<head><meta name="collabd-build" content="B3"></head>')).toBe(false);
  expect(isPageOf("B2", "<h1>Please log in</h1>")).toBe(false);
});

describe("which caches go when a build takes over", () => {
  const names = ["A", "B", "C", "D"].map(cacheOf);
  it("keeps its own and the one before", () => {
    expect(dropped(names, "D", new Set())).toEqual(["A", "B"].map(cacheOf));
    expect(dropped([cacheOf("D")], "D", new Set())).toEqual([]);
  });
  it("keeps those that a page holds", () => {
    expect(dropped(names, "D", new Set([lockOf("A"), "another lock"]))).toEqual([cacheOf("B")]);
  });
  it("keeps the newest of the others when an old build comes back", () => {
    expect(dropped(names, "A", new Set())).toEqual(["B", "C"].map(cacheOf));
  });
  it("leaves what is not its own", () => {
    expect(dropped(["theirs", ...names], "D", new Set())).toEqual(["A", "B"].map(cacheOf));
  });
});

describe("a page", () => {
  const never = new Promise<never>(() => {});
  const fresh = new Response("fresh");
  const shell = new Response("kept");
  const kept = async (): Promise<Response | undefined> => shell;
  const none = async (): Promise<Response | undefined> => undefined;

  it("comes from the network", async () => {
    expect(await networkFirst(Promise.resolve(fresh), kept, never)).toBe(fresh);
  });
  it("says what the server says, if that is a refusal", async () => {
    const refusal = new Response("", { status: 404 });
    expect(await networkFirst(Promise.resolve(refusal), kept, never)).toBe(refusal);
  });
  it("is what was kept when the server is away, has trouble, or is slow", async () => {
    const trouble = new Response("", { status: 502 });
    expect(await networkFirst(Promise.reject(new TypeError("no network")), kept, never)).toBe(shell);
    expect(await networkFirst(Promise.resolve(trouble), kept, never)).toBe(shell);
    expect(await networkFirst(never, kept, Promise.resolve())).toBe(shell);
  });
  it("is what the network has after all, if nothing was kept", async () => {
    const trouble = new Response("", { status: 502 });
    expect(await networkFirst(Promise.resolve(trouble), none, never)).toBe(trouble);
    const slow = new Promise<Response>((resolve) => setTimeout(() => resolve(fresh)));
    expect(await networkFirst(slow, none, Promise.resolve())).toBe(fresh);
    await expect(networkFirst(Promise.reject(new TypeError("no network")), none, never)).rejects.toThrow("no network");
  });
});
