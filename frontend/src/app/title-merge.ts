import { Builder, cutsPair, type Op } from "../ot/op.ts";
import { type Gravity, transformPosition } from "../ot/position.ts";
import { apply, plainText } from "../ot/text.ts";
import { transform } from "../ot/transform.ts";

/** The smallest single replacement that makes `after` of `before`, as an op; it cuts no surrogate pair. */
export function opBetween(before: string, after: string): Op {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  if (cutsPair(before, start) || cutsPair(after, start)) start--;
  let end = 0;
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  ) {
    end++;
  }
  if (cutsPair(before, before.length - end) || cutsPair(after, after.length - end)) end--;
  return new Builder()
    .retain(start)
    .insert(after.slice(start, after.length - end))
    .delete(before.length - start - end)
    .op();
}

/** What two people made of one short text. */
export interface Merge {
  readonly text: string;
  /** Where a position in `mine` is in `text`; both in UTF-16 code units. */
  position(at: number, gravity?: Gravity): number;
}

/**
 * The three-way merge of short texts: what changed from `base` to `mine` and what changed from `base` to `theirs`, both.
 * At one place `theirs` comes first, as it does in documents: it was there before.
 */
export function merge(base: string, mine: string, theirs: string): Merge {
  const news = transform(opBetween(base, theirs), opBetween(base, mine), "history");
  return {
    text: plainText(apply(mine === "" ? [] : [{ insert: mine }], news)),
    position: (at, gravity = "right") => transformPosition(news, at, gravity),
  };
}
