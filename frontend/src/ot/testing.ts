/** Random documents and ops for tests, from a seed, so that a failure can be had again. */
import { Builder, cutsPair, type Op } from "./op.ts";
import { documentLength, plainText } from "./text.ts";

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Makes what a test needs at random. */
export class Dice {
  readonly random: () => number;

  constructor(
    seed: number,
    /** Whether attributes and embeds come up too. */
    readonly rich = true,
  ) {
    this.random = randomOf(seed);
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }

  text(): string {
    return Array.from({ length: this.int(1, 4) }, () => this.pick(["a", "b", "c", "é", "\n", "😀", "𝒳"])).join("");
  }

  document(): Op {
    const builder = new Builder();
    for (let n = this.int(0, 5); n > 0; n--) this.#insert(builder);
    return builder.op();
  }

  /** An op that fits the document and cuts no pair. */
  op(doc: Op): Op {
    const text = plainText(doc);
    const length = documentLength(doc);
    const builder = new Builder();
    for (let at = 0, n = this.int(1, 6); n > 0; n--) {
      const kind = this.int(0, 3);
      if (kind === 0) {
        this.#insert(builder);
        continue;
      }
      let end = Math.min(length, at + this.int(1, 4));
      if (cutsPair(text, end)) end++;
      if (kind === 1) builder.delete(end - at);
      else builder.retain(end - at, kind === 2 && this.rich ? this.#attributes(true) : undefined);
      at = end;
    }
    return builder.op();
  }

  #insert(builder: Builder): void {
    const attributes = this.rich && this.int(0, 2) === 0 ? this.#attributes(false) : undefined;
    if (this.rich && this.int(0, 6) === 0) builder.insert({ image: this.pick(["/a", "/b"]) }, attributes);
    else builder.insert(this.text(), attributes);
  }

  #attributes(nulls: boolean): Record<string, unknown> {
    const attributes: Record<string, unknown> = {};
    for (const name of ["bold", "color", "header"]) {
      if (this.int(0, 2) === 0) attributes[name] = nulls && this.int(0, 1) === 0 ? null : this.pick([1, 2]);
    }
    return attributes;
  }
}
