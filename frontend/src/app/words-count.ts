/** What a text has. Characters are those that people see: an emoji is one, and line breaks are none. */
export interface Count {
  readonly words: number;
  readonly characters: number;
  /** Characters without spaces. */
  readonly letters: number;
}

export const nothing: Count = { words: 0, characters: 0, letters: 0 };

/** The most UTF-16 code units that are counted in one go: a step must not be felt while typing. */
const stepUnits = 4096;
/** How many words of a minute people read, on average. */
const readPerMinute = 230;

/** Counts of pieces by their text. A piece that has been counted is not counted again while it stays in the document. */
export type Memo = Map<string, Count>;

/**
 * Counts a text piece by piece; the caller decides how long to go on at a time. Returns the sum and the memo for the
 * next time, which holds the pieces of this time only.
 */
export function* counting(pieces: Iterable<string>, known: Memo): Generator<void, { count: Count; memo: Memo }> {
  const memo: Memo = new Map();
  let { words, characters, letters } = nothing;
  for (const piece of pieces) {
    if (piece === "") continue;
    for (const step of steps(piece)) {
      const count = memo.get(step) ?? known.get(step) ?? countOf(step);
      memo.set(step, count);
      words += count.words;
      characters += count.characters;
      letters += count.letters;
      yield;
    }
  }
  return { count: { words, characters, letters }, memo };
}

/** Counts all of a short text at once. */
export function countAll(text: string): Count {
  const run = counting(text.split("\n"), new Map());
  for (;;) {
    const step = run.next();
    if (step.done) return step.value.count;
  }
}

/** How long it takes to read so many words, in whole minutes; 0 only for none. */
export function readingMinutes(words: number): number {
  return Math.ceil(words / readPerMinute);
}

/** A long line in parts, cut between words where there are any. */
function* steps(piece: string): Iterable<string> {
  let start = 0;
  while (piece.length - start > stepUnits) {
    const space = piece.lastIndexOf(" ", start + stepUnits);
    let end = space > start ? space + 1 : start + stepUnits;
    if ((piece.charCodeAt(end) & 0xfc00) === 0xdc00) end--; // a surrogate pair stays whole
    yield piece.slice(start, end);
    start = end;
  }
  yield piece.slice(start);
}

const ascii = /^[\t-~]*$/;
const asciiWord = /\w+(?:['.]\w+)*/g;
const anyWord = /[\p{L}\p{N}\p{M}_]+(?:['’.][\p{L}\p{N}\p{M}_]+)*/gu;
const words = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "word" }) : undefined;
const graphemes = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : undefined;

function countOf(text: string): Count {
  const spaces = text.match(/\s/gu)?.length ?? 0;
  if (ascii.test(text)) {
    return { words: text.match(asciiWord)?.length ?? 0, characters: text.length, letters: text.length - spaces };
  }
  const characters = graphemes ? sizeOf(graphemes.segment(text)) : [...text].length;
  return { words: wordsOf(text), characters, letters: characters - spaces };
}

function wordsOf(text: string): number {
  if (!words) return text.match(anyWord)?.length ?? 0;
  let count = 0;
  for (const { isWordLike } of words.segment(text)) if (isWordLike) count++;
  return count;
}

function sizeOf(segments: Iterable<unknown>): number {
  let count = 0;
  for (const _ of segments) count++;
  return count;
}
