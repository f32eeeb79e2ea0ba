import type { Op } from "../../client/types.ts";
import { announce } from "../announce.ts";
import { initials } from "../avatar.ts";
import { button, debounce, h, setTip } from "../dom.ts";
import { locale, strings } from "../strings.ts";
import { type BlameSpans, moveSpans, type PlacedSpan, placed, spanAt, unitsByAuthor } from "./blame-spans.ts";
import { BEGINNING, UNKNOWN } from "./credit.ts";
import { type Marker, markerOf } from "./marker.ts";
import type { MarksSource } from "./marks-api.ts";
import { type CardContent, type MarksCard, wordsOf } from "./marks-card.ts";
import type { Made, MarksHost } from "./marks-host.ts";
import { authorRules, Roster } from "./roster.ts";

/** How long the slider must rest before the server is asked again, in milliseconds. */
const rest = 180;
/** How long the pointer must rest on a stretch before its card shows, in milliseconds. */
const hover = 220;

const percent = new Intl.NumberFormat(locale, { style: "percent" });

/** The colours of authors on the text, their legend, and the card of the stretch at the pointer or the caret. */
export class AuthorMarks {
  /** Who wrote how much; the people in it can be chosen. */
  readonly legend = h("ul", { class: "marks-legend", "aria-label": strings.marks.legend });
  readonly #host: MarksHost;
  readonly #source: MarksSource;
  readonly #card: MarksCard;
  readonly #roster = new Roster();
  readonly #sheet = new CSSStyleSheet();
  #marker: Marker | undefined;
  #on = false;
  #revision = 0;
  #spans: BlameSpans = [];
  #places: readonly PlacedSpan[] = [];
  /** The only author whose text is coloured; undefined for all. */
  #only: number | undefined;
  #request: AbortController | undefined;
  #waiting = false;
  #stop = new AbortController();
  #ask = debounce(rest, () => void this.#load());
  #point: { readonly x: number; readonly y: number } = { x: 0, y: 0 };
  #rested = debounce(hover, () => this.#showAtPoint());
  #caretRested = debounce(hover, () => this.#showAtCaret());

  constructor(host: MarksHost, source: MarksSource, card: MarksCard) {
    this.#host = host;
    this.#source = source;
    this.#card = card;
    this.#listen();
  }

  get on(): boolean {
    return this.#on;
  }

  /** Shows the colours, or takes them away. */
  async set(on: boolean): Promise<void> {
    if (on === this.#on) return;
    this.#on = on;
    if (!on) {
      this.#request?.abort();
      this.#ask.cancel();
      this.#card.hide();
      this.#marker?.clear();
      this.#marker = undefined;
      this.#only = undefined;
      this.#spans = [];
      this.#places = [];
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
      return;
    }
    document.adoptedStyleSheets.push(this.#sheet);
    await this.#load();
  }

  /** The view shows another revision. */
  shown(revision: number, change: Op | undefined, made: Made | undefined): void {
    this.#revision = revision;
    if (!this.#on) return;
    this.#card.hide();
    this.#request?.abort();
    if (change) {
      const credit = made && { author: this.#roster.index(made.user), revision: made.revision, at: made.at };
      this.#spans = moveSpans(this.#spans, change, credit);
    } else {
      this.#spans = [];
    }
    this.#later();
    this.#ask();
  }

  /** Goes to the next stretch of another author, or with -1 to the one before, and shows and says whose it is. */
  step(by: 1 | -1): void {
    const places = this.#places;
    if (places.length === 0) return;
    const caret = this.#host.view.caret();
    const at = caret === undefined ? (by === 1 ? -1 : places.length) : spanAt(places, caret);
    const from = at < 0 && caret !== undefined ? places.length : at;
    const span = places[(from + by + places.length) % places.length]!;
    this.#host.view.select(span.from);
    this.#host.view.reveal(span.from, this.#host.top());
    this.#show(span);
    const text = this.#textOf(span);
    announce(`${wordsOf(this.#content(span))}: ${text}`);
  }

  close(): void {
    void this.set(false);
    this.#rested.cancel();
    this.#caretRested.cancel();
    this.#stop.abort();
  }

  #listen(): void {
    const { view } = this.#host;
    const { signal } = this.#stop;
    view.text.addEventListener(
      "pointermove",
      ({ clientX, clientY, buttons, pointerType }) => {
        if (!this.#on || buttons !== 0 || pointerType === "touch") return;
        this.#point = { x: clientX, y: clientY };
        this.#rested();
        this.#card.leave();
      },
      { signal },
    );
    view.text.addEventListener("pointerleave", () => this.#leave(), { signal });
    view.text.addEventListener(
      "keydown",
      (event) => {
        if (!this.#on || event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        this.#showAtCaret();
        if (!this.#card.enter()) this.#sayCaret();
      },
      { signal },
    );
    const stop = view.onSelect(() => this.#on && this.#caretRested());
    signal.addEventListener("abort", stop);
  }

  #leave(): void {
    this.#rested.cancel();
    this.#card.leave();
  }

  async #load(): Promise<void> {
    const request = new AbortController();
    this.#request?.abort();
    this.#request = request;
    const revision = this.#revision;
    try {
      const blame = await this.#source.blame(revision, request.signal);
      const marker = await markerOf(this.#host.view);
      if (request.signal.aborted || !this.#on) return;
      this.#marker = marker;
      this.#spans = this.#roster.adopt(blame.spans, blame.authors);
      this.#draw();
    } catch {
      if (!request.signal.aborted && this.#on) this.#fail();
    }
  }

  #later(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      if (this.#on) this.#draw();
    });
  }

  #draw(): void {
    this.#sheet.replaceSync(authorRules(this.#roster.authors));
    this.#places = placed(this.#spans);
    this.#mark();
    this.#showLegend();
  }

  #mark(): void {
    const only = this.#only;
    this.#marker?.mark(only === undefined ? this.#places : this.#places.filter(({ author }) => author === only));
  }

  #showLegend(): void {
    const units = unitsByAuthor(this.#spans);
    const total = Math.max(
      1,
      [...units.values()].reduce((sum, each) => sum + each, 0),
    );
    const entries = [...units].filter(([author]) => author >= 0).sort(([, a], [, b]) => b - a);
    const focused = this.legend.querySelector<HTMLElement>(":focus")?.dataset.author;
    this.legend.replaceChildren(
      ...entries.map(([index, count]) => {
        const { name } = this.#roster.authors[index]!;
        const swatch = h("span", { class: `author-swatch author-${index}`, "aria-hidden": "true" }, initials(name));
        const text = strings.marks.share(name, percent.format(count / total));
        const chooser = button({ class: "marks-author" }, swatch, h("bdi", {}, text));
        chooser.dataset.author = String(index);
        chooser.setAttribute("aria-pressed", String(this.#only === index));
        setTip(chooser, strings.marks.shareTip(name));
        chooser.addEventListener("click", () => this.#choose(index));
        return h("li", {}, chooser);
      }),
    );
    if (focused !== undefined) this.legend.querySelector<HTMLElement>(`[data-author="${focused}"]`)?.focus();
  }

  #choose(author: number): void {
    this.#only = this.#only === author ? undefined : author;
    this.#mark();
    this.#showLegend();
  }

  #fail(): void {
    const again = button({ class: "link-button" }, strings.marks.retry);
    again.addEventListener("click", () => void this.#load());
    this.legend.replaceChildren(h("li", { class: "marks-failed", role: "alert" }, strings.marks.failed, " ", again));
  }

  #showAtPoint(): void {
    if (!this.#on) return;
    const { x, y } = this.#point;
    const at = this.#host.view.positionAt(x, y);
    const span = at === undefined ? undefined : this.#spanNear(at, x, y);
    if (span) this.#show(span, { left: x, right: x, top: y - 14, bottom: y + 14 });
  }

  /** The point may be on either side of the nearest position. */
  #spanNear(at: number, x: number, y: number): PlacedSpan | undefined {
    for (const place of [at, at - 1]) {
      const box = place >= 0 ? this.#host.view.bounds(place, place + 1) : undefined;
      if (box && x >= box.left - 2 && x <= box.right + 2 && y >= box.top - 4 && y <= box.bottom + 4) {
        return this.#places[spanAt(this.#places, place)];
      }
    }
    return undefined;
  }

  #showAtCaret(): void {
    const caret = this.#host.view.caret();
    if (!this.#on || caret === undefined) return;
    const index = spanAt(this.#places, caret);
    const span = this.#places[index < 0 ? this.#places.length - 1 : index];
    if (span) this.#show(span, undefined, caret);
  }

  #sayCaret(): void {
    const span = this.#places[spanAt(this.#places, this.#host.view.caret() ?? 0)];
    if (span) announce(wordsOf(this.#content(span)));
  }

  #show(
    span: PlacedSpan,
    point?: { left: number; right: number; top: number; bottom: number },
    caret = span.from,
  ): void {
    const drawn = point && scrollY;
    this.#card.show(() => {
      if (!point) return this.#host.view.bounds(caret, caret);
      const by = drawn! - scrollY;
      return { ...point, top: point.top + by, bottom: point.bottom + by };
    }, this.#content(span));
    this.#marker?.point(span);
  }

  #content(span: PlacedSpan): CardContent {
    const go = { label: strings.marks.goTo, run: () => this.#host.go(span.revision) };
    return {
      title: titleOf(span),
      named: span.author >= 0,
      author: this.#roster.author(span),
      credit: span,
      actions: span.revision > 0 && span.revision !== this.#revision ? [go] : [],
    };
  }

  #textOf({ from, to }: PlacedSpan): string {
    let at = 0;
    let text = "";
    for (const component of this.#host.view.contents()) {
      if (!("insert" in component) || at >= to || text.length > 120) break;
      const insert = typeof component.insert === "string" ? component.insert : " ";
      text += insert.slice(Math.max(0, from - at), Math.max(0, to - at));
      at += insert.length;
    }
    return text.slice(0, 120).toWellFormed();
  }

  /** The card has gone. */
  unpoint(): void {
    this.#marker?.point(undefined);
  }
}

function titleOf({ author }: PlacedSpan): string {
  if (author === BEGINNING) return strings.marks.beginning;
  return author === UNKNOWN ? strings.marks.unknown : strings.marks.wrote;
}
