import { type Attributes, Builder, lengthOf, type Op } from "../ot/op.ts";

/** What a person looks for. */
export interface Search {
  readonly text: string;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  /** Whether `text` is a regular expression, as JavaScript has it with the flag `u`. */
  readonly regexp: boolean;
}

/** A place in the text, in UTF-16 code units. */
export interface Match {
  readonly index: number;
  readonly length: number;
}

/** The most places that are found; after that the count is "or more". */
export const MOST_MATCHES = 10_000;
/** The longest text to look for, in UTF-16 code units. */
export const LONGEST_SEARCH = 1000;

/** The pattern of a search; undefined when there is nothing to look for. Throws SyntaxError for a wrong expression. */
export function patternOf(search: Search): RegExp | undefined {
  if (search.text === "" || search.text.length > LONGEST_SEARCH) return undefined;
  const source = search.regexp ? search.text : search.text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const body = search.wholeWord ? `(?<![\\p{L}\\p{N}_])(?:${source})(?![\\p{L}\\p{N}_])` : source;
  return new RegExp(body, search.matchCase ? "gmu" : "gimu");
}

/**
 * Where `pattern`, of `patternOf`, is found in a text, from its start on, at most `most` times. A match of nothing, such as
 * that of `a*` between two others, does not count.
 */
export function findMatches(text: string, pattern: RegExp, most = MOST_MATCHES): readonly Match[] {
  const found: Match[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match && found.length < most; match = pattern.exec(text)) {
    if (match[0] === "") pattern.lastIndex += (text.codePointAt(match.index) ?? 0) > 0xffff ? 2 : 1;
    else found.push({ index: match.index, length: match[0].length });
  }
  return found;
}

/** The first match that ends behind `place`, or the very first; -1 when there is none. The list is in order. */
export function matchAt(matches: readonly Match[], place: number): number {
  if (matches.length === 0) return -1;
  let [low, high] = [0, matches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (matches[middle]!.index + matches[middle]!.length > place) high = middle;
    else low = middle + 1;
  }
  return low % matches.length;
}

/** What stands for one match: of a regular expression `$1`, `$<name>`, `$&` and `$$` mean what JavaScript means. */
export function replacementOf(matched: string, pattern: RegExp, template: string, regexp: boolean): string {
  if (!regexp) return template;
  // The piece alone may not match where the pattern looks at what is around it; then nothing can be filled in.
  return matched.replace(new RegExp(pattern.source, pattern.flags.replace("g", "")), template);
}

/** The op that puts a text in the place of each match, with the formats of the first unit that it replaces. */
export function replaceOp(document: Op, matches: readonly Match[], texts: readonly string[]): Op {
  const builder = new Builder();
  const formats = formatsAlong(document);
  let at = 0;
  for (const [n, { index, length }] of matches.entries()) {
    builder.retain(index - at);
    for (const [k, line] of texts[n]!.split("\n").entries()) {
      if (k > 0) builder.insert("\n");
      builder.insert(line, formats(index));
    }
    builder.delete(length);
    at = index + length;
  }
  return builder.op();
}

/** The formats of text at places that only go up. */
function formatsAlong(document: Op): (place: number) => Attributes | undefined {
  let part = 0;
  let start = 0;
  return (place) => {
    while (part < document.length && start + lengthOf(document[part]!) <= place) start += lengthOf(document[part++]!);
    const found = document[part];
    return found && "insert" in found ? found.attributes : undefined;
  };
}
