import type { Attributes } from "./op.ts";

/** Whether two values of JSON are the same, whatever the order of an object's members. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  // Every insert that is built is compared with the one before it, so there are no closures here.
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  for (const name of names) {
    if (!Object.hasOwn(b, name) || !sameValue(memberOf(a, name), memberOf(b, name))) return false;
  }
  return true;
}

/** Whether two components have the same formats; none and an empty list are the same. */
export function sameAttributes(a: Attributes | undefined, b: Attributes | undefined): boolean {
  return a === b || sameValue(a ?? NONE, b ?? NONE);
}

const NONE: Attributes = {};

/** The formats of an insert: what is set, without the names that `null` removes. */
export function withoutNulls(attributes: Attributes | undefined): Attributes | undefined {
  if (attributes === undefined || !hasNull(attributes)) return attributes;
  return fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));
}

/** `over` put over `under`. A `null` in `over` wins like any other value and stays. */
export function mergeAttributes(under: Attributes | undefined, over: Attributes | undefined): Attributes | undefined {
  if (under === undefined) return over;
  if (over === undefined) return under;
  return { ...under, ...over };
}

/** `attributes` less all names that are in `taken`. */
export function subtractAttributes(
  attributes: Attributes | undefined,
  taken: Attributes | undefined,
): Attributes | undefined {
  if (attributes === undefined || taken === undefined) return attributes;
  if (!Object.keys(attributes).some((name) => Object.hasOwn(taken, name))) return attributes;
  return fromEntries(Object.entries(attributes).filter(([name]) => !Object.hasOwn(taken, name)));
}

/** What takes `base` with `change` put over it back to `base`. A removal that removed nothing is undone by another. */
export function invertAttributes(change: Attributes, base: Attributes | undefined): Attributes | undefined {
  const back: [string, unknown][] = [];
  for (const [name, value] of Object.entries(change)) {
    if (base === undefined || !Object.hasOwn(base, name)) back.push([name, null]);
    else if (!sameValue(value, base[name])) back.push([name, base[name]]);
  }
  return fromEntries(back);
}

function hasNull(attributes: Attributes): boolean {
  for (const name of Object.keys(attributes)) if (attributes[name] === null) return true;
  return false;
}

// Names come from the wire. Assigning to a name would let "__proto__" through to the prototype; this does not.
function fromEntries(entries: [string, unknown][]): Attributes | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function memberOf(object: object, name: string): unknown {
  return (object as Record<string, unknown>)[name];
}
