import { mergeAttributes, sameValue, withoutNulls } from "../ot/attributes.ts";
import { type Attributes, baseLength, type Component, lengthOf, normalize, type Op } from "../ot/op.ts";
import { documentLength } from "../ot/text.ts";

/**
 * Rewrites an edit of a rich document so that it keeps the document's last unit, its final line break, and inserts
 * nothing after it; applying it gives the same document. Editors tell equal line breaks apart by chance only: joining
 * the last two lines comes as "keep the first break, delete to the end". The server refuses that, since two such edits
 * at once would leave no line break at all.
 *
 * `before` is the document that `op` applies to. What `op` makes of it must end in a line break.
 */
export function keepFinalNewline(op: Op, before: Op): Op {
  const length = documentLength(before);
  if (baseLength(op) < length) return op; // the last unit is kept by silence

  const { head, last, tail } = splitAtLast(op, length);
  if ("retain" in last && tail.length === 0) return op;

  const kept = attributesAt(before, length - 1);
  const parts: Component[] = [...head];
  if ("retain" in last) parts.push(newline(mergeAttributes(kept, last.attributes))); // now inside the document
  parts.push(...tail);
  const wanted = takeLastUnit(parts, before);
  parts.push({ retain: 1, attributes: difference(kept ?? {}, wanted ?? {}) });
  return normalize(parts);
}

/** Cuts an op that reaches the end in what comes before the last unit, its fate, and what is inserted behind it. */
function splitAtLast(op: Op, length: number): { head: Component[]; last: Component; tail: Component[] } {
  const head: Component[] = [];
  const tail: Component[] = [];
  let last: Component | undefined;
  let at = 0;
  for (const part of op) {
    if ("insert" in part) {
      (last ? tail : head).push(part);
      continue;
    }
    at += lengthOf(part);
    if (at < length) {
      head.push(part);
    } else {
      if (lengthOf(part) > 1) head.push(resized(part, lengthOf(part) - 1));
      last = resized(part, 1);
    }
  }
  return { head, last: last ?? { retain: 1 }, tail };
}

/** Takes the last unit out of what `parts` leave behind, and returns the attributes that it would have had. */
function takeLastUnit(parts: Component[], before: Op): Attributes | undefined {
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index]!;
    if ("delete" in part) continue;
    if ("retain" in part) {
      const position = baseLength(parts.slice(0, index + 1)) - 1;
      parts.splice(index, 1, ...(part.retain > 1 ? [resized(part, part.retain - 1)] : []), { delete: 1 });
      return withoutNulls(mergeAttributes(attributesAt(before, position), part.attributes));
    }
    if (typeof part.insert !== "string" || !part.insert.endsWith("\n")) return undefined; // against the contract
    parts[index] = { ...part, insert: part.insert.slice(0, -1) };
    return part.attributes;
  }
  return undefined;
}

function resized(part: Component, units: number): Component {
  return "retain" in part ? { ...part, retain: units } : { delete: units };
}

function newline(attributes: Attributes | undefined): Component {
  return attributes ? { insert: "\n", attributes } : { insert: "\n" };
}

function attributesAt(document: Op, position: number): Attributes | undefined {
  let at = 0;
  for (const part of document) {
    at += lengthOf(part);
    if (position < at) return "insert" in part ? part.attributes : undefined;
  }
  return undefined;
}

/** What a retain must carry to make `to` of `from`. */
function difference(from: Attributes, to: Attributes): Attributes {
  const change: Record<string, unknown> = {};
  for (const name of Object.keys(from)) if (!(name in to)) change[name] = null;
  for (const [name, value] of Object.entries(to)) if (!sameValue(from[name], value)) change[name] = value;
  return change;
}
