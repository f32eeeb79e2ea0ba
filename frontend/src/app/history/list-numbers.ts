import type { Attributes } from "../../ot/op.ts";

const levels = 9;

/** Counts the lines of numbered lists, as lists.css does for a whole document; a page that folds lines cannot. */
export class ListNumbers {
  #counts = Array<number>(levels).fill(0);

  /** The number of the next line of the document, by its formats; none for a line that has no number. */
  next(line: Attributes): string | undefined {
    if (line.list === undefined) {
      this.#counts.fill(0);
      return undefined;
    }
    const level = typeof line.indent === "number" ? Math.min(line.indent, levels - 1) : 0;
    this.#counts.fill(0, level + 1);
    if (line.list !== "ordered") return undefined;
    const count = ++this.#counts[level]!;
    return `${[String, letters, roman][level % 3]!(count)}.`;
  }
}

/** 1 is a, 26 is z, 27 is aa. */
function letters(count: number): string {
  const rest = Math.floor((count - 1) / 26);
  return (rest > 0 ? letters(rest) : "") + String.fromCharCode(97 + ((count - 1) % 26));
}

const numerals: readonly (readonly [number, string])[] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

function roman(count: number): string {
  let text = "";
  let left = count;
  for (const [value, numeral] of numerals) {
    for (; left >= value; left -= value) text += numeral;
  }
  return text;
}
