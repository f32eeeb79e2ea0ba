/** Revisions at which one stops, as ranges in order that do not meet: so a quarter of a million of them are cheap. */
export class Stops {
  readonly #ranges: readonly (readonly [from: number, to: number])[];
  /** How many stops come before each range. */
  readonly #before: readonly number[];
  /** How many there are. */
  readonly count: number;

  /** `ranges` of revisions, both ends in them, in order. */
  constructor(ranges: readonly (readonly [from: number, to: number])[]) {
    this.#ranges = ranges;
    let count = 0;
    this.#before = ranges.map(([from, to]) => {
      const before = count;
      count += to - from + 1;
      return before;
    });
    this.count = count;
  }

  /** The stop that is so many stops from a revision, at most the first or the last one. */
  step(revision: number, by: number): number {
    const index = this.#rangeAt(revision);
    const range = this.#ranges[index];
    const inside = range !== undefined && range[0] <= revision;
    const rank = index === this.#ranges.length ? this.count : this.#before[index]! + (inside ? revision - range[0] : 0);
    // Between two stops, one step back leads to the one before, and one step on to the one after.
    const to = inside || by <= 0 ? rank + by : rank + by - 1;
    return this.#at(Math.min(Math.max(to, 0), this.count - 1));
  }

  /** The stop that is nearest to a revision. */
  nearest(revision: number): number {
    const index = this.#rangeAt(revision);
    const after = this.#ranges[index];
    if (after && after[0] <= revision) return revision;
    const before = this.#ranges[index - 1]?.[1];
    if (before === undefined) return after?.[0] ?? 0;
    return after === undefined || revision - before <= after[0] - revision ? before : after[0];
  }

  /** Whether a revision is one of them. */
  has(revision: number): boolean {
    const range = this.#ranges[this.#rangeAt(revision)];
    return range !== undefined && range[0] <= revision;
  }

  /** The index of the first range that ends at a revision or after it. */
  #rangeAt(revision: number): number {
    return firstIndex(this.#ranges.length, (index) => this.#ranges[index]![1] >= revision);
  }

  #at(rank: number): number {
    const index = firstIndex(this.#ranges.length, (each) => this.#before[each]! > rank) - 1;
    return this.#ranges[index]![0] + rank - this.#before[index]!;
  }
}

/** The first index for which something holds that holds for all after it, too. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
