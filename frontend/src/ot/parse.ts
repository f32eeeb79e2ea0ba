import { OtError } from "./error.ts";
import { utf8Length } from "./json.ts";
import { ANY_SIZE, EDIT_LIMITS, type Limits } from "./limits.ts";
import { type Attributes, Builder, type Component, type Embed, lengthOf, type Op } from "./op.ts";
import { documentOf } from "./text.ts";

/** The most members of one object inside a value, as in Go. */
const MAX_MEMBERS = 1024;

/**
 * Reads an op from JSON, as Go's Parse does: refuses everything that is not exactly an op, or is larger than `limits`.
 * Throws OtError; its `at` is the index of the component. What JSON.parse hides is the server's alone to refuse: names
 * that come twice, and lengths written as `1.0` or `1e0`.
 */
export function parse(text: string, limits: Partial<Limits> = {}): Op {
  const bounds = { ...EDIT_LIMITS, ...limits };
  // No text takes fewer bytes than it has units, so a huge one is refused before it is looked at.
  if (text.length > bounds.bytes || utf8Length(text) > bounds.bytes) throw new OtError("limit", "too many bytes");
  return parseOp(decode(text), bounds);
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OtError("syntax", "no JSON"); // the message of JSON.parse quotes the text
  }
}

/**
 * Makes an op of a value that JSON.parse gave, or that an editor did, and refuses everything that is not exactly an op.
 * What is an op but not in its shortest form (neighbours not merged, a retain at the end, `null` attributes of an
 * insert) is accepted and brought into it; the order of inserts and deletes stays.
 */
export function parseOp(value: unknown, limits: Limits = ANY_SIZE): Op {
  if (!Array.isArray(value)) throw new OtError("shape", "an op is a list");
  const parser = new Parser(limits);
  for (let i = 0; i < value.length; i++) parser.component(value[i], i); // a hole is no component
  return parser.builder.op();
}

/** Makes a document of such a value. */
export function parseDocument(value: unknown): Op {
  return documentOf(parseOp(value));
}

class Parser {
  readonly builder = new Builder();
  readonly #limits: Limits;
  #at = 0; // the component
  #inserted = 0; // units so far, as are the next two
  #base = 0;
  #target = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  component(value: unknown, index: number): void {
    this.#at = index;
    if (index >= this.#limits.components) this.#refuse("limit", "too many components");
    const component = this.#parse(value);
    const units = lengthOf(component);
    // Checked before it is added, so that no sum leaves the numbers that are exact.
    if ("insert" in component && units > this.#limits.insertUnits - this.#inserted) {
      this.#refuse("limit", "too much inserted");
    }
    if (units > this.#limits.units - Math.max(this.#base, this.#target)) this.#refuse("limit", "too long");
    if ("insert" in component) this.#inserted += units;
    else this.#base += units;
    if (!("delete" in component)) this.#target += units;
    this.builder.push(component);
  }

  #parse(value: unknown): Component {
    if (!isObject(value)) this.#refuse("shape", "a component is an object");
    const kinds = ["insert", "retain", "delete"].filter((name) => Object.hasOwn(value, name));
    if (kinds.length > 1) this.#refuse("shape", "two kinds in one component");
    for (const name of Object.keys(value)) {
      if (name !== "attributes" && !kinds.includes(name)) this.#refuse("shape", "an unknown name in a component");
    }
    const attributes = Object.hasOwn(value, "attributes") ? this.#attributes(value.attributes) : undefined;
    const formats = attributes === undefined ? {} : { attributes };
    switch (kinds[0]) {
      case "insert":
        return { insert: this.#content(value.insert), ...formats };
      case "retain":
        return { retain: this.#length(value.retain), ...formats };
      case "delete":
        if (Object.hasOwn(value, "attributes")) this.#refuse("shape", "a delete with attributes");
        return { delete: this.#length(value.delete) };
      default:
        return this.#refuse("shape", "a component without insert, retain or delete");
    }
  }

  #content(value: unknown): string | Embed {
    if (typeof value === "string") {
      if (value === "") this.#refuse("empty", "an empty insert");
      this.#refuseHalves(value);
      return value;
    }
    if (!isObject(value)) this.#refuse("shape", "an insert is text or an embed");
    const names = Object.keys(value);
    if (names.length !== 1 || names[0] === "") this.#refuse("shape", "an embed has one name");
    this.#members(value, this.#limits.depth);
    this.#refuseLarge(value, "an embed is too large");
    return value;
  }

  #attributes(value: unknown): Attributes | undefined {
    if (!isObject(value)) this.#refuse("shape", "attributes are an object");
    const count = Object.keys(value).length;
    if (count > this.#limits.attributes) this.#refuse("limit", "too many attributes");
    this.#members(value, this.#limits.depth);
    this.#refuseLarge(value, "attributes are too large");
    return count === 0 ? undefined : value;
  }

  #length(value: unknown): number {
    if (typeof value !== "number") this.#refuse("shape", "a length is a number");
    if (!Number.isSafeInteger(value) || value < 1) this.#refuse("length", "a length is a whole number above 0");
    return value;
  }

  #members(object: Readonly<Record<string, unknown>>, depth: number): void {
    for (const [name, member] of Object.entries(object)) {
      if (name === "__proto__") this.#refuse("value", "the name __proto__");
      this.#refuseHalves(name);
      this.#value(member, depth);
    }
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        return this.#refuseHalves(value);
      case "boolean":
        return;
      case "number":
        if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
          this.#refuse("value", "a number that JavaScript does not hold exactly");
        }
        return;
      case "object":
        if (value === null) return;
        if (depth === 0) this.#refuse("limit", "nested too deep");
        if (Array.isArray(value)) {
          for (const element of value) this.#value(element, depth - 1);
          return;
        }
        if (Object.keys(value).length > MAX_MEMBERS) this.#refuse("limit", "too many members");
        return this.#members(value as Readonly<Record<string, unknown>>, depth - 1);
      default:
        this.#refuse("shape", "a value that JSON does not have");
    }
  }

  // How deep the value nests is known here, so that writing it overflows no stack.
  #refuseLarge(value: object, message: string): void {
    const most = this.#limits.attributeBytes;
    if (most !== Number.POSITIVE_INFINITY && utf8Length(JSON.stringify(value)) > most) this.#refuse("limit", message);
  }

  #refuseHalves(text: string): void {
    if (!text.isWellFormed()) this.#refuse("surrogate", "half a surrogate pair");
  }

  #refuse(code: ConstructorParameters<typeof OtError>[0], message: string): never {
    throw new OtError(code, message, this.#at);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
