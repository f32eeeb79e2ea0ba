import type { Op, Selection } from "../client/types.ts";

/** What a binding tells of its user; a Collab is one. */
export interface EditorHost {
  /** The user's change, on the document as Collab knows it. */
  localEdit(op: Op): void;
  /** Where the user's carets are; none when they are not in the text. */
  select(selections: readonly Selection[]): void;
}
