import { utf8Length } from "./json.ts";
import { Builder, type Component, cutsPair, lengthOf, type Op, targetLength } from "./op.ts";

/** How much one edit may hold. */
export interface SplitLimits {
  /** Inserted units, at least 2. */
  readonly units: number;
  /** Components, at least 2. */
  readonly components: number;
  /** Bytes of the op as JSON. */
  readonly bytes: number;
}

/** No unit of text takes more bytes in JSON: a control character is written as `\u0000`. */
const BYTES_PER_UNIT = 6;

/**
 * Cuts an op in two that do the same one after the other, the first as long as the limits allow and the rest `[]` if all
 * of it fits. A component that is over the byte limit alone, because of its attributes, goes as it is: the server answers.
 */
export function split(op: Op, limits: SplitLimits): readonly [first: Op, rest: Op] {
  const first = new Builder();
  let units = 0;
  let bytes = 2;
  for (let i = 0; i < op.length; i++) {
    const component = op[i]!;
    const size = jsonBytes(component) + 1;
    const inserted = "insert" in component ? lengthOf(component) : 0;
    if (i < limits.components && units + inserted <= limits.units && bytes + size <= limits.bytes) {
      first.push(component);
      units += inserted;
      bytes += size;
      continue;
    }
    let remaining = op.slice(i);
    if (i < limits.components && "insert" in component && typeof component.insert === "string") {
      const overhead = size - jsonBytes(component.insert);
      const room = Math.floor((limits.bytes - bytes - overhead) / BYTES_PER_UNIT);
      const end = cutAt(component.insert, Math.min(limits.units - units, room), onlyRetains(op.slice(0, i)));
      first.push({ ...component, insert: component.insert.slice(0, end) });
      remaining = [{ ...component, insert: component.insert.slice(end) }, ...remaining.slice(1)];
    } else if (onlyRetains(op.slice(0, i))) {
      first.push(component); // always some progress
      remaining = remaining.slice(1);
    }
    // The untrimmed length counts: a plain retain at the end is not in the op, but the rest goes on behind it.
    const done = targetLength(op) - targetLength(remaining);
    const rest = new Builder().retain(done);
    for (const each of remaining) rest.push(each);
    return [first.op(), rest.op()];
  }
  return [op, []];
}

/** The last place up to `room` units that cuts no pair; with `some`, not 0 in any case. */
function cutAt(text: string, room: number, some: boolean): number {
  const end = Math.min(Math.max(room, some ? 1 : 0), text.length);
  if (!cutsPair(text, end)) return end;
  return end > 1 || !some ? end - 1 : end + 1;
}

function onlyRetains(op: Op): boolean {
  return op.every((component) => "retain" in component && component.attributes === undefined);
}

function jsonBytes(value: Component | string): number {
  return utf8Length(JSON.stringify(value));
}
