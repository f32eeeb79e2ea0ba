/** Who wrote a stretch of a text, and with which edit. */
export interface Credit {
  /** The index of the person in the list of authors that came along, `BEGINNING` or `UNKNOWN`. */
  readonly author: number;
  /** The revision that the edit made; 0 where it is not known. */
  readonly revision: number;
  /** Milliseconds since 1970; 0 where it is not known. */
  readonly at: number;
}

/** A person as histories name them. */
export interface Author {
  readonly id: string;
  readonly name: string;
  /** As `#rrggbb`. */
  readonly color: string;
}

/** The author of what nobody can be named for: it was there from the beginning. */
export const BEGINNING = -1;
/** The author of what came in by a change of which it has not been asked yet who made it. */
export const UNKNOWN = -2;

/** The credit of text that came in by a change over many revisions. */
export const unknown: Credit = { author: UNKNOWN, revision: 0, at: 0 };

/** Whether two stretches are of one edit. */
export function sameCredit(a: Credit | undefined, b: Credit | undefined): boolean {
  return a === b || (a?.author === b?.author && a?.revision === b?.revision && a?.at === b?.at);
}
