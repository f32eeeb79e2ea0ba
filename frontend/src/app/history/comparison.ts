import type { Op } from "../../client/types.ts";
import { announce } from "../announce.ts";
import { button, debounce, h } from "../dom.ts";
import { strings } from "../strings.ts";
import { byLines } from "./by-lines.ts";
import { CompareControls } from "./compare-controls.ts";
import { type Change, DifferenceView } from "./difference-view.ts";
import { formatWords } from "./format-words.ts";
import type { Difference, MarksSource } from "./marks-api.ts";
import { type CardContent, type MarksCard, readableNumber, wordsOf } from "./marks-card.ts";
import type { MarksHost } from "./marks-host.ts";
import { type MergedPiece, merged } from "./merged.ts";

/** How long the slider must rest before another difference is asked for, in milliseconds. */
const rest = 120;
/** How long the pointer must rest on a change before its card shows, in milliseconds. */
const hover = 220;
/** So many documents are kept, for one goes on comparing with the same revision. */
const mostKept = 3;

const wide = matchMedia("(min-width: 900px)");

/** The comparison of the revision that is shown with another one. */
export class Comparison {
  readonly controls: HTMLElement;
  readonly #host: MarksHost;
  readonly #source: MarksSource;
  readonly #card: MarksCard;
  readonly #view: DifferenceView;
  readonly #controls: CompareControls;
  readonly #problem = h("p", { class: "marks-failed", role: "alert", hidden: true });
  #on = false;
  #revision = 0;
  #other = 0;
  /** Whether somebody has chosen what to compare with; else it is the beginning of the session. */
  #chosen = false;
  #sides = false;
  #pieces: readonly MergedPiece[] = [];
  #difference: Difference | undefined;
  #documents = new Map<number, Op>();
  #request: AbortController | undefined;
  #stop = new AbortController();
  #ask = debounce(rest, () => void this.#load());
  #target: EventTarget | null = null;
  #rested = debounce(hover, () => this.#showCard(this.#target));

  constructor(host: MarksHost, source: MarksSource, card: MarksCard) {
    this.#host = host;
    this.#source = source;
    this.#card = card;
    this.#view = new DifferenceView(host.view.kind);
    this.#view.element.hidden = true;
    this.#controls = new CompareControls(host, {
      choose: (revision) => this.#choose(revision),
      setSides: (sides) => this.#setSides(sides),
      step: (by) => this.step(by),
    });
    this.controls = h("div", { class: "marks-comparison" }, this.#controls.element, this.#problem);
    host.view.element.after(this.#view.element);
    this.#listen();
  }

  get on(): boolean {
    return this.#on;
  }

  /** Compares, or shows the text again. */
  set(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#host.view.element.hidden = on;
    this.#view.element.hidden = !on;
    this.#card.hide();
    if (on) {
      this.#chosen = false;
      this.#turn();
    } else {
      this.#request?.abort();
      this.#ask.cancel();
      this.#rested.cancel();
      this.#view.clear();
      this.#host.compared(undefined);
    }
  }

  /** The history has gone to another revision. */
  shown(revision: number): void {
    if (revision === this.#revision) return;
    this.#revision = revision;
    if (this.#on) this.#turn();
  }

  /** Goes to the next change, or with -1 to the one before. */
  step(by: 1 | -1): void {
    const element = this.#view.step(by);
    const found = this.#view.at(element ?? null);
    if (!element || !found) return;
    element.focus({ preventScroll: true });
    this.#showCard(element);
    const { changes, current } = this.#view;
    this.#controls.showCount(changes.length, current);
    const place = strings.marks.changeOf(readableNumber(current + 1), readableNumber(changes.length));
    announce([place, ...saidOf(found.change, (piece) => wordsOf(this.#content(piece)))].join(". "));
  }

  close(): void {
    this.set(false);
    this.#stop.abort();
    this.#view.element.remove();
  }

  #listen(): void {
    const { element } = this.#view;
    const { signal } = this.#stop;
    element.addEventListener("pointerover", ({ target, pointerType }) => {
      if (pointerType === "touch") return;
      this.#target = target;
      if (this.#view.at(target)) this.#rested();
      else {
        this.#rested.cancel();
        this.#card.leave();
      }
    });
    element.addEventListener("pointerleave", () => {
      this.#rested.cancel();
      this.#card.leave();
    });
    element.addEventListener("click", ({ target }) => this.#showCard(target));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !this.#view.at(event.target)) return;
      event.preventDefault();
      this.#showCard(event.target);
      this.#card.enter();
    });
    wide.addEventListener("change", () => this.#on && this.#draw(), { signal });
  }

  #choose(revision: number): void {
    this.#chosen = true;
    this.#other = revision;
    this.#turn();
  }

  #setSides(sides: boolean): void {
    this.#sides = sides;
    this.#controls.setSides(sides);
    this.#draw();
  }

  /** Compares two other revisions, as soon as it is known what is different. */
  #turn(): void {
    if (!this.#chosen) this.#other = this.#host.sessionStart(this.#revision);
    this.#controls.show(this.#other, this.#revision);
    this.#host.compared(this.#other);
    this.#card.hide();
    this.#request?.abort();
    this.#view.element.ariaBusy = "true";
    this.#ask();
  }

  async #load(): Promise<void> {
    const request = new AbortController();
    this.#request?.abort();
    this.#request = request;
    const { signal } = request;
    const from = Math.min(this.#other, this.#revision);
    const to = Math.max(this.#other, this.#revision);
    this.#problem.hidden = true;
    try {
      const [difference, document] = await Promise.all([
        this.#source.difference(from, to, signal),
        this.#document(from, signal),
      ]);
      if (signal.aborted || !this.#on) return;
      this.#difference = difference;
      this.#pieces = byLines(merged(document, difference.op, difference.inserted, difference.deleted));
      this.#draw();
      this.#reveal();
      requestAnimationFrame(() => requestAnimationFrame(() => this.#reveal())); // lines in sight have their height now
    } catch {
      if (!signal.aborted && this.#on) this.#fail();
    }
  }

  async #document(revision: number, signal: AbortSignal): Promise<Op> {
    const known = this.#documents.get(revision) ?? (await this.#source.document(revision, signal));
    this.#documents.delete(revision);
    this.#documents.set(revision, known);
    for (const oldest of this.#documents.keys()) {
      if (this.#documents.size <= mostKept) break;
      this.#documents.delete(oldest);
    }
    return known;
  }

  #draw(): void {
    if (!this.#difference) return;
    const { from, to } = this.#difference;
    this.#view.show(this.#pieces, this.#sides && wide.matches ? "sides" : "column", [
      this.#titleOf(from),
      this.#titleOf(to),
    ]);
    this.#view.element.ariaBusy = "false";
    this.#view.element.dataset.from = String(from);
    this.#view.element.dataset.to = String(to);
    this.#controls.showCount(this.#view.changes.length, -1);
  }

  #reveal(): void {
    if (this.#on && this.#view.current < 0) this.#view.reveal(this.#host.top());
  }

  #titleOf(revision: number): string {
    const label = this.#host.milestones().find((each) => each.revision === revision)?.label;
    if (label !== undefined) return strings.marks.milestone(label, readableNumber(revision));
    return revision === 0 ? strings.marks.compareFirst : strings.marks.revision(readableNumber(revision));
  }

  #fail(): void {
    const again = button({ class: "link-button" }, strings.marks.retry);
    again.addEventListener("click", () => void this.#load());
    this.#problem.replaceChildren(strings.marks.failedDifference, " ", again);
    this.#problem.hidden = false;
    this.#controls.showCount(undefined, -1);
  }

  #showCard(target: EventTarget | null): void {
    const found = this.#on ? this.#view.at(target) : undefined;
    if (!found) return;
    this.#card.show(() => firstLineOf(found.element), this.#content(found.piece));
  }

  #content(piece: MergedPiece): CardContent {
    const { fate, credit, attributes, before, run } = piece;
    const actions: { label: string; run: () => void }[] = [];
    if (run && this.#host.mayEdit) {
      actions.push({ label: strings.marks.bringBack, run: () => void this.#bringBack(run) });
    }
    if (credit && credit.revision > 0 && credit.revision !== this.#revision) {
      actions.push({ label: strings.marks.goTo, run: () => this.#host.go(credit.revision) });
    }
    return {
      title: strings.marks[fate === "same" ? "wrote" : fate],
      named: fate !== "formatted",
      author: credit && this.#difference?.authors[credit.author],
      credit,
      ...(fate === "formatted" && { detail: formatWords(before ?? {}, attributes) }),
      actions,
    };
  }

  /** Brings all back that was deleted in one go. */
  async #bringBack(range: readonly [from: number, to: number]): Promise<void> {
    if (this.#difference) await this.#host.restore(this.#difference.from, range);
  }
}

/** Where the first line of an element is; its box may be as wide as the page. */
function firstLineOf(element: HTMLElement): DOMRect | undefined {
  return element.getClientRects()[0];
}

/** What is said of a change: what was done to each part of it, and the beginning of the text. */
function saidOf({ pieces }: Change, wordsFor: (piece: MergedPiece) => string): readonly string[] {
  const said: string[] = [];
  for (const fate of ["deleted", "inserted", "formatted"] as const) {
    const [first, ...more] = pieces.filter((piece) => piece.fate === fate);
    if (!first) continue;
    const text = [first, ...more].map(({ insert }) => (typeof insert === "string" ? insert : strings.image)).join("");
    said.push(`${wordsFor(first)}: ${text.slice(0, 120).toWellFormed()}`);
  }
  return said;
}
