import type { DocKind } from "../../client/types.ts";
import { button, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { strings } from "../strings.ts";
import { type ListNumber, Pen } from "./draw.ts";
import { ListNumbers } from "./list-numbers.ts";
import type { MergedPiece } from "./merged.ts";
import { differs, type Fold, folded, isChanged, type Line, linesOf, type Pair, pairsOf } from "./rows.ts";

/** A change: what was deleted and inserted in one place. */
export interface Change {
  /** Its pieces, in the order of the merged document. */
  readonly pieces: readonly MergedPiece[];
}

/** How the two documents of a difference are shown. */
export type Layout = "column" | "sides";

/** So many rows are drawn at once; the others follow while the page has nothing else to do. */
const rowsAtOnce = 300;

/** The document with what was inserted and deleted in it, in one column or in two beside each other. */
export class DifferenceView {
  readonly element: HTMLElement;
  readonly #kind: DocKind;
  #changes: readonly Change[] = [];
  #elements: readonly HTMLElement[][] = []; // by change
  #pen = new Pen("text", new Map());
  #indices: ReadonlyMap<MergedPiece, number> = new Map();
  #current = -1;
  /** Draws the next rows; false when there are none left. */
  #more: (() => boolean) | undefined;
  /** How many marks of the pen are known. */
  #registered = 0;

  constructor(kind: DocKind) {
    this.#kind = kind;
    this.element = h("div", {
      class: `difference ${kind === "rich" ? "ql-editor" : "difference-text"}`,
      role: "region",
      tabindex: "0",
    });
  }

  /** The changes, in the order of the document. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** The index of the change that was gone to last; -1 when there was none. */
  get current(): number {
    return this.#current;
  }

  /** Shows another difference. `headings` are those of the two sides. */
  show(pieces: readonly MergedPiece[], layout: Layout, headings: readonly [a: string, b: string]): void {
    this.#changes = changesOf(pieces);
    this.#indices = new Map(this.#changes.flatMap((change, i) => change.pieces.map((piece) => [piece, i] as const)));
    this.#elements = this.#changes.map(() => []);
    this.#current = -1;
    this.#registered = 0;
    this.#pen = new Pen(this.#kind, numbersOf(pieces));
    this.element.classList.toggle("difference-sides", layout === "sides");
    this.element.ariaLabel = strings.marks.differenceLabel(...headings);
    if (layout === "column") {
      this.element.replaceChildren();
      this.#draw(folded(linesOf(pieces), isChanged), (line) => this.#pen.row(line, "both"));
    } else {
      const titles = headings.map((text) => h("h2", {}, text));
      this.element.replaceChildren(h("div", { class: "difference-pair difference-headings" }, ...titles));
      this.#draw(folded(pairsOf(pieces), differs), (pair) => this.#pair(pair));
    }
  }

  /** Shows nothing. */
  clear(): void {
    this.#more = undefined;
    this.element.replaceChildren();
  }

  /** The piece that an element stands for, and the change that it is in; none where nothing changed. */
  at(target: EventTarget | null): { piece: MergedPiece; change: Change; element: HTMLElement } | undefined {
    const element = target instanceof Element ? target.closest<HTMLElement>(".mark") : null;
    const piece = element && this.#pen.marks.get(element);
    if (!piece) return undefined;
    return { piece, change: this.#changes[this.#indices.get(piece)!]!, element };
  }

  /** Scrolls to the change that is nearest, unless one is in sight below `top`, in CSS pixels. */
  reveal(top: number): void {
    let nearest: Element | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const row of this.element.querySelectorAll('.difference-row:not([data-fate="same"])')) {
      const box = row.getBoundingClientRect();
      const far = Math.max(top - box.bottom, box.top - innerHeight);
      if (far < least) [nearest, least] = [row, far];
      if (far < 0) return;
    }
    nearest?.scrollIntoView({ block: "center" });
  }

  /** Goes to the next change, or with -1 to the one before, from the last to the first; returns its first element. */
  step(by: 1 | -1): HTMLElement | undefined {
    const count = this.#changes.length;
    if (count === 0) return undefined;
    while (this.#more?.()); // one may go anywhere from here
    const from = this.#current < 0 ? this.#nearest(by) : this.#current + by;
    return this.go((from + count) % count);
  }

  /** Goes to a change by its index. */
  go(index: number): HTMLElement | undefined {
    for (const element of this.#elements[this.#current] ?? []) element.classList.remove("mark-current");
    this.#current = index;
    const elements = this.#elements[index] ?? [];
    for (const element of elements) element.classList.add("mark-current");
    const [first] = elements;
    first?.scrollIntoView({ block: "center" });
    return first;
  }

  /** The first change in sight or below, to go on from there; backwards the last one above. */
  #nearest(by: 1 | -1): number {
    const below = this.#elements.findIndex(([first]) => first && topOf(first) > 0);
    if (by === 1) return Math.max(0, below);
    return below < 0 ? -1 : below - 1;
  }

  /** Draws the first rows now, and the others when the page has time. */
  #draw<Row>(folds: readonly Fold<Row>[], row: (row: Row) => HTMLElement): void {
    let next = 0;
    const more = (): boolean => {
      const some = folds.slice(next, next + rowsAtOnce);
      next += some.length;
      this.element.append(...some.map((fold) => ("row" in fold ? row(fold.row) : this.#opener(fold.folded, row))));
      this.#register();
      return next < folds.length;
    };
    const later = (): void => {
      if (this.#more === more && more()) setTimeout(later);
    };
    this.#more = more;
    later();
  }

  /** Remembers which elements are of which change, of those that were drawn since the last time. */
  #register(): void {
    const marks = [...this.#pen.marks];
    for (const [element, piece] of marks.slice(this.#registered)) {
      element.tabIndex = -1;
      this.#elements[this.#indices.get(piece)!]!.push(element);
    }
    this.#registered = marks.length;
  }

  #opener<Row>(rows: readonly Row[], row: (row: Row) => HTMLElement): HTMLElement {
    const opener = button({ class: "difference-fold" }, icon("unfold"), strings.marks.unchangedLines(rows.length));
    opener.addEventListener("click", () => {
      const drawn = rows.map(row);
      opener.replaceWith(...drawn);
      drawn[0]!.tabIndex = -1; // the focus goes on where it was
      drawn[0]!.focus({ preventScroll: true });
    });
    return opener;
  }

  #pair({ left, right }: Pair): HTMLElement {
    const cell = (line: Line | undefined, side: "a" | "b"): HTMLElement =>
      h("div", { class: "difference-cell" }, line ? this.#pen.row(line, side) : h("div", { class: "difference-none" }));
    return h("div", { class: "difference-pair" }, cell(left, "a"), cell(right, "b"));
  }
}

/** Where the line of a mark is. To ask the mark would lay out each line that is out of sight. */
function topOf(mark: HTMLElement): number {
  return (mark.closest(".difference-row") ?? mark).getBoundingClientRect().top;
}

/** Pieces that follow each other and are not the same on both sides make one change. */
function changesOf(pieces: readonly MergedPiece[]): readonly Change[] {
  const changes: { pieces: MergedPiece[] }[] = [];
  let before = false;
  for (const piece of pieces) {
    const changed = piece.fate !== "same";
    if (changed && before) changes.at(-1)!.pieces.push(piece);
    else if (changed) changes.push({ pieces: [piece] });
    before = changed;
  }
  return changes;
}

/** The numbers of list lines, by their line breaks. */
function numbersOf(pieces: readonly MergedPiece[]): ReadonlyMap<MergedPiece, ListNumber> {
  const numbers = new Map<MergedPiece, ListNumber>();
  const a = new ListNumbers();
  const b = new ListNumbers();
  for (const piece of pieces) {
    if (piece.insert !== "\n") continue;
    numbers.set(piece, {
      a: piece.fate === "inserted" ? undefined : a.next(piece.before ?? piece.attributes),
      b: piece.fate === "deleted" ? undefined : b.next(piece.attributes),
    });
  }
  return numbers;
}
