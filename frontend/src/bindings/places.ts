/** A heading, or the definition of something in code. */
export interface Section {
  /** 1 for the highest. */
  readonly level: number;
  readonly text: string;
  /** Where its line begins, in UTF-16 code units of the document. */
  readonly at: number;
}

/**
 * What a page asks of an editor about where things are. Heights are CSS pixels below the top of the window; positions are
 * UTF-16 code units of what the editor shows. The page scrolls, not the editor.
 */
export interface Places {
  /** The first position whose line is in sight below a height; none when the text is not there. */
  below(height: number): number | undefined;
  /** The top of the line of a position. A position past the end is at the end. */
  top(position: number): number | undefined;
  /** Top and bottom of one's own caret; none when the text has not the focus. */
  caret(): { readonly top: number; readonly bottom: number } | undefined;
  /** Scrolls so that the line of a position is at a height. */
  scrollTo(position: number, height: number): void;
  /** Puts one's own caret there, and the focus into the text. */
  select(position: number): void;
  /** The outline, in the order of the document. */
  sections(): readonly Section[];
  /** Where a line begins, the first of which is 1; none when there is no such line, or lines have no numbers. */
  line(number: number): number | undefined;
  /** The text in pieces, for counting; a piece ends where a word ends. */
  pieces(): Iterable<string>;
  /** The selected text; at most as many units as a page may look at without delay. */
  selected(most: number): string;
  /** Whether an input method composes: then what the editor shows is behind what it was told. */
  readonly composing: boolean;
  /** Calls back when the content or the selection may have changed; returns the way to stop. */
  onChange(listener: () => void): () => void;
}
