import type Block from "quill/blots/block.js";
import Quill, { Parchment } from "quill/core";
import type { PlacedSpan } from "./blame-spans.ts";
import type { Marker } from "./marker.ts";
import type { MarkedText } from "./marks-host.ts";

const moves = ["scroll", "resize"];
/** How far beyond the window text is marked, in windows: it is there before one has scrolled to it. */
const margin = 1;

/**
 * Marks a rich document by the CSS Custom Highlight API: the browser paints, and Quill sees nothing of it. Only what is
 * near the window is marked, since each range costs the browser whenever it paints.
 */
export class RichMarker implements Marker {
  readonly #quill: Quill;
  #spans: readonly PlacedSpan[] = [];
  #names = new Set<string>();
  #waiting = false;
  /** Whether it draws, and so has to know when the page is scrolled. */
  #drawn = false;

  constructor(view: MarkedText) {
    const quill = Quill.find(view.text.parentElement!);
    if (!(quill instanceof Quill)) throw new Error("the text of a rich document is no Quill");
    this.#quill = quill;
  }

  mark(spans: readonly PlacedSpan[]): void {
    this.#spans = spans;
    this.#draw();
    if (this.#drawn) return;
    this.#drawn = true;
    for (const type of moves) addEventListener(type, this.#later, { passive: true });
  }

  point(span: { readonly from: number; readonly to: number } | undefined): void {
    if (!CSS.highlights) return;
    const ranges = span ? rangesOf(this.#quill, [span], 0, Number.POSITIVE_INFINITY) : [];
    if (ranges.length === 0) CSS.highlights.delete("author-point");
    else {
      const highlight = new Highlight(...ranges.map(([, range]) => range));
      highlight.priority = 2;
      CSS.highlights.set("author-point", highlight);
    }
  }

  clear(): void {
    this.#drawn = false;
    for (const type of moves) removeEventListener(type, this.#later);
    this.#spans = [];
    this.#draw();
    this.point(undefined);
  }

  #later = (): void => {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      if (this.#spans.length > 0) this.#draw();
    });
  };

  #draw(): void {
    if (!CSS.highlights) return;
    const highlights = new Map<string, Highlight>();
    const [top, bottom] = [-margin * innerHeight, (1 + margin) * innerHeight];
    for (const [{ author }, range] of rangesOf(this.#quill, this.#spans, top, bottom)) {
      if (author < 0) continue;
      const name = `author-${author}`;
      const highlight = highlights.get(name) ?? new Highlight();
      highlights.set(name, highlight);
      highlight.add(range);
    }
    for (const name of this.#names) if (!highlights.has(name)) CSS.highlights.delete(name);
    for (const [name, highlight] of highlights) CSS.highlights.set(name, highlight);
    this.#names = new Set(highlights.keys());
  }
}

/** Where stretches are on the page between two heights, found by one walk along the lines. */
function rangesOf<Span extends { readonly from: number; readonly to: number }>(
  quill: Quill,
  spans: readonly Span[],
  top: number,
  bottom: number,
): readonly (readonly [Span, StaticRange])[] {
  const found: (readonly [Span, StaticRange])[] = [];
  let start = 0;
  let index = 0;
  for (const line of quill.getLines() as Block[]) {
    const end = start + line.length();
    while (index < spans.length && spans[index]!.to <= start) index++;
    if (index === spans.length) break;
    if (spans[index]!.from < end && isNear(line.domNode as Element, top, bottom)) {
      for (let i = index; i < spans.length && spans[i]!.from < end; i++) {
        const span = spans[i]!;
        const from = pointOf(line, Math.max(span.from, start) - start);
        const to = pointOf(line, Math.min(span.to, end - 1) - start);
        if (from && to && span.from < end - 1) found.push([span, rangeOf(from, to)]);
      }
    }
    start = end;
  }
  return found;
}

function isNear(element: Element, top: number, bottom: number): boolean {
  if (bottom === Number.POSITIVE_INFINITY) return true;
  const box = element.getBoundingClientRect();
  return box.bottom >= top && box.top <= bottom;
}

function pointOf(line: Block, offset: number): readonly [Node, number] | undefined {
  const [leaf, within] = line.path(offset).pop() ?? [null, 0];
  return leaf instanceof Parchment.LeafBlot ? leaf.position(within, true) : undefined;
}

// The marks are drawn anew after each change. A live range would cost at each change of the page instead.
function rangeOf(
  [startContainer, startOffset]: readonly [Node, number],
  [endContainer, endOffset]: readonly [Node, number],
) {
  return new StaticRange({ startContainer, startOffset, endContainer, endOffset });
}
