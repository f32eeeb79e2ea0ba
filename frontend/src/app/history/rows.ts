import type { MergedPiece } from "./merged.ts";

/** A line of the merged document, or of one of its sides. */
export interface Line {
  /** What is in it, without its line break. */
  readonly pieces: readonly MergedPiece[];
  /** Its line break, whose formats are those of the line; none for a last line without one. */
  readonly end: MergedPiece | undefined;
  /** Its number in A, from 1, if it is the end of a line there. */
  readonly a: number | undefined;
  /** Its number in B, from 1, if it is the end of a line there. */
  readonly b: number | undefined;
}

/** Whether anything of a line is not the same on both sides. */
export function isChanged({ pieces, end }: Line): boolean {
  return pieces.some(({ fate }) => fate !== "same") || (end !== undefined && end.fate !== "same");
}

/** The lines of the merged document: a line ends at each line break, be it of A, of B or of both. */
export function linesOf(pieces: readonly MergedPiece[]): readonly Line[] {
  const lines: Line[] = [];
  let line: MergedPiece[] = [];
  let a = 0;
  let b = 0;
  const close = (end: MergedPiece | undefined): void => {
    const fate = end?.fate ?? "same";
    lines.push({
      pieces: line,
      end,
      a: fate === "inserted" ? undefined : ++a,
      b: fate === "deleted" ? undefined : ++b,
    });
    line = [];
  };
  for (const piece of pieces) {
    if (piece.insert === "\n") close(piece);
    else line.push(piece);
  }
  if (line.length > 0) close(undefined);
  return lines;
}

/** A line of A beside the line of B that it became; either may have none. */
export interface Pair {
  readonly left: Line | undefined;
  readonly right: Line | undefined;
}

/** Whether the two lines of a pair are not the same. A line that was split has changed, though each part has not. */
export function differs({ left, right }: Pair): boolean {
  if (!left || !right || isChanged(left) || isChanged(right)) return true;
  return left.pieces.length !== right.pieces.length || left.pieces.some((piece, i) => piece !== right.pieces[i]);
}

/**
 * The lines of A beside those of B. Lines that have text in common stand beside each other, as far as their order
 * allows; those in between are put side by side from the top, and what is left of them has nothing beside it.
 */
export function pairsOf(pieces: readonly MergedPiece[]): readonly Pair[] {
  const left = linesOf(pieces.filter(({ fate }) => fate !== "inserted"));
  const right = linesOf(pieces.filter(({ fate }) => fate !== "deleted"));
  const pairs: Pair[] = [];
  let l = 0;
  let r = 0;
  const fill = (toLeft: number, toRight: number): void => {
    while (l < toLeft || r < toRight) {
      pairs.push({ left: l < toLeft ? left[l++] : undefined, right: r < toRight ? right[r++] : undefined });
    }
  };
  for (const [inLeft, inRight] of anchors(left, right)) {
    fill(inLeft, inRight);
    pairs.push({ left: left[l++], right: right[r++] });
  }
  fill(left.length, right.length);
  return pairs;
}

/** Which lines belong together: indices, rising on both sides. Of lines that were split or joined, the longest part. */
function anchors(left: readonly Line[], right: readonly Line[]): readonly (readonly [number, number])[] {
  const found: { l: number; r: number; units: number }[] = [];
  for (const common of commons(left, right)) {
    const last = found.at(-1);
    if (last && common.l <= last.l && common.r <= last.r) last.units += common.units;
    else if (last && (common.l <= last.l || common.r <= last.r)) {
      const before = found.at(-2);
      const fits = !before || (common.l > before.l && common.r > before.r);
      if (fits && common.units > last.units) found[found.length - 1] = common;
    } else found.push(common);
  }
  return found.map(({ l, r }) => [l, r]);
}

/** The pieces that are on both sides, with the lines that they are in and what they weigh. */
function* commons(left: readonly Line[], right: readonly Line[]): Generator<{ l: number; r: number; units: number }> {
  let r = 0;
  for (const [l, line] of left.entries()) {
    for (const piece of line.end ? [...line.pieces, line.end] : line.pieces) {
      if (piece.fate === "deleted") continue;
      while (r < right.length && endOf(right[r]!) <= piece.inB) r++;
      if (r === right.length) return;
      // That both end in the same line break says nothing, unless there is nothing else in them.
      if (piece === line.end && line.pieces.length + right[r]!.pieces.length > 0) continue;
      yield { l, r, units: 0.5 + (typeof piece.insert === "string" ? piece.insert.trim().length : 4) };
    }
  }
}

/** Where the line behind this one begins in B. */
function endOf(line: Line): number {
  const last = line.end ?? line.pieces.at(-1)!;
  return last.inB + (typeof last.insert === "string" ? last.insert.length : 1);
}

/** Rows that are shown, or those that are the same on both sides and folded away. */
export type Fold<Row> = { readonly row: Row } | { readonly folded: readonly Row[] };

/** How many rows around a change are shown, and how many there must be between two to fold any. */
export interface FoldLimits {
  readonly around: number;
  readonly least: number;
}

/** Folds what is far from any change. Nothing is folded where nothing changed. */
export function folded<Row>(
  rows: readonly Row[],
  changed: (row: Row) => boolean,
  { around, least }: FoldLimits = { around: 3, least: 8 },
): readonly Fold<Row>[] {
  const marks = rows.map(changed);
  if (!marks.includes(true)) return rows.map((row) => ({ row }));
  const folds: Fold<Row>[] = [];
  for (let start = 0; start < rows.length; ) {
    let end = start;
    while (end < rows.length && marks[end] === marks[start]) end++;
    const from = marks[start] ? end : start === 0 ? start : Math.min(end, start + around);
    const to = end === rows.length ? end : Math.max(from, end - around);
    const hide = !marks[start] && to - from >= least;
    for (const row of rows.slice(start, hide ? from : end)) folds.push({ row });
    if (hide) folds.push({ folded: rows.slice(from, to) });
    if (hide) for (const row of rows.slice(to, end)) folds.push({ row });
    start = end;
  }
  return folds;
}
