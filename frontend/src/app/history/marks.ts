import type { Op } from "../../client/types.ts";
import { button, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { strings } from "../strings.ts";
import { AuthorMarks } from "./author-marks.ts";
import { Comparison } from "./comparison.ts";
import { type MarksSource, ServerMarks } from "./marks-api.ts";
import { MarksCard } from "./marks-card.ts";
import type { Made, MarksHost, MarksView } from "./marks-host.ts";

/** What a history shows on its text: who wrote it, or what is different from another revision. */
export class Marks implements MarksView {
  readonly element: HTMLElement;
  readonly details: HTMLElement;
  readonly #card = new MarksCard(() => this.#authors.unpoint());
  readonly #authors: AuthorMarks;
  readonly #comparison: Comparison;
  readonly #toggles: { readonly authors: HTMLButtonElement; readonly compare: HTMLButtonElement };
  #stop = new AbortController();

  constructor(host: MarksHost, source: MarksSource = new ServerMarks(host.doc)) {
    this.#authors = new AuthorMarks(host, source, this.#card);
    this.#comparison = new Comparison(host, source, this.#card);
    this.#toggles = {
      authors: toggle("quill", strings.marks.authors, strings.marks.authorsTip),
      compare: toggle("compare", strings.marks.compare, strings.marks.compareTip),
    };
    const { authors, compare } = this.#toggles;
    authors.addEventListener("click", () => this.show(this.#authors.on ? undefined : "authors"));
    compare.addEventListener("click", () => this.show(this.comparing ? undefined : "difference"));
    this.element = h("div", { class: "marks-toggles" }, authors, compare);
    this.details = h("div", { class: "marks-details" }, this.#authors.legend, this.#comparison.controls);
    this.show(undefined);
    addEventListener("keydown", (event) => this.#key(event), { signal: this.#stop.signal });
  }

  get comparing(): boolean {
    return this.#comparison.on;
  }

  /** Shows the one, the other or neither. */
  show(what: "authors" | "difference" | undefined): void {
    void this.#authors.set(what === "authors");
    this.#comparison.set(what === "difference");
    this.#authors.legend.hidden = what !== "authors";
    this.#comparison.controls.hidden = what !== "difference";
    this.details.hidden = what === undefined;
    this.#toggles.authors.ariaPressed = String(what === "authors");
    this.#toggles.compare.ariaPressed = String(what === "difference");
  }

  shown(revision: number, change?: Op, made?: Made): void {
    this.#authors.shown(revision, change, made);
    this.#comparison.shown(revision);
  }

  close(): void {
    this.#stop.abort();
    this.#authors.close();
    this.#comparison.close();
    this.#card.close();
  }

  /** F7 goes to the next change or stretch, and with Shift back; so do Alt and the arrows. */
  #key(event: KeyboardEvent): void {
    if (!this.#authors.on && !this.comparing) return;
    const { key, altKey, shiftKey, ctrlKey, metaKey } = event;
    if (ctrlKey || metaKey) return;
    const back = altKey ? key === "ArrowUp" : key === "F7" && shiftKey;
    const on = altKey ? key === "ArrowDown" : key === "F7" && !shiftKey;
    if (!back && !on) return;
    event.preventDefault();
    if (this.comparing) this.#comparison.step(back ? -1 : 1);
    else this.#authors.step(back ? -1 : 1);
  }
}

function toggle(name: "quill" | "compare", text: string, tip: string): HTMLButtonElement {
  const element = button({ class: "tool marks-toggle", label: text }, icon(name), h("span", {}, text));
  element.dataset.tip = tip;
  return element;
}
