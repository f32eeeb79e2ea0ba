import { lengthOf, type Op } from "../../ot/op.ts";
import { type Credit, sameCredit, unknown } from "./credit.ts";

/** A stretch of the document of one credit. */
export interface BlameSpan extends Credit {
  /** UTF-16 code units. */
  readonly units: number;
}

/** Who wrote a document: the stretches in their order, without gaps. They are values: nobody changes one. */
export type BlameSpans = readonly BlameSpan[];

/**
 * The stretches after `op`, as far as that can be known without asking: what it keeps stays whose it was, and what it
 * inserts is credited to `inserted`, which is known if the op is one edit forwards, and else `unknown`. An op that goes
 * on behind the end of the stretches changes nothing there.
 */
export function moveSpans(spans: BlameSpans, op: Op, inserted: Credit = unknown): BlameSpans {
  const moved: BlameSpan[] = [];
  let index = 0;
  let used = 0; // units of the span at the index
  const take = (units: number, keep: boolean): void => {
    for (let left = units; left > 0 && index < spans.length; ) {
      const span = spans[index]!;
      const both = Math.min(left, span.units - used);
      if (keep) add(moved, span, both);
      left -= both;
      used += both;
      if (used === span.units) {
        index++;
        used = 0;
      }
    }
  };
  for (const component of op) {
    if ("insert" in component) add(moved, inserted, lengthOf(component));
    else take(lengthOf(component), "retain" in component);
  }
  take(Number.POSITIVE_INFINITY, true);
  return moved;
}

function add(spans: BlameSpan[], { author, revision, at }: Credit, units: number): void {
  const last = spans.at(-1);
  if (last && sameCredit(last, { author, revision, at }))
    spans[spans.length - 1] = { ...last, units: last.units + units };
  else if (units > 0) spans.push({ units, author, revision, at });
}

/** A stretch, and where it is: from `from` to before `to`, in UTF-16 code units of the document. */
export interface PlacedSpan extends Credit {
  readonly from: number;
  readonly to: number;
}

/** The stretches with their places. */
export function placed(spans: BlameSpans): readonly PlacedSpan[] {
  let from = 0;
  return spans.map(({ units, author, revision, at }) => {
    const span = { from, to: from + units, author, revision, at };
    from += units;
    return span;
  });
}

/** The index of the stretch that holds the unit behind a position, by halving; -1 when none does. */
export function spanAt(spans: readonly PlacedSpan[], position: number): number {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { from, to } = spans[middle]!;
    if (position < from) high = middle - 1;
    else if (position >= to) low = middle + 1;
    else return middle;
  }
  return -1;
}

/** How many units are of each author, by index. */
export function unitsByAuthor(spans: BlameSpans): ReadonlyMap<number, number> {
  const units = new Map<number, number>();
  for (const span of spans) units.set(span.author, (units.get(span.author) ?? 0) + span.units);
  return units;
}
