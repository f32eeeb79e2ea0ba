import { type ChangeSet, type ChangeSpec, ChangeSet as Changes, type Text } from "@codemirror/state";
import type { Op } from "../client/types.ts";
import { Builder } from "../ot/op.ts";

/**
 * The op with the effect of `changes` on `before`, whose lines CodeMirror separates by `\n` alone, so that its positions
 * are UTF-16 units as ours. CodeMirror may replace one half of a surrogate pair; the op takes all of the pair.
 */
export function opOfChanges(changes: ChangeSet, before: Text, after: Text): Op {
  const builder = new Builder();
  let at = 0;
  for (const { fromA, toA, fromB, toB } of widened(changes, before)) {
    builder
      .retain(fromA - at)
      .insert(after.sliceString(fromB, toB, "\n"))
      .delete(toA - fromA);
    at = toA;
  }
  return builder.op();
}

interface Span {
  fromA: number;
  toA: number;
  fromB: number;
  toB: number;
}

/** The changed spans, in order, none of which ends within a pair of `before`; spans that overlap then are one. */
function widened(changes: ChangeSet, before: Text): readonly Span[] {
  const spans: Span[] = [];
  changes.iterChangedRanges((fromA, toA, fromB, toB) => {
    const span = { fromA, toA, fromB, toB };
    if (cutsPairOf(before, fromA)) {
      span.fromA--;
      span.fromB--;
    }
    if (cutsPairOf(before, toA)) {
      span.toA++;
      span.toB++;
    }
    const previous = spans.at(-1);
    if (previous && span.fromA < previous.toA) {
      previous.toA = Math.max(previous.toA, span.toA);
      previous.toB = Math.max(previous.toB, span.toB);
    } else {
      spans.push(span);
    }
  });
  return spans;
}

/** Changes with the effect of `op` on a document of `length` units. */
export function changesOfOp(op: Op, length: number): ChangeSet {
  const specs: ChangeSpec[] = [];
  let at = 0;
  let from = 0;
  let insert = "";
  const flush = (): void => {
    if (insert !== "" || at > from) specs.push({ from, to: at, insert });
    insert = "";
  };
  for (const part of op) {
    if ("retain" in part) {
      flush();
      at += part.retain;
      from = at;
    } else if ("delete" in part) {
      at += part.delete;
    } else {
      insert += part.insert;
    }
  }
  flush();
  return Changes.of(specs, length, "\n");
}

/** Halves of surrogate pairs that a change left or put into the text without their other half, as changes that remove them. */
export function loneSurrogates(changes: ChangeSet, after: Text): readonly { from: number; to: number }[] {
  const found = new Map<number, { from: number; to: number }>();
  changes.iterChangedRanges((_fromA, _toA, fromB, toB) => {
    const start = Math.max(0, fromB - 2); // a unit at the edge, and the one that may be its other half
    const text = after.sliceString(start, toB + 2, "\n");
    for (const { index } of text.matchAll(lone)) {
      const at = start + index;
      if (at >= fromB - 1 && at <= toB) found.set(at, { from: at, to: at + 1 });
    }
  });
  return [...found.values()].sort((a, b) => a.from - b.from);
}

const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function cutsPairOf(text: Text, at: number): boolean {
  return isHigh(unitAt(text, at - 1)) && isLow(unitAt(text, at));
}

/** The unit at a position; 0 outside of the text. */
function unitAt(text: Text, at: number): number {
  return at < 0 || at >= text.length ? 0 : text.sliceString(at, at + 1, "\n").charCodeAt(0);
}

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
