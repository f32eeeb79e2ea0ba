import { mergeAttributes, sameAttributes, withoutNulls } from "./attributes.ts";
import { OtError } from "./error.ts";
import { EMPTY, follow, hashInserts, hashText, type Lanes, shiftOf } from "./hash.ts";
import { type Attributes, cutsPair, type Insert, lengthOf, type Op } from "./op.ts";

/** A text of a document is kept in pieces of at most this many units, so that a keystroke copies no more. */
const PIECE_UNITS = 4096;
/** A chunk that is this long is long enough, and one that is twice as long is cut. */
const CHUNK_PIECES = 64;
const CHUNK_UNITS = 8192;
/** A changed chunk that is shorter takes the next one in. */
const SMALL_PIECES = 16;
const SMALL_UNITS = 2048;

/**
 * A document: a value, like an op. It is kept in chunks of a few dozen inserts each, of which the length is known, and
 * the hash once somebody asked: an edit walks over the chunks, makes the few that it changes anew and shares the others
 * with the document before it. So a keystroke in a megabyte with 20,000 runs costs some microseconds.
 */
export class Doc {
  /** In units. */
  readonly length: number;
  readonly #chunks: readonly Chunk[];
  #inserts: readonly Insert[] | undefined;
  #hash: Lanes | undefined;

  private constructor(chunks: readonly Chunk[], length: number) {
    this.#chunks = chunks;
    this.length = length;
  }

  /** The document that holds what `op` inserts. Throws `document` if it has anything but inserts. */
  static of(op: Op): Doc {
    const known = docs.get(op);
    if (known !== undefined) return known;
    const writer = new Writer();
    for (const component of op) {
      if (!("insert" in component)) throw new OtError("document", "a document holds inserts only");
      writer.insert(component);
    }
    const doc = Doc.#from(writer);
    docs.set(op, doc);
    return doc;
  }

  /** The document after `op`; this one stays what it is. Throws `range` and `surrogate`. */
  apply(op: Op): Doc {
    const reader = this.read();
    const writer = new Writer();
    for (const component of op) {
      if ("insert" in component) writer.insert(component);
      else if ("delete" in component) reader.skip(component.delete);
      else if (component.attributes === undefined) reader.copy(component.retain, writer);
      else {
        for (let left = component.retain; left > 0; ) {
          const kept = reader.take(left);
          left -= lengthOf(kept);
          writer.insert(kept, component.attributes);
        }
      }
    }
    reader.copy(reader.left, writer);
    return Doc.#from(writer);
  }

  /**
   * The document as an op. Long texts come in several inserts: it is equal to another after `normalize`. This one is
   * found again when a document is made of the op.
   */
  op(): Op {
    if (this.#inserts === undefined) {
      const none: readonly Insert[] = [];
      this.#inserts = none.concat(...this.#chunks.map((chunk) => chunk.inserts)); // flat() takes 20 times as long
      docs.set(this.#inserts, this);
    }
    return this.#inserts;
  }

  /** The hash of the content, the same as Go's Doc.Hash: 16 digits. It costs what has changed since the last time. */
  hash(): string {
    this.#hash ??= this.#chunks.reduce((hash, chunk) => chunk.hashAfter(hash), EMPTY);
    return hashText(this.#hash);
  }

  /** The parts that an edit leaves as they are or makes anew. */
  get chunks(): readonly { readonly inserts: readonly Insert[] }[] {
    return this.#chunks;
  }

  /** Reads from the start. */
  read(): DocReader {
    return new DocReader(this.#chunks, this.length);
  }

  static #from(writer: Writer): Doc {
    const chunks = writer.close();
    return new Doc(chunks, writer.units);
  }
}

// The functions that take a document as an op find here what is known of it.
const docs = new WeakMap<Op, Doc>();

/** Reads a document from left to right. All methods throw `range` behind its end, and `surrogate` in a pair. */
export class DocReader {
  /** The units that are left. */
  left: number;
  readonly #chunks: readonly Chunk[];
  #chunk = 0;
  #insert = 0; // in the chunk
  #offset = 0; // in the insert

  constructor(chunks: readonly Chunk[], units: number) {
    this.#chunks = chunks;
    this.left = units;
  }

  /** The next insert, or as much of it as `units`. */
  take(units: number): Insert {
    this.#refuseBehind(1);
    const inserts = this.#chunks[this.#chunk]!.inserts;
    const component = inserts[this.#insert]!;
    const start = this.#offset;
    const length = lengthOf(component);
    const end = Math.min(length, start + units);
    this.left -= end - start;
    if (end < length) this.#offset = end;
    else {
      this.#offset = 0;
      if (++this.#insert === inserts.length) {
        this.#insert = 0;
        this.#chunk++;
      }
    }
    if (start === 0 && end === length) return component;
    const text = component.insert as string; // an embed is one unit long, so always taken whole
    if (cutsPair(text, end)) throw new OtError("surrogate", "an op ends between the halves of a surrogate pair");
    const insert = text.slice(start, end);
    return component.attributes === undefined ? { insert } : { insert, attributes: component.attributes };
  }

  /** Passes over so many units. */
  skip(units: number): void {
    this.#refuseBehind(units);
    for (let left = units; left > 0; ) {
      const whole = this.#wholeChunk(left);
      left -= whole === undefined ? lengthOf(this.take(left)) : whole.units;
    }
  }

  /** Writes so many units, whole chunks as they are. */
  copy(units: number, writer: Writer): void {
    this.#refuseBehind(units);
    for (let left = units; left > 0; ) {
      const whole = writer.canShare ? this.#wholeChunk(left) : undefined;
      if (whole === undefined) {
        const kept = this.take(left);
        left -= lengthOf(kept);
        writer.insert(kept);
      } else {
        left -= whole.units;
        writer.share(whole);
      }
    }
  }

  #wholeChunk(most: number): Chunk | undefined {
    if (this.#insert !== 0 || this.#offset !== 0) return undefined;
    const chunk = this.#chunks[this.#chunk]!;
    if (chunk.units > most) return undefined;
    this.#chunk++;
    this.left -= chunk.units;
    return chunk;
  }

  #refuseBehind(units: number): void {
    if (units > this.left) throw new OtError("range", "the op goes on behind the end of the document");
  }
}

/** Inserts that follow each other, and are never changed. */
class Chunk {
  #hash: Lanes | undefined;
  #shift: Lanes | undefined;

  constructor(
    readonly inserts: readonly Insert[],
    readonly units: number,
  ) {}

  /** The hash of what has the hash `before`, and then this. */
  hashAfter(before: Lanes): Lanes {
    this.#hash ??= hashInserts(this.inserts);
    this.#shift ??= shiftOf(this.units);
    return follow(before, this.#hash, this.#shift);
  }
}

/**
 * Writes a document from left to right. Only its last chunk may be small: what is written next is put into that, and a
 * small one in the middle takes in the one behind it. So no number of edits leaves a document in crumbs.
 */
class Writer {
  /** Written so far. */
  units = 0;
  readonly #chunks: Chunk[] = [];
  #open: Insert[] = []; // the chunk that is being written
  #openUnits = 0;

  /** Whether a chunk of the old document may follow as it is. */
  get canShare(): boolean {
    return this.#open.length === 0 || this.#open.length >= SMALL_PIECES || this.#openUnits >= SMALL_UNITS;
  }

  share(chunk: Chunk): void {
    this.#closeOpen();
    this.#chunks.push(chunk);
    this.units += chunk.units;
  }

  /** Writes text or an embed, with the formats `over` put over its own. */
  insert(component: Insert, over?: Attributes): void {
    const attributes = over === undefined ? component.attributes : mergeAttributes(component.attributes, over);
    const formats = withoutNulls(attributes);
    const { insert } = component;
    if (typeof insert !== "string" || insert.length <= PIECE_UNITS) {
      return this.#piece(formats === component.attributes ? component : withFormats(insert, formats));
    }
    for (let start = 0; start < insert.length; ) {
      let end = Math.min(insert.length, start + PIECE_UNITS);
      if (cutsPair(insert, end)) end--;
      this.#piece(withFormats(insert.slice(start, end), formats));
      start = end;
    }
  }

  close(): readonly Chunk[] {
    this.#closeOpen();
    return this.#chunks;
  }

  #piece(piece: Insert): void {
    if (this.#open.length === 0) this.#reopen();
    const units = lengthOf(piece);
    this.units += units;
    this.#openUnits += units;
    const last = this.#open.at(-1);
    if (last !== undefined && joins(last, piece)) {
      this.#open[this.#open.length - 1] = withFormats(`${last.insert}${piece.insert}`, last.attributes);
      return;
    }
    this.#open.push(piece);
    if (this.#open.length >= 2 * CHUNK_PIECES || this.#openUnits >= 2 * CHUNK_UNITS) this.#closeHalf();
  }

  #reopen(): void {
    const last = this.#chunks.pop();
    if (last === undefined) return;
    this.#open = [...last.inserts];
    this.#openUnits = last.units;
  }

  #closeHalf(): void {
    let count = 0;
    let units = 0;
    while (count < CHUNK_PIECES && units < CHUNK_UNITS) units += lengthOf(this.#open[count++]!);
    this.#chunks.push(new Chunk(this.#open.splice(0, count), units));
    this.#openUnits -= units;
  }

  #closeOpen(): void {
    if (this.#open.length === 0) return;
    this.#chunks.push(new Chunk(this.#open, this.#openUnits));
    this.#open = [];
    this.#openUnits = 0;
  }
}

function joins(last: Insert, piece: Insert): boolean {
  return (
    typeof last.insert === "string" &&
    typeof piece.insert === "string" &&
    last.insert.length + piece.insert.length <= PIECE_UNITS &&
    sameAttributes(last.attributes, piece.attributes)
  );
}

function withFormats(insert: Insert["insert"], attributes: Attributes | undefined): Insert {
  return attributes === undefined ? { insert } : { insert, attributes };
}
