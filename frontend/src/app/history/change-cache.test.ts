import { expect, test } from "vitest";
import { ChangeCache } from "./change-cache.ts";

const op = [{ insert: "x" }];

/** A cache with these changes. */
function cacheOf(...edges: readonly (readonly [from: number, to: number])[]): ChangeCache {
  const cache = new ChangeCache();
  for (const [from, to] of edges) cache.add(from, to, op);
  return cache;
}

/** The revisions on the way. */
function way(cache: ChangeCache, from: number, to: number, most = 10): readonly number[] | undefined {
  return cache.path(from, to, most)?.map((edge) => edge.to);
}

test("a way goes from change to change, in the longest steps, and never past where it leads", () => {
  const cache = cacheOf([1, 2], [2, 3], [1, 9], [1, 3], [3, 4], [4, 3], [3, 1]);
  expect(way(cache, 1, 4)).toEqual([3, 4]);
  expect(way(cache, 1, 2)).toEqual([2]);
  expect(way(cache, 1, 9)).toEqual([9]);
  expect(way(cache, 4, 1)).toEqual([3, 1]);
  expect(way(cache, 4, 4)).toEqual([]);
  expect(way(cache, 1, 5)).toBeUndefined();
  expect(way(cache, 9, 1)).toBeUndefined();
});

test("a way has at most so many changes", () => {
  const cache = cacheOf(...Array.from({ length: 20 }, (_, at) => [at, at + 1] as const));
  expect(way(cache, 0, 10)).toHaveLength(10);
  expect(way(cache, 0, 11)).toBeUndefined();
});

test("what was not used for long is forgotten", () => {
  const cache = cacheOf(...Array.from({ length: 2000 }, (_, at) => [at, at + 1] as const));
  expect(cache.size).toBe(2000);
  expect(way(cache, 0, 1)).toEqual([1]);
  cache.add(5000, 5001, op);
  expect(cache.size).toBe(2000);
  expect(way(cache, 0, 1)).toEqual([1]); // used a moment ago
  expect(way(cache, 1, 2)).toBeUndefined();
});

test("a change that is as large as a document is not kept", () => {
  const cache = new ChangeCache();
  cache.add(
    1,
    2,
    Array.from({ length: 30_000 }, (_, at) => ({ insert: "x", attributes: { size: at } })),
  );
  expect(cache.size).toBe(0);
});
