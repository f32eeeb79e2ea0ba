import type { DocKind, Op } from "../../client/types.ts";
import type { Credit } from "./credit.ts";

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
  readonly kind: DocKind;
  /** The latest revision. */
  readonly head: number;
  /** What holds the read-only editor: a Quill in a rich document, a CodeMirror in a text document. */
  readonly text: HTMLElement;
  /** Whether one may restore. */
  readonly mayEdit: boolean;
  /** The document that is shown, as of the revision that `shown` was told last. */
  contents(): Op;
  /** Where a comparison may begin, by revision: the names, and the ends of the sessions. */
  milestones(): readonly Milestone[];
  /** The revision before the session that this revision is in; 0 for the first session. */
  sessionStart(revision: number): number;
  /** Goes to a revision, as if the slider was moved. */
  go(revision: number): void;
  /** Replaces what has become of these units of the document at a revision by what they were, and says so. */
  restore(revision: number, range: readonly [from: number, to: number]): Promise<void>;
}

/** What the history tells the marks. */
export interface MarksView {
  /** Toggles and the legend, for the tool bar of the history. */
  readonly element: HTMLElement;
  /** Shown in the place of the text while revisions are compared; empty and hidden otherwise. */
  readonly difference: HTMLElement;
  /** Whether revisions are compared: then the text must be hidden. */
  readonly comparing: boolean;
  /**
   * The text now is the document at a revision, by the op `change` from what it was; without one it was loaded anew.
   * `inserted` is who made it, if the change is one edit forwards. Call it after each step, also while it plays.
   */
  shown(revision: number, change?: Op, inserted?: Credit): void;
  /** Takes all marks away, and stops asking. */
  close(): void;
}
