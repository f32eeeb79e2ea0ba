import { button, h, setTip } from "../dom.ts";
import { icon } from "../icons.ts";
import { strings } from "../strings.ts";
import { readableNumber } from "./marks-card.ts";
import type { MarksHost, Milestone } from "./marks-host.ts";

/** What the controls of a comparison ask for. */
interface Wishes {
  /** Compare with this revision. */
  readonly choose: (revision: number) => void;
  readonly setSides: (sides: boolean) => void;
  readonly step: (by: 1 | -1) => void;
}

/** The row with which one compares: with what, how, and from change to change. */
export class CompareControls {
  readonly element: HTMLElement;
  readonly #host: MarksHost;
  readonly #select = h("select", { class: "marks-select", "aria-label": strings.marks.compareWith });
  readonly #number: HTMLInputElement;
  readonly #sides: HTMLButtonElement;
  readonly #count = h("span", { class: "marks-count", role: "status" });
  /** The same where there is little room. */
  readonly #short = h("span", { class: "marks-count marks-count-short", "aria-hidden": "true" });
  readonly #steps: readonly HTMLButtonElement[];

  constructor(host: MarksHost, wishes: Wishes) {
    this.#host = host;
    this.#number = h("input", {
      class: "field marks-number",
      type: "number",
      inputmode: "numeric",
      min: "0",
      "aria-label": strings.marks.compareNumber,
    });
    this.#select.addEventListener("change", () => wishes.choose(Number(this.#select.value)));
    this.#number.addEventListener("change", () => {
      const revision = Math.round(Number(this.#number.value));
      if (Number.isFinite(revision)) wishes.choose(Math.min(Math.max(revision, 0), host.head));
    });
    this.#sides = button({ class: "tool marks-sides" }, icon("columns"), h("span", {}, strings.marks.layout));
    setTip(this.#sides, strings.marks.layoutTip);
    this.#sides.addEventListener("click", () => wishes.setSides(this.#sides.ariaPressed !== "true"));
    this.#steps = [
      button(
        { class: "icon-button", label: strings.marks.previousChange, keys: "Shift+F7", onclick: () => wishes.step(-1) },
        icon("up"),
      ),
      button(
        { class: "icon-button", label: strings.marks.nextChange, keys: "F7", onclick: () => wishes.step(1) },
        icon("down"),
      ),
    ];
    this.element = h(
      "div",
      { class: "marks-compare" },
      h("span", { class: "marks-label", "aria-hidden": "true" }, strings.marks.compareWith),
      this.#select,
      this.#number,
      this.#sides,
      h("div", { class: "marks-steps" }, ...this.#steps, this.#count, this.#short),
    );
    this.setSides(false);
  }

  /** The revision that it is compared with, while another one is shown. */
  show(other: number, shown: number): void {
    const start = this.#host.sessionStart(shown);
    const milestones = this.#host.milestones().filter(({ revision }) => revision !== shown && revision !== start);
    const known = [start, 0, ...milestones.map(({ revision }) => revision)].includes(other);
    this.#select.replaceChildren(
      ...(known ? [] : [option(other, strings.marks.revision(readableNumber(other)))]),
      ...(start > 0 ? [option(start, named(strings.marks.compareSession, start))] : []),
      option(0, strings.marks.compareFirst),
      ...groupOf(
        strings.marks.compareNames,
        milestones.filter(({ named }) => named),
      ),
      ...groupOf(
        strings.marks.compareSessions,
        milestones.filter(({ named }) => !named),
      ),
    );
    this.#select.value = String(other);
    this.#number.value = String(other);
    this.#number.max = String(this.#host.head);
  }

  setSides(sides: boolean): void {
    this.#sides.ariaPressed = String(sides);
  }

  /** How many changes there are, and at which one is, from 0; -1 for none. Without a number it is not known yet. */
  showCount(count: number | undefined, current: number): void {
    for (const each of this.#steps) each.disabled = !count;
    const [place, all] = [readableNumber(current + 1), readableNumber(count ?? 0)];
    this.#short.textContent = count === undefined ? "" : current < 0 ? all : strings.marks.changeShort(place, all);
    if (count === undefined) this.#count.textContent = "";
    else if (count === 0) this.#count.textContent = strings.marks.same;
    else if (current < 0) this.#count.textContent = strings.marks.changes(count, all);
    else this.#count.textContent = strings.marks.changeOf(place, all);
  }
}

function option(revision: number, text: string): HTMLOptionElement {
  return h("option", { value: String(revision) }, text);
}

/** The latest first: those are compared most. */
function groupOf(label: string, milestones: readonly Milestone[]): readonly HTMLElement[] {
  if (milestones.length === 0) return [];
  const options = milestones.map(({ revision, label }) => option(revision, named(label, revision))).reverse();
  return [h("optgroup", { label }, ...options)];
}

function named(label: string, revision: number): string {
  return strings.marks.milestone(label, readableNumber(revision));
}
