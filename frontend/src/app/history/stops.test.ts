import fc from "fast-check";
import { expect, test } from "vitest";
import { Stops } from "./stops.ts";

const stops = new Stops([
  [0, 0],
  [3, 5],
  [9, 10],
]);

test("a step leads from stop to stop, over what is between them", () => {
  expect(stops.count).toBe(6);
  expect([0, 3, 4, 5, 9, 10].map((at) => stops.step(at, 1))).toEqual([3, 4, 5, 9, 10, 10]);
  expect([0, 3, 4, 5, 9, 10].map((at) => stops.step(at, -1))).toEqual([0, 0, 3, 4, 5, 9]);
  expect(stops.step(0, 10)).toBe(10);
  expect(stops.step(10, -3)).toBe(4);
});

test("a step from between two stops leads to the next one on that side", () => {
  expect(stops.step(7, 1)).toBe(9);
  expect(stops.step(7, -1)).toBe(5);
  expect(stops.step(20, -1)).toBe(10);
});

test("the nearest stop is told of any revision", () => {
  expect([0, 1, 2, 4, 7, 8, 30].map((at) => stops.nearest(at))).toEqual([0, 0, 3, 4, 5, 9, 10]);
  expect([0, 1, 3, 9].map((at) => stops.has(at))).toEqual([true, false, true, true]);
});

test("stops as ranges are what they are one by one", () => {
  const seed = 20261;
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(60), { minLength: 1 }),
      fc.nat(70),
      fc.integer({ min: -8, max: 8 }),
      (some, at, by) => {
        const each = some.sort((a, b) => a - b);
        const ranges = new Stops(each.map((revision) => [revision, revision]));
        expect(ranges.nearest(at)).toSatisfy((found: number) =>
          each.every((revision) => Math.abs(revision - at) >= Math.abs(found - at)),
        );
        if (!each.includes(at) || by === 0) return;
        const to = Math.min(Math.max(each.indexOf(at) + by, 0), each.length - 1);
        expect(ranges.step(at, by)).toBe(each[to]);
      },
    ),
    { seed },
  );
});
