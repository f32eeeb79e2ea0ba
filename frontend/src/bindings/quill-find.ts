import type Block from "quill/blots/block.js";
import type Quill from "quill/core";
import { Delta, type EmitterSource, Parchment } from "quill/core";
import type { Op } from "../client/types.ts";
import { plainText } from "../ot/text.ts";
import {
  findMatches,
  type Match,
  MOST_MATCHES,
  matchAt,
  patternOf,
  replacementOf,
  replaceOp,
  type Search,
} from "./find.ts";
import { sanitizeText } from "./schema.ts";

/** What a search found, for those who show it. */
export interface Found {
  readonly count: number;
  /** Whether there are more than are counted. */
  readonly more: boolean;
  /** The one at which the person is, from 0; -1 for none. */
  readonly current: number;
  /** Whether the search is no regular expression although it should be one. */
  readonly wrong: boolean;
}

const nothing: Found = { count: 0, more: false, current: -1, wrong: false };
/** How many matches are marked on the page, those around the current one. */
const mostMarked = 1000;

/**
 * Searches a rich document while it is open. Matches are marked by the browser beside the text (CSS Custom Highlight API),
 * never in the document, and follow what anybody types.
 */
export class RichFinder {
  #quill: Quill;
  #search: Search = { text: "", matchCase: false, wholeWord: false, regexp: false };
  #matches: readonly Match[] = [];
  #current = -1;
  #place: number;
  #wrong = false;
  #scheduled = false;
  #editing = false;
  #open = true;
  #show: (found: Found) => void;
  #top: () => number;

  /** Searches from the caret on and tells `show` of each change. Above `top`, in the window, a match cannot be seen. */
  constructor(quill: Quill, show: (found: Found) => void, top: () => number) {
    this.#quill = quill;
    this.#show = show;
    this.#top = top;
    this.#place = quill.getSelection()?.index ?? quill.selection.savedRange.index;
    quill.on("text-change", this.#follow);
  }

  get found(): Found {
    const count = this.#matches.length;
    return this.#wrong
      ? { ...nothing, wrong: true }
      : { count, more: count >= MOST_MATCHES, current: this.#current, wrong: false };
  }

  /** The place of the current match. */
  get match(): Match | undefined {
    return this.#matches[this.#current];
  }

  search(search: Search): void {
    this.#search = search;
    this.#update();
    this.#reveal();
  }

  /** Goes to the next match, or with -1 to the one before; from the last to the first. */
  step(by: 1 | -1): void {
    const count = this.#matches.length;
    if (count === 0) return;
    this.#go((this.#current + by + count) % count);
  }

  /** Puts `template` in the place of the current match and goes to the next. */
  replace(template: string): void {
    const match = this.match;
    if (!match) return;
    const text = this.#texts([match], template)[0]!;
    this.#place = match.index + text.length;
    this.#edit([match], [text]);
    this.#update();
    this.#reveal();
  }

  /** Replaces all matches by one edit, which is one step of the history; returns how many. */
  replaceAll(template: string): number {
    const matches = this.#matches;
    if (matches.length > 0) this.#edit(matches, this.#texts(matches, template));
    this.#update();
    return matches.length;
  }

  close(): void {
    this.#open = false;
    this.#quill.off("text-change", this.#follow);
    CSS.highlights?.delete("found");
    CSS.highlights?.delete("found-current");
  }

  #texts(matches: readonly Match[], template: string): readonly string[] {
    const pattern = patternOf(this.#search);
    if (!pattern) return [];
    const text = plainText(this.#quill.getContents().ops as Op);
    const clean = sanitizeText(template);
    return matches.map(({ index, length }) =>
      replacementOf(text.slice(index, index + length), pattern, clean, this.#search.regexp),
    );
  }

  #edit(matches: readonly Match[], texts: readonly string[]): void {
    const op = replaceOp(this.#quill.getContents().ops as Op, matches, texts);
    this.#quill.history.cutoff();
    this.#editing = true; // who edits here looks anew at once
    this.#quill.updateContents(new Delta([...op] as Delta["ops"]), "user");
    this.#editing = false;
    this.#quill.history.cutoff();
  }

  #follow = (change: Delta, _before: Delta, _source: EmitterSource): void => {
    this.#place = change.transformPosition(this.#place);
    if (this.#scheduled || this.#editing) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      if (this.#open) this.#update();
    });
  };

  #update(): void {
    this.#wrong = false;
    let pattern: RegExp | undefined;
    try {
      pattern = patternOf(this.#search);
    } catch {
      this.#wrong = true;
    }
    this.#matches = pattern ? findMatches(plainText(this.#quill.getContents().ops as Op), pattern) : [];
    this.#current = matchAt(this.#matches, this.#place);
    this.#mark();
    this.#show(this.found);
  }

  #go(current: number): void {
    this.#current = current;
    this.#place = this.match?.index ?? this.#place;
    this.#mark();
    this.#reveal();
    this.#show(this.found);
  }

  /** Brings the current match into view, if it is not: into the middle of what bars leave free. */
  #reveal(): void {
    const match = this.match;
    const bounds = match && this.#quill.selection.getBounds(match.index, match.length);
    const top = this.#top();
    if (!bounds || (bounds.top > top && bounds.bottom < innerHeight - 40)) return;
    scrollBy({ top: bounds.top - (top + innerHeight) / 2 });
  }

  #mark(): void {
    if (!CSS.highlights) return;
    const from = Math.max(0, this.#current - mostMarked / 2);
    const ranges = rangesOf(this.#quill, this.#matches.slice(from, from + mostMarked));
    const current = ranges[this.#current - from];
    CSS.highlights.set("found", new Highlight(...ranges.filter((range) => range !== undefined)));
    const over = new Highlight(...(current ? [current] : []));
    over.priority = 1;
    CSS.highlights.set("found-current", over);
  }
}

/** Where matches are on the page, found by one walk along the lines. */
function rangesOf(quill: Quill, matches: readonly Match[]): readonly (Range | undefined)[] {
  const lines = quill.getLines();
  let line = 0;
  let start = 0;
  const at = (place: number): readonly [Node, number] | undefined => {
    while (line < lines.length && start + lines[line]!.length() <= place) start += lines[line++]!.length();
    const [leaf, offset] = (lines[line] as Block | undefined)?.path(place - start).pop() ?? [null, 0];
    return leaf instanceof Parchment.LeafBlot ? leaf.position(offset, true) : undefined;
  };
  return matches.map(({ index, length }) => {
    const from = at(index);
    const to = at(index + length);
    if (!from || !to) return undefined;
    const range = document.createRange();
    range.setStart(...from);
    range.setEnd(...to);
    return range;
  });
}
