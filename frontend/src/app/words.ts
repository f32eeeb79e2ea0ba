import type { Places } from "../bindings/places.ts";
import { button, h, soon } from "./dom.ts";
import { icon } from "./icons.ts";
import { popoverOf } from "./popover.ts";
import { locale, strings } from "./strings.ts";
import { type Count, countAll, counting, type Memo, nothing, readingMinutes } from "./words-count.ts";

/** How long after a change words are counted, in milliseconds. */
const pause = 300;
/** How much time counting may take at once, in milliseconds. */
const slice = 6;
/** The most UTF-16 code units of a selection that are counted. */
const selectedMost = 100_000;

const format = new Intl.NumberFormat(locale);

/** How many words the document has, on a button that tells more. It counts when the browser has nothing else to do. */
export class Words {
  readonly element: HTMLElement;
  #number = h("span", { class: "words-number" });
  #button = button({ class: "words-button" }, icon("count"), this.#number);
  #popover = popoverOf(this.#button, {
    label: strings.wordsTitle,
    role: "dialog",
    class: "words-popover",
    fill: (element) => this.#fill(element),
  });
  #places: Places | undefined;
  #memo: Memo = new Map();
  #all: Count = nothing;
  #selected: Count | undefined;
  #run: ReturnType<typeof counting> | undefined;
  #changed = false;
  #later = soon(pause, () => this.#count());

  constructor() {
    this.element = h("div", { class: "words" }, this.#button, this.#popover.element);
    this.#show();
  }

  /** Counts this text from now on. */
  show(places: Places): void {
    this.#places = places;
    places.onChange(() => {
      this.#changed = true;
      this.#later();
    });
    this.#later();
  }

  #count(): void {
    if (!this.#places || this.#run) return; // it goes on after the run
    this.#changed = false;
    this.#run = counting(this.#places.pieces(), this.#memo);
    this.#whenIdle();
  }

  #whenIdle(): void {
    const run = this.#run;
    idle(() => {
      if (!run) return;
      const end = performance.now() + slice;
      for (;;) {
        const step = run.next();
        if (step.done) return this.#counted(step.value);
        if (performance.now() > end) return this.#whenIdle();
      }
    });
  }

  #counted({ count, memo }: { count: Count; memo: Memo }): void {
    this.#run = undefined;
    this.#memo = memo;
    this.#all = count;
    const selected = this.#places?.selected(selectedMost) ?? "";
    this.#selected = selected === "" ? undefined : countAll(selected);
    this.#show();
    if (this.#changed) this.#later();
  }

  #show(): void {
    const all = format.format(this.#all.words);
    const text = this.#selected
      ? strings.wordsOf(format.format(this.#selected.words), all)
      : strings.words(this.#all.words, all);
    this.#number.textContent = text;
    this.#button.setAttribute("aria-label", text);
    this.#button.dataset.words = String(this.#all.words);
    this.#button.dataset.tip = strings.wordsTitle;
    if (this.#popover.open) this.#fill(this.#popover.element);
  }

  #fill(element: HTMLElement): undefined {
    const rows = (name: string, { words, characters, letters }: Count): HTMLElement =>
      h(
        "dl",
        { class: "counts", "aria-label": name },
        ...row(strings.wordsName, format.format(words)),
        ...row(strings.characters, format.format(characters)),
        ...row(strings.charactersOnly, format.format(letters)),
      );
    element.replaceChildren(
      h("h2", {}, strings.wordsTitle),
      rows(strings.wordsTitle, this.#all),
      h("p", { class: "counts-time" }, strings.readingTime(readingMinutes(this.#all.words))),
      ...(this.#selected ? [h("h2", {}, strings.wordsSelected), rows(strings.wordsSelected, this.#selected)] : []),
    );
  }
}

function row(name: string, value: string): readonly HTMLElement[] {
  return [h("dt", {}, name), h("dd", {}, value)];
}

/** Calls when the browser has nothing else to do, or soon where it cannot tell. */
function idle(call: () => void): void {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(call, { timeout: 2000 });
  else setTimeout(call, 50);
}
