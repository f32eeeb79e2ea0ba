import { lengthOf, type Op } from "./op.ts";

/** Where a position goes when text is inserted just there: `left` stays before it, `right` moves behind it. */
export type Gravity = "left" | "right";

/**
 * Where a position of the document before `op` is in the document after it, as if it were a marker inserted there
 * (law L5): `right` is like a marker that comes in after `op`, `left` like one that was there first.
 */
export function transformPosition(op: Op, position: number, gravity: Gravity): number {
  let left = Math.max(position, 0); // units of the old document up to the position
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

/**
 * A stretch of a document: a selection, from where it was begun to where the caret is, or what a comment is about. The
 * head may be in front of the anchor; a caret is a range of no length.
 */
export interface Range {
  readonly anchor: number;
  readonly head: number;
}

/** On which side the ends of a range stay of text that is inserted just there. */
export interface RangeGravity {
  /** Of the end in front. */
  readonly start: Gravity;
  /** Of the end behind, and of a caret. */
  readonly end: Gravity;
}

/** Text that is typed at either end does not join the range: the selections of others. */
export const KEEPS_OUT: RangeGravity = { start: "right", end: "left" };

/** Text that is typed at either end joins the range: what a comment is about. */
export const TAKES_IN: RangeGravity = { start: "left", end: "right" };

/**
 * Where a range is after `op`. It does not turn round: where all its text is deleted, both ends stay together.
 */
export function transformRange(op: Op, range: Range, gravity: RangeGravity): Range {
  const { anchor, head } = range;
  if (anchor === head) {
    const at = transformPosition(op, head, gravity.end);
    return { anchor: at, head: at };
  }
  // The front end stops where the other one passes by at the latest, whatever the gravities: they cannot cross.
  const from = transformPosition(op, Math.min(anchor, head), gravity.start);
  const to = transformPosition(op, Math.max(anchor, head), gravity.end);
  return head < anchor ? { anchor: to, head: from } : { anchor: from, head: to };
}
