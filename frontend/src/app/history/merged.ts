import { mergeAttributes, sameAttributes, withoutNulls } from "../../ot/attributes.ts";
import { type Attributes, Builder, type Embed, type Insert, lengthOf, type Op } from "../../ot/op.ts";
import { type Credit, sameCredit } from "./credit.ts";

/** What became of a piece between two revisions A and B. */
export type Fate = "same" | "inserted" | "deleted" | "formatted";

/** A stretch of one of the two documents that somebody inserted or deleted. */
export interface Attribution extends Credit {
  /** Where it begins: in B for what was inserted, in A for what was deleted. UTF-16 code units, as all here. */
  readonly from: number;
  readonly units: number;
}

/** A piece of A, of B or of both, in a document that shows what became of A on the way to B. */
export interface MergedPiece {
  readonly fate: Fate;
  readonly insert: string | Embed;
  /** Its formats in B; those of a deleted piece in A. */
  readonly attributes: Attributes;
  /** The formats in A of a piece that has others in B. */
  readonly before?: Attributes;
  /** Who inserted or deleted it, if that is known. */
  readonly credit?: Credit;
  /** Where it begins in A; of an inserted piece, where it would have begun. */
  readonly inA: number;
  /** Where it begins in B; of a deleted piece, where it would begin. */
  readonly inB: number;
  /** Of a deleted piece: all that is deleted in one go there, as a range of A. */
  readonly run?: readonly [from: number, to: number];
}

const plain: Attributes = {};

/**
 * The documents A and B in one: what the op deletes stands in its place, in front of what is inserted there. Pieces are
 * cut where the credit changes, and at line breaks, which are pieces of their own. `inserted` and `deleted` are in the
 * order of their places. The law: without what was inserted it is A, and without what was deleted it is B.
 */
export function merged(
  a: Op,
  op: Op,
  inserted: readonly Attribution[] = [],
  deleted: readonly Attribution[] = [],
): readonly MergedPiece[] {
  const pieces: MergedPiece[] = [];
  const source = new Source(a);
  const inserters = new Credits(inserted);
  const deleters = new Credits(deleted);
  let inA = 0;
  let inB = 0;
  let arrivals: Insert[] = []; // inserted in front of what may be deleted
  let run: [number, number] | undefined;
  const settle = (): void => {
    for (const { insert, attributes = plain } of arrivals) {
      for (const [part, credit] of inserters.cut(insert, inB)) {
        push(pieces, { fate: "inserted", insert: part, attributes, ...(credit && { credit }), inA, inB });
        inB += unitsOf(part);
      }
    }
    arrivals = [];
  };
  for (const component of op) {
    if ("insert" in component) {
      arrivals.push(component);
    } else if ("delete" in component) {
      run ??= [inA, inA];
      run[1] += component.delete;
      for (const { insert, attributes = plain } of source.take(component.delete)) {
        for (const [part, credit] of deleters.cut(insert, inA)) {
          push(pieces, { fate: "deleted", insert: part, attributes, ...(credit && { credit }), inA, inB, run });
          inA += unitsOf(part);
        }
      }
    } else {
      settle();
      run = undefined;
      for (const { insert, attributes = plain } of source.take(component.retain)) {
        push(pieces, { ...kept(insert, attributes, component.attributes), inA, inB });
        inA += unitsOf(insert);
        inB += unitsOf(insert);
      }
    }
  }
  settle();
  for (const { insert, attributes = plain } of source.take(Number.POSITIVE_INFINITY)) {
    push(pieces, { fate: "same", insert, attributes, inA, inB });
    inA += unitsOf(insert);
    inB += unitsOf(insert);
  }
  return pieces;
}

/** One of the two documents that were merged. */
export function sideOf(pieces: readonly MergedPiece[], side: "a" | "b"): Op {
  const builder = new Builder();
  for (const { fate, insert, attributes, before } of pieces) {
    if (fate === (side === "a" ? "inserted" : "deleted")) continue;
    builder.insert(insert, side === "a" ? (before ?? attributes) : attributes);
  }
  return builder.op();
}

function kept(insert: string | Embed, before: Attributes, change: Attributes | undefined) {
  const attributes = withoutNulls(mergeAttributes(before, change)) ?? plain;
  if (change === undefined || sameAttributes(before, attributes)) return { fate: "same", insert, attributes } as const;
  return { fate: "formatted", insert, attributes, before } as const;
}

/** Adds a piece, cut so that each line break stands alone. */
function push(pieces: MergedPiece[], piece: MergedPiece): void {
  if (typeof piece.insert !== "string") {
    pieces.push(piece);
    return;
  }
  let at = 0;
  for (const insert of piece.insert.split(/(\n)/)) {
    if (insert === "") continue;
    const next = { ...piece, insert, inA: piece.inA, inB: piece.inB };
    if (piece.fate !== "inserted") next.inA += at;
    if (piece.fate !== "deleted") next.inB += at;
    at += insert.length;
    const last = pieces.at(-1);
    if (last && insert !== "\n" && last.insert !== "\n" && goesOn(last, next)) {
      pieces[pieces.length - 1] = { ...last, insert: (last.insert as string) + insert };
    } else {
      pieces.push(next);
    }
  }
}

function goesOn(last: MergedPiece, next: MergedPiece): boolean {
  return (
    typeof last.insert === "string" &&
    last.fate === next.fate &&
    sameCredit(last.credit, next.credit) &&
    sameAttributes(last.attributes, next.attributes) &&
    sameAttributes(last.before, next.before)
  );
}

function unitsOf(insert: string | Embed): number {
  return typeof insert === "string" ? insert.length : 1;
}

/** Reads a document from left to right. */
class Source {
  #doc: Op;
  #index = 0;
  #offset = 0;

  constructor(doc: Op) {
    this.#doc = doc;
  }

  /** The next inserts, cut to so many units; fewer at the end. */
  take(units: number): readonly Insert[] {
    const taken: Insert[] = [];
    for (let left = units; left > 0 && this.#index < this.#doc.length; ) {
      const component = this.#doc[this.#index] as Insert;
      const length = lengthOf(component) - this.#offset;
      const both = Math.min(left, length);
      taken.push(
        typeof component.insert === "string"
          ? { ...component, insert: component.insert.slice(this.#offset, this.#offset + both) }
          : component,
      );
      left -= both;
      this.#offset += both;
      if (both === length) {
        this.#index++;
        this.#offset = 0;
      }
    }
    return taken;
  }
}

/** Cuts texts, from left to right, where their credit changes. */
class Credits {
  #attributions: readonly Attribution[];
  #index = 0;

  constructor(attributions: readonly Attribution[]) {
    this.#attributions = attributions;
  }

  *cut(insert: string | Embed, from: number): Generator<readonly [string | Embed, Credit | undefined]> {
    const end = from + unitsOf(insert);
    for (let at = from; at < end; ) {
      while (this.#index < this.#attributions.length && endOf(this.#attributions[this.#index]!) <= at) this.#index++;
      const next = this.#attributions[this.#index];
      const covers = next !== undefined && next.from <= at;
      const to = Math.min(end, next === undefined ? end : covers ? endOf(next) : next.from);
      const credit = covers ? { author: next.author, revision: next.revision, at: next.at } : undefined;
      yield [typeof insert === "string" ? insert.slice(at - from, to - from) : insert, credit];
      at = to;
    }
  }
}

function endOf({ from, units }: Attribution): number {
  return from + units;
}
