import { Builder, cutsPair, type Op } from "../ot/op.ts";

/**
 * A `<textarea>` shows every line end as `"\n"`, while a document may hold `"\r"` and `"\r\n"`. These functions know both:
 * `text` is what the document holds, `shown` what the element's `value` is of it.
 */
export function shownOf(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

/** The place in the document of a place in what is shown. */
export function inDocument(text: string, shown: number): number {
  if (!text.includes("\r")) return shown;
  let at = 0;
  for (let left = shown; left > 0 && at < text.length; left--) at += text.startsWith("\r\n", at) ? 2 : 1;
  return at;
}

/** The place in what is shown of a place in the document; inside of a line end, the one before it. */
export function inShown(text: string, place: number): number {
  const before = text.slice(0, place);
  return shownOf(before).length - (before.endsWith("\r") && text[place] === "\n" ? 1 : 0);
}

/**
 * What the user did to `text`, which now looks like `value`, with the caret at `caret`: one stretch was replaced. Of the
 * stretches that explain it, all of the same length, it is the one that ends at the caret: an "a" typed behind "aa" is the
 * third, not the first. Halves of surrogate pairs stay together, and one without its other half is left out.
 */
export function opOfInput(text: string, value: string, caret: number): Op {
  const before = shownOf(text);
  const least = Math.min(before.length, value.length);
  const [start, end] = [commonStart(before, value, least), commonEnd(before, value, least)];
  const smallest = Math.max(before.length, value.length) - Math.min(least, start + end);
  // Guided by the caret: what is behind it was there before.
  const behind = Math.min(end, value.length - caret);
  const ahead = Math.min(start, least - behind);
  const guided = Math.max(before.length, value.length) - (ahead + behind) <= smallest;
  let [from, tail] = guided ? [ahead, behind] : [start, Math.min(end, least - start)];
  if (cutsPair(before, from) || cutsPair(value, from)) from--;
  if (cutsPair(before, before.length - tail) || cutsPair(value, value.length - tail)) tail--;

  const [first, last] = [inDocument(text, from), inDocument(text, before.length - tail)];
  const builder = new Builder();
  builder.retain(first);
  builder.delete(last - first);
  const inserted = value.slice(from, value.length - tail).replace(loneHalves, "");
  if (inserted !== "") builder.insert(inserted);
  return builder.op();
}

const loneHalves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function commonStart(a: string, b: string, least: number): number {
  let units = 0;
  while (units < least && a.charCodeAt(units) === b.charCodeAt(units)) units++;
  return units;
}

function commonEnd(a: string, b: string, least: number): number {
  let units = 0;
  while (units < least && a.charCodeAt(a.length - 1 - units) === b.charCodeAt(b.length - 1 - units)) units++;
  return units;
}
