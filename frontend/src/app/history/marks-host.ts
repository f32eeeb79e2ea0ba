import type { DocKind, Op } from "../../client/types.ts";
import type { Place } from "../popover.ts";
import type { Author } from "./credit.ts";

/** The read-only text of a history, as far as marks on it need it. Positions are UTF-16 code units. */
export interface MarkedText {
  readonly kind: DocKind;
  /** What stands in the page. */
  readonly element: HTMLElement;
  /** The element with the text: the root of a Quill in a rich document, the content of a CodeMirror in a text document. */
  readonly text: HTMLElement;
  /** The document as it is shown. */
  contents(): Op;
  /** Where the caret is; undefined when the text has not the focus. */
  caret(): number | undefined;
  /** The position of the text at a point of the window; undefined where there is no text. */
  positionAt(x: number, y: number): number | undefined;
  /** Where a stretch is in the window; undefined when it is far out of sight. */
  bounds(from: number, to: number): Place | undefined;
  /** Scrolls so that a position is in sight below `top`, in CSS pixels. */
  reveal(position: number, top: number): void;
  /** Puts the caret there, and the focus into the text. */
  select(from: number, to?: number): void;
  /** Calls back when the caret or the selection has moved; returns the way to stop. */
  onSelect(listener: () => void): () => void;
}

/** A revision that a comparison may begin at, with what it is called. */
export interface Milestone {
  readonly revision: number;
  /** The name that somebody gave it, or the time at which a session ended with it. */
  readonly label: string;
  readonly named: boolean;
}

/** What the marks on the text (marks.ts) need of the history around them. */
export interface MarksHost {
  /** The id of the document. */
  readonly doc: string;
  readonly view: MarkedText;
  /** The latest revision. */
  readonly head: number;
  /** Whether one may restore. */
  readonly mayEdit: boolean;
  /** Where the bars end that cover the text when it is scrolled, in CSS pixels below the top of the window. */
  top(): number;
  /** Where a comparison may begin, by revision: the names, and the ends of the sessions. */
  milestones(): readonly Milestone[];
  /** The revision before the session that this revision is in; 0 for the first session. */
  sessionStart(revision: number): number;
  /** It is compared with this revision now; with undefined no longer with any. */
  compared(revision: number | undefined): void;
  /** Goes to a revision, as if the slider was moved. */
  go(revision: number): void;
  /** Replaces what has become of these units of the document at a revision by what they were, and says so. */
  restore(revision: number, range: readonly [from: number, to: number]): Promise<void>;
}

/** Who made an edit. */
export interface Made {
  readonly revision: number;
  readonly user: Author;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the history tells the marks. */
export interface MarksView {
  /** Two toggles, for the tool bar of the history. */
  readonly element: HTMLElement;
  /** What belongs to the toggle that is on, for a row of its own; empty and hidden while none is. */
  readonly details: HTMLElement;
  /** Whether revisions are compared: then the view's element is hidden, and the difference is behind it in the page. */
  readonly comparing: boolean;
  /**
   * The view now shows the document at a revision, by the op `change` from what it was; without one it was loaded anew.
   * `made` is who made it, if the change is one edit forwards. Call it after each step, also while it plays.
   */
  shown(revision: number, change?: Op, made?: Made): void;
  /** Takes all marks away, and stops asking. */
  close(): void;
}
