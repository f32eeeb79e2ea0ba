import { OtError } from "./error.ts";
import { type Attributes, Builder, type Component, type Embed, type Op } from "./op.ts";
import { documentOf } from "./text.ts";

/** How deep the value of an attribute or embed may nest. */
const MAX_DEPTH = 8;

/**
 * Makes an op of a value that JSON.parse gave, or that an editor did, and refuses everything that is not exactly an op.
 * What is an op but not in its shortest form (neighbours not merged, a retain at the end, `null` attributes of an
 * insert) is accepted and brought into it. What JSON.parse itself hides, names that come twice and numbers written as
 * `1.0`, is refused by the server only.
 */
export function parseOp(value: unknown): Op {
  if (!Array.isArray(value)) throw new OtError("shape", "an op is a list");
  const builder = new Builder();
  for (const component of value) builder.push(parseComponent(component));
  return builder.op();
}

/** Makes a document of such a value. */
export function parseDocument(value: unknown): Op {
  return documentOf(parseOp(value));
}

function parseComponent(value: unknown): Component {
  if (!isObject(value)) throw new OtError("shape", "a component is an object");
  const kinds = ["insert", "retain", "delete"].filter((name) => Object.hasOwn(value, name));
  if (kinds.length > 1) throw new OtError("shape", "two kinds in one component");
  for (const name of Object.keys(value)) {
    if (name !== "attributes" && !kinds.includes(name)) {
      throw new OtError("shape", "an unknown name in a component");
    }
  }
  const attributes = Object.hasOwn(value, "attributes") ? parseAttributes(value.attributes) : undefined;
  const formats = attributes === undefined ? {} : { attributes };
  switch (kinds[0]) {
    case "insert":
      return { insert: parseContent(value.insert), ...formats };
    case "retain":
      return { retain: parseLength(value.retain), ...formats };
    case "delete":
      if (Object.hasOwn(value, "attributes")) throw new OtError("shape", "a delete with attributes");
      return { delete: parseLength(value.delete) };
    default:
      throw new OtError("shape", "a component without insert, retain or delete");
  }
}

function parseContent(value: unknown): string | Embed {
  if (typeof value === "string") {
    if (value === "") throw new OtError("empty", "an empty insert");
    refuseHalves(value);
    return value;
  }
  if (!isObject(value)) throw new OtError("shape", "an insert is text or an embed");
  const names = Object.keys(value);
  if (names.length !== 1 || names[0] === "") throw new OtError("shape", "an embed has one name");
  checkMembers(value, MAX_DEPTH);
  return value;
}

function parseAttributes(value: unknown): Attributes | undefined {
  if (!isObject(value)) throw new OtError("shape", "attributes are an object");
  checkMembers(value, MAX_DEPTH);
  return Object.keys(value).length === 0 ? undefined : value;
}

function parseLength(value: unknown): number {
  if (typeof value !== "number") throw new OtError("shape", "a length is a number");
  if (!Number.isSafeInteger(value) || value < 1) throw new OtError("length", "a length is a whole number above 0");
  return value;
}

function checkMembers(object: Readonly<Record<string, unknown>>, depth: number): void {
  for (const [name, member] of Object.entries(object)) {
    if (name === "__proto__") throw new OtError("value", "the name __proto__");
    refuseHalves(name);
    checkValue(member, depth);
  }
}

function checkValue(value: unknown, depth: number): void {
  switch (typeof value) {
    case "string":
      refuseHalves(value);
      return;
    case "boolean":
      return;
    case "number":
      if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
        throw new OtError("value", "a number that JavaScript does not hold exactly");
      }
      return;
    case "object":
      if (value === null) return;
      if (depth === 0) throw new OtError("limit", "nested too deep");
      if (Array.isArray(value)) for (const element of value) checkValue(element, depth - 1);
      else checkMembers(value as Readonly<Record<string, unknown>>, depth - 1);
      return;
    default:
      throw new OtError("shape", "a value that JSON does not have");
  }
}

function refuseHalves(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw new OtError("surrogate", "half a surrogate pair");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
