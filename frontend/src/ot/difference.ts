import { sameValue } from "./attributes.ts";
import { canonicalJson } from "./json.ts";
import { type Attributes, Builder, cutsPair, type Insert, lengthOf, normalize, type Op } from "./op.ts";
import { plainText } from "./text.ts";

/**
 * An op that makes document `b` of document `a`: what is the same at the start and at the end stays, and changes formats
 * only; what is between is replaced. It costs the length of both, once: for documents that should be the same.
 */
export function difference(a: Op, b: Op): Op {
  const left = new Runs(a);
  const right = new Runs(b);
  const least = Math.min(left.text.length, right.text.length);
  let start = 0;
  while (start < least && left.same(start, right, start)) start++;
  if (cutsPair(left.text, start) || cutsPair(right.text, start)) start--;
  let end = 0;
  const [fromEndA, fromEndB] = [left.text.length - 1, right.text.length - 1];
  while (end < least - start && left.same(fromEndA - end, right, fromEndB - end)) end++;
  if (cutsPair(left.text, left.text.length - end) || cutsPair(right.text, right.text.length - end)) end--;

  const builder = new Builder();
  keep(builder, left.between(0, start), right.between(0, start));
  builder.delete(left.text.length - end - start);
  for (const { insert, attributes } of right.between(start, right.text.length - end))
    builder.insert(insert, attributes);
  keep(builder, left.between(left.text.length - end), right.between(right.text.length - end));
  return builder.op();
}

/** A document as its text, an embed one unit of it, with the runs that it is made of. */
class Runs {
  readonly text: string;
  readonly #inserts: readonly Insert[];
  readonly #embeds = new Map<number, string>(); // by place, as JSON

  constructor(doc: Op) {
    this.#inserts = normalize(doc) as readonly Insert[];
    this.text = plainText(doc);
    let at = 0;
    for (const run of this.#inserts) {
      if (typeof run.insert !== "string") this.#embeds.set(at, canonicalJson(run.insert));
      at += lengthOf(run);
    }
  }

  /** Whether the unit at a place is the same as another's at another place, but for its formats. */
  same(at: number, other: Runs, there: number): boolean {
    return (
      this.text.charCodeAt(at) === other.text.charCodeAt(there) && this.#embeds.get(at) === other.#embeds.get(there)
    );
  }

  *between(from: number, to = this.text.length): Generator<Insert> {
    let at = 0;
    for (const run of this.#inserts) {
      const end = at + lengthOf(run);
      const [first, last] = [Math.max(at, from), Math.min(end, to)];
      if (first < last) {
        const insert = typeof run.insert === "string" ? run.insert.slice(first - at, last - at) : run.insert;
        yield run.attributes === undefined ? { insert } : { insert, attributes: run.attributes };
      }
      at = end;
    }
  }
}

/** Keeps the units of `a`, and gives them the formats of `b`, which has the same text. */
function keep(builder: Builder, a: Iterable<Insert>, b: Iterable<Insert>): void {
  const right = b[Symbol.iterator]();
  let run: Insert | undefined;
  let left = 0; // units of it
  for (const was of a) {
    for (let units = lengthOf(was); units > 0; ) {
      if (left === 0) {
        run = right.next().value as Insert;
        left = lengthOf(run);
      }
      const both = Math.min(units, left);
      builder.retain(both, change(was.attributes ?? {}, run!.attributes ?? {}));
      units -= both;
      left -= both;
    }
  }
}

function change(from: Attributes, to: Attributes): Attributes | undefined {
  const changed: Record<string, unknown> = {};
  for (const name of Object.keys(from)) if (!(name in to)) changed[name] = null;
  for (const [name, value] of Object.entries(to)) if (!sameValue(from[name], value)) changed[name] = value;
  return Object.keys(changed).length > 0 ? changed : undefined;
}
