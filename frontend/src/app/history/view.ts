import type { DocKind, Op } from "../../client/types.ts";

/** A place in the window, in CSS pixels. */
export interface ViewBounds {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * A document at one revision, which nobody can edit. Its reader can put a caret into it, select and copy. The page
 * scrolls, not the view.
 */
export interface HistoryView {
  readonly kind: DocKind;
  /** What stands in the page. */
  readonly element: HTMLElement;
  /** The element with the text, which can have the focus. */
  readonly text: HTMLElement;
  /** The document as it is shown. */
  contents(): Op;
  /** Shows another document. */
  load(document: Op): void;
  /** Shows the document after `change`. */
  show(change: Op): void;
  /** What is selected, `from` before `to`; undefined when that is nothing. */
  selection(): readonly [from: number, to: number] | undefined;
  /** Where the caret is, or the end of the selection that moves; undefined when the text has not the focus. */
  caret(): number | undefined;
  /** The position of the text at a point of the window; undefined where there is no text. */
  positionAt(x: number, y: number): number | undefined;
  /** Where a stretch is in the window; undefined when it is far out of sight. */
  bounds(from: number, to: number): ViewBounds | undefined;
  /** Scrolls so that a position is in sight, and not at all when it is. `top` is where that begins, in CSS pixels. */
  reveal(position: number, top: number): void;
  /** Puts the caret there, and the focus into the text. */
  select(from: number, to?: number): void;
  /** Calls back when the caret or the selection has moved; returns the way to stop. */
  onSelect(listener: () => void): () => void;
  /** Takes it out of the page. */
  destroy(): void;
}

/** What is shown now. */
export interface Shown {
  readonly revision: number;
  /** What led here from what was shown before, as one op; undefined when the document was loaded as a whole. */
  readonly change?: Op;
}
