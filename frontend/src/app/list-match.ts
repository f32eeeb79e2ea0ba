import type { Range } from "./api.ts";
import { h } from "./dom.ts";

const words = /[\p{L}\p{N}\p{M}]+/gu;
const marks = /\p{M}+/gu;

/**
 * The words of a title that a query asks for, or undefined when one is missing. All words must be there, the last one as
 * the beginning of a word: as the server searches, so that what is found here is found there too, with the same marks.
 */
export function titleMatch(title: string, query: string): readonly Range[] | undefined {
  const wanted = wordsOf(query);
  if (wanted.length === 0) return undefined;
  const there = [...title.matchAll(words)];
  const ranges: Range[] = [];
  for (const [index, word] of wanted.entries()) {
    const begins = index === wanted.length - 1;
    const found = there.filter(({ 0: text }) => (begins ? folded(text).startsWith(word) : folded(text) === word));
    if (found.length === 0) return undefined;
    for (const { 0: text, index: from } of found) ranges.push([from, from + text.length]);
  }
  return joined(ranges);
}

/** The words of a query in the form in which they are compared: without case and accents. */
function wordsOf(query: string): readonly string[] {
  return [...query.matchAll(words)].map(([word]) => folded(word)).filter((word) => word !== "");
}

function folded(text: string): string {
  return text.normalize("NFD").replace(marks, "").toLowerCase();
}

/** Ranges in their order, those that touch or overlap as one. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], to)];
    else result.push([from, to]);
  }
  return result;
}

/** A text as nodes, with a mark around each range; ranges that are not in the text are left out. */
export function marked(text: string, ranges: readonly Range[]): readonly (string | HTMLElement)[] {
  const nodes: (string | HTMLElement)[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    if (from < at || to <= from || to > text.length) continue;
    if (from > at) nodes.push(text.slice(at, from));
    nodes.push(h("mark", {}, text.slice(from, to)));
    at = to;
  }
  if (at < text.length) nodes.push(text.slice(at));
  return nodes;
}
