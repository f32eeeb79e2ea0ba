import { sameAttributes, sameValue, withoutNulls } from "./attributes.ts";
import { OtError } from "./error.ts";

/** Formats of a component, by name; in a retain, `null` removes one. */
export type Attributes = Readonly<Record<string, unknown>>;

/** An object of one member, one unit long. */
export type Embed = Readonly<Record<string, unknown>>;

/** Puts text, or an embed, into the document. */
export interface Insert {
  readonly insert: string | Embed;
  readonly attributes?: Attributes;
}

/** Keeps this many units, with other formats if it has attributes. */
export interface Retain {
  readonly retain: number;
  readonly attributes?: Attributes;
}

/** Removes this many units. */
export interface Delete {
  readonly delete: number;
}

/** One step of an op. */
export type Component = Insert | Retain | Delete;

/**
 * A change of a document, from its start on, in Delta form; what follows the last component is kept. Lengths are UTF-16
 * code units. Ops are values: nobody changes one after it was made. `[]` changes nothing.
 */
export type Op = readonly Component[];

/** The units that a component covers: of the document before it for a retain or delete, after it for an insert. */
export function lengthOf(component: Component): number {
  if ("retain" in component) return component.retain;
  if ("delete" in component) return component.delete;
  return typeof component.insert === "string" ? component.insert.length : 1;
}

/** The units of the document that the op walks over; it fits no shorter document. */
export function baseLength(op: Op): number {
  return op.reduce((sum, each) => ("insert" in each ? sum : sum + lengthOf(each)), 0);
}

/** The units that the op inserts. */
export function insertedLength(op: Op): number {
  return op.reduce((sum, each) => ("insert" in each ? sum + lengthOf(each) : sum), 0);
}

/** The units that the op inserts and retains: where its end is in the document after it. */
export function targetLength(op: Op): number {
  return op.reduce((sum, each) => ("delete" in each ? sum : sum + lengthOf(each)), 0);
}

/** Whether two ops are the same, component by component, whatever the order of names in attributes. */
export function sameOp(a: Op, b: Op): boolean {
  return a.length === b.length && a.every((component, i) => sameComponent(component, b[i]!));
}

function sameComponent(a: Component, b: Component): boolean {
  if ("delete" in a || "delete" in b) return sameValue(a, b);
  if (!sameAttributes(a.attributes, b.attributes)) return false;
  if ("retain" in a) return "retain" in b && a.retain === b.retain;
  return "insert" in b && sameValue(a.insert, b.insert);
}

/**
 * Makes an op from left to right. It merges neighbours of one kind with equal attributes, and drops plain retains at
 * the end and zero lengths. It keeps the order: an insert stays behind the delete that it was put behind, other than in
 * quill-delta. Law L3 (history may be grouped in any way) holds only so.
 */
export class Builder {
  #components: Component[] = [];

  /** Puts text (may be empty: then nothing) or an embed; a `null` attribute has no meaning here and is left out. */
  insert(insert: string | Embed, attributes?: Attributes): this {
    if (insert === "") return this;
    const formats = withoutNulls(attributes);
    const last = this.#components.at(-1);
    if (
      last !== undefined &&
      "insert" in last &&
      typeof last.insert === "string" &&
      typeof insert === "string" &&
      sameAttributes(last.attributes, formats)
    ) {
      return this.#replaceLast(makeInsert(last.insert + insert, formats));
    }
    return this.#add(makeInsert(insert, formats));
  }

  /** Keeps units, with other formats if there are any. */
  retain(units: number, attributes?: Attributes): this {
    if (units === 0) return this;
    const last = this.#components.at(-1);
    if (last !== undefined && "retain" in last && sameAttributes(last.attributes, attributes)) {
      return this.#replaceLast(makeRetain(last.retain + units, attributes));
    }
    return this.#add(makeRetain(units, attributes));
  }

  /** Removes units. */
  delete(units: number): this {
    if (units === 0) return this;
    const last = this.#components.at(-1);
    if (last !== undefined && "delete" in last) return this.#replaceLast({ delete: last.delete + units });
    return this.#add({ delete: units });
  }

  /** Adds a component of any kind. */
  push(component: Component): this {
    if ("insert" in component) return this.insert(component.insert, component.attributes);
    if ("retain" in component) return this.retain(component.retain, component.attributes);
    return this.delete(component.delete);
  }

  /** The op made so far. */
  op(): Op {
    let end = this.#components.length;
    for (; end > 0; end--) {
      const last = this.#components[end - 1]!;
      if (!("retain" in last) || last.attributes !== undefined) break;
    }
    return this.#components.slice(0, end);
  }

  #add(component: Component): this {
    this.#components.push(component);
    return this;
  }

  #replaceLast(component: Component): this {
    this.#components[this.#components.length - 1] = component;
    return this;
  }
}

/** The same op as the Builder makes it: neighbours merged, no plain retain at the end. */
export function normalize(op: Op): Op {
  const builder = new Builder();
  for (const component of op) builder.push(component);
  return builder.op();
}

/**
 * Reads an op from left to right in pieces of any length. Past its end an op retains for ever, so that its reader needs
 * no special case there.
 */
export class Reader {
  #op: Op;
  #index = 0;
  #offset = 0;

  constructor(op: Op) {
    this.#op = op;
  }

  get done(): boolean {
    return this.#index >= this.#op.length;
  }

  get kind(): "insert" | "retain" | "delete" {
    const component = this.#op[this.#index];
    if (component === undefined || "retain" in component) return "retain";
    return "insert" in component ? "insert" : "delete";
  }

  /** The units left of the component at which the reader is. */
  get left(): number {
    const component = this.#op[this.#index];
    return component === undefined ? Number.POSITIVE_INFINITY : lengthOf(component) - this.#offset;
  }

  /** The next `units` of the component at which the reader is, at most what is left of it. Throws `surrogate`. */
  take(units = this.left): Component {
    const component = this.#op[this.#index];
    if (component === undefined) return { retain: units };
    const start = this.#offset;
    const whole = start === 0 && units === lengthOf(component);
    if (start + units === lengthOf(component)) {
      this.#index++;
      this.#offset = 0;
    } else {
      this.#offset += units;
    }
    if (whole) return component;
    if ("delete" in component) return { delete: units };
    if ("retain" in component) return makeRetain(units, component.attributes);
    const text = component.insert as string; // an embed is one unit long, so always taken whole
    refuseCut(text, start);
    refuseCut(text, start + units);
    return makeInsert(text.slice(start, start + units), component.attributes);
  }
}

/** Whether the place before `index` is between the halves of a surrogate pair. */
export function cutsPair(text: string, index: number): boolean {
  if (index <= 0 || index >= text.length) return false;
  return (text.charCodeAt(index - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(index) & 0xfc00) === 0xdc00;
}

function refuseCut(text: string, index: number): void {
  if (cutsPair(text, index)) throw new OtError("surrogate", "an op ends between the halves of a surrogate pair");
}

function makeInsert(insert: Insert["insert"], attributes: Attributes | undefined): Insert {
  return isNone(attributes) ? { insert } : { insert, attributes };
}

function makeRetain(retain: number, attributes: Attributes | undefined): Retain {
  return isNone(attributes) ? { retain } : { retain, attributes };
}

function isNone(attributes: Attributes | undefined): attributes is undefined {
  return attributes === undefined || Object.keys(attributes).length === 0;
}
