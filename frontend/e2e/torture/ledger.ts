/** What became of something that its author did, as far as the page could promise anything when it died. */
export type Fate =
  | "open" // nothing yet
  | "acked" // the page has said that all is saved
  | "kept" // perhaps not sent, but in the browser's storage
  | "told" // neither, and the page had said so
  | "cut"; // neither, because the page died in the moment in which it was to be stored

/** What a page says of itself. */
export interface Words {
  readonly saved: boolean;
  readonly kept: boolean;
  readonly unkept: boolean;
}

/** A mark, who typed it, and what became of that, and of its removal, if its author removed it. */
export interface Mark {
  readonly text: string;
  readonly tab: number;
  typed: Fate;
  removed?: Fate;
}

/** A violation of the law. */
export interface Breach {
  readonly kind: "lost" | "doubled" | "back";
  readonly mark: string;
  readonly why: string;
}

/** All that was typed and removed, and what is to be found of it. */
export class Ledger {
  readonly marks: Mark[] = [];

  typed(text: string, tab: number): void {
    this.marks.push({ text, tab, typed: "open" });
  }

  removed(text: string): void {
    const mark = this.marks.find((each) => each.text === text);
    if (mark) mark.removed = "open";
  }

  /** The page of this tab says so, of all that it did until now. */
  heard(tab: number, words: Words): void {
    if (words.saved) this.#settle(tab, "acked");
    else if (words.kept) this.#settle(tab, "kept");
  }

  /** The page of this tab is no more; these were its last words. */
  died(tab: number, words: Words): void {
    this.heard(tab, words);
    this.#settle(tab, words.unkept ? "told" : "cut");
  }

  #settle(tab: number, fate: Fate): void {
    for (const mark of this.marks) {
      if (mark.tab !== tab) continue;
      if (mark.typed === "open") mark.typed = fate;
      if (mark.removed === "open") mark.removed = fate;
    }
  }

  /**
   * What is wrong with this text of the document, when all is said to be settled. `copies` is what the browsers show as
   * unsent and keep. The law: what was typed is there exactly once, or shown in a copy; what its author removed is not.
   * What was lost with a page that had said that it would be, or in the instant of its death, may be there once or not at all.
   */
  breaches(text: string, copies: string): Breach[] {
    const found: Breach[] = [];
    for (const mark of this.marks) {
      const times = count(text, mark.text);
      const sure = mark.typed !== "told" && mark.typed !== "cut";
      const gone = mark.removed !== undefined && mark.removed !== "told" && mark.removed !== "cut";
      const why = `typed ${mark.typed}${mark.removed ? `, removed ${mark.removed}` : ""}, ${times} times there`;
      if (times > 1) found.push({ kind: "doubled", mark: mark.text, why });
      else if (gone && times > 0) found.push({ kind: "back", mark: mark.text, why });
      else if (sure && mark.removed === undefined && times === 0 && !copies.includes(mark.text)) {
        found.push({ kind: "lost", mark: mark.text, why });
      }
    }
    return found;
  }

  /** Marks that are twice in a text, which none may ever be, at no revision. */
  doubled(text: string): string[] {
    return this.marks.filter((mark) => count(text, mark.text) > 1).map((mark) => mark.text);
  }
}

export function count(text: string, mark: string): number {
  return text.split(mark).length - 1;
}
