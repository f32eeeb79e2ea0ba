import { lengthOf, type Op } from "./op.ts";

/** Where a position goes when text is inserted just there: `left` stays before it, `right` moves behind it. */
export type Gravity = "left" | "right";

/**
 * Where a position of the document before `op` is in the document after it, as if it were a marker inserted there
 * (law L5): `right` is like a marker that comes in after `op`, `left` like one that was there first.
 */
export function transformPosition(op: Op, position: number, gravity: Gravity): number {
  let left = position; // units of the old document up to the position
  let result = 0; // units of the new document behind us
  for (const component of op) {
    const units = lengthOf(component);
    if ("insert" in component) {
      if (left === 0 && gravity === "left") return result;
      result += units;
    } else if (left < units) {
      return "retain" in component ? result + left : result;
    } else {
      left -= units;
      if ("retain" in component) result += units;
    }
  }
  return result + left;
}

/**
 * Where a position of the document after `op` was in the document before it. A position inside or behind inserted text
 * was at the place of the insert; one just before a delete stays before it. With gravity `right`,
 * `transformPosition` finds the way back, except from the start of inserted text.
 */
export function untransformPosition(op: Op, position: number): number {
  let before = 0;
  let after = 0;
  for (const component of op) {
    const units = lengthOf(component);
    if ("insert" in component) {
      if (position <= after + units) return before;
      after += units;
    } else if ("retain" in component) {
      if (position < after + units) break;
      before += units;
      after += units;
    } else {
      if (position === after) break;
      before += units;
    }
  }
  return before + position - after;
}
