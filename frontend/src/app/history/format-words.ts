import { sameValue } from "../../ot/attributes.ts";
import type { Attributes } from "../../ot/op.ts";
import { strings } from "../strings.ts";

/** What is different in the formats of a piece, in words: "now bold, no longer heading 1". */
export function formatWords(before: Attributes, after: Attributes): string {
  const words: string[] = [];
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) words.push(strings.marks.formatOff(wordOf(name, before[name])));
  }
  for (const [name, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, name) || !sameValue(before[name], value)) {
      words.push(strings.marks.formatOn(wordOf(name, value)));
    }
  }
  return words.join(", ");
}

function wordOf(name: string, value: unknown): string {
  const { formats } = strings.marks;
  const word = Object.hasOwn(formats, name) ? formats[name as keyof typeof formats] : name;
  return value === true ? word : strings.marks.formatValue(word, String(value));
}
