import { sameValue } from "../ot/attributes.ts";
import { type Attributes, Builder, cutsPair, type Op } from "../ot/op.ts";
import { type Line, linesOf } from "./lines.ts";

/**
 * The op that makes `to` of `from`, both whole documents: small where they are alike. Text that is the same keeps its
 * place and changes formats only; lines are matched first (Myers, "An O(ND) Difference Algorithm", 1986), then the
 * start and the end of lines that differ. Very different documents are replaced line by line rather than searched for
 * long: at most about `mostSteps` comparisons.
 */
export function diffDocuments(from: Op, to: Op): Op {
  const before = linesOf(from).map(keyed);
  const after = linesOf(to).map(keyed);
  const builder = new Builder();
  for (const { a, b, equal } of hunks(before, after)) {
    const left = before.slice(a[0], a[1]);
    const right = after.slice(b[0], b[1]);
    if (!equal) replace(builder, left, right);
    else for (const [index, line] of left.entries()) keep(builder, line.units, right[index]!.units);
  }
  return builder.op();
}

const mostSteps = 4_000_000;

/** A unit run of a line: its text, where an embed is its JSON in one unit, and the formats. */
interface Unit {
  readonly insert: Line["pieces"][number]["insert"];
  readonly attributes: Attributes;
}

interface Keyed {
  /** What makes two lines the same text. */
  readonly key: string;
  readonly units: readonly Unit[];
}

function keyed(line: Line): Keyed {
  const units: Unit[] = [...line.pieces];
  if (line.ended) units.push({ insert: "\n", attributes: line.attributes });
  return {
    key: units.map(({ insert }) => (typeof insert === "string" ? insert : `\0${JSON.stringify(insert)}\0`)).join(""),
    units,
  };
}

interface Hunk {
  readonly a: readonly [number, number];
  readonly b: readonly [number, number];
  readonly equal: boolean;
}

function hunks(before: readonly Keyed[], after: readonly Keyed[]): readonly Hunk[] {
  const same = (i: number, j: number): boolean => before[i]!.key === after[j]!.key;
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && same(start, start)) start++;
  let end = 0;
  while (end < least - start && same(before.length - 1 - end, after.length - 1 - end)) end++;
  const endA = before.length - end;
  const endB = after.length - end;
  const found: Hunk[] = [{ a: [0, start], b: [0, start], equal: true }];
  let [a, b] = [start, start];
  for (const [i, j] of [...matches(start, endA, start, endB, same), [endA, endB] as const]) {
    if (a < i || b < j) found.push({ a: [a, i], b: [b, j], equal: false });
    if (i < endA) found.push({ a: [i, i + 1], b: [j, j + 1], equal: true });
    [a, b] = [i + 1, j + 1];
  }
  found.push({ a: [endA, before.length], b: [endB, after.length], equal: true });
  return found;
}

/** Pairs of equal lines in two ranges, in order; none where finding them would take too long. */
function matches(
  fromA: number,
  toA: number,
  fromB: number,
  toB: number,
  same: (i: number, j: number) => boolean,
): readonly (readonly [number, number])[] {
  const n = toA - fromA;
  const m = toB - fromB;
  if (n === 0 || m === 0) return [];
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let d = 0, steps = 0; d <= n + m; d++) {
    const next = new Map(reach);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (next.get(k - 1) ?? -1) < (next.get(k + 1) ?? -1));
      let x = down ? (next.get(k + 1) ?? 0) : (next.get(k - 1) ?? 0) + 1;
      while (x < n && x - k < m && same(fromA + x, fromB + x - k)) x++;
      next.set(k, x);
      if (x >= n && x - k >= m) return walkBack([...trace, reach], n, m, fromA, fromB);
    }
    steps += next.size;
    if (steps > mostSteps) return [];
    trace.push(reach);
    reach = next;
  }
  return [];
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  n: number,
  m: number,
  fromA: number,
  fromB: number,
): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  let [x, y] = [n, m];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d]!;
    const k = x - y;
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : (reach.get(before) ?? 0);
    const fromY = d === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY) found.push([fromA + --x, fromB + --y]);
    [x, y] = [fromX, fromY];
  }
  return found.reverse();
}

/** Two lines, or pieces of lines, of the same text: what is kept changes its formats. */
function keep(builder: Builder, from: readonly Unit[], to: readonly Unit[]): void {
  const left = new Walk(from);
  const right = new Walk(to);
  while (left.rest > 0) {
    const units = Math.min(left.rest, right.rest);
    builder.retain(units, difference(left.attributes, right.attributes));
    left.go(units);
    right.go(units);
  }
}

/** Lines that differ: their common start and end are kept. */
function replace(builder: Builder, left: readonly Keyed[], right: readonly Keyed[]): void {
  const [from, to] = [left.flatMap((line) => line.units), right.flatMap((line) => line.units)];
  const [a, b] = [flat(from), flat(to)];
  const least = Math.min(a.length, b.length);
  let start = 0;
  while (start < least && a[start] === b[start]) start++;
  let end = 0;
  while (end < least - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  if (isCut(a, start) || isCut(b, start)) start--;
  if (isCut(a, a.length - end) || isCut(b, b.length - end)) end--;
  keep(builder, cut(from, 0, start), cut(to, 0, start));
  builder.delete(a.length - start - end);
  for (const { insert, attributes } of cut(to, start, b.length - end)) builder.insert(insert, attributes);
  keep(builder, cut(from, a.length - end, a.length), cut(to, b.length - end, b.length));
}

/** The units one by one: for text the unit, for an embed its JSON. */
function flat(units: readonly Unit[]): readonly string[] {
  return units.flatMap(({ insert }) =>
    typeof insert === "string" ? insert.split("") : [`\0${JSON.stringify(insert)}`],
  );
}

function isCut(units: readonly string[], at: number): boolean {
  return cutsPair(units.slice(Math.max(0, at - 1), at + 1).join(""), 1);
}

function cut(units: readonly Unit[], from: number, to: number): readonly Unit[] {
  const found: Unit[] = [];
  let at = 0;
  for (const { insert, attributes } of units) {
    const length = typeof insert === "string" ? insert.length : 1;
    const [low, high] = [Math.max(from, at), Math.min(to, at + length)];
    if (low < high)
      found.push({ insert: typeof insert === "string" ? insert.slice(low - at, high - at) : insert, attributes });
    at += length;
  }
  return found;
}

/** Goes along units by any number that the current one has left. */
class Walk {
  #units: readonly Unit[];
  #index = 0;
  #offset = 0;

  constructor(units: readonly Unit[]) {
    this.#units = units;
  }

  get rest(): number {
    const unit = this.#units[this.#index];
    if (!unit) return 0;
    return (typeof unit.insert === "string" ? unit.insert.length : 1) - this.#offset;
  }

  get attributes(): Attributes {
    return this.#units[this.#index]!.attributes;
  }

  go(units: number): void {
    this.#offset += units;
    if (this.rest > 0) return;
    this.#index++;
    this.#offset = 0;
  }
}

/** What a retain must carry to make `to` of `from`; undefined when nothing. */
function difference(from: Attributes, to: Attributes): Attributes | undefined {
  const change: Record<string, unknown> = {};
  for (const name of Object.keys(from)) if (!(name in to)) change[name] = null;
  for (const [name, value] of Object.entries(to)) if (!sameValue(from[name], value)) change[name] = value;
  return Object.keys(change).length > 0 ? change : undefined;
}
