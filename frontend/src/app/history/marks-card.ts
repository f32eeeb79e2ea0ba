import { avatar } from "../avatar.ts";
import { button, h } from "../dom.ts";
import { type Place, placeBelow } from "../popover.ts";
import { locale, strings } from "../strings.ts";
import { timeAgo } from "../time.ts";
import type { Author, Credit } from "./credit.ts";

/** What a card tells of a stretch of text. */
export interface CardContent {
  /** What was done to it. */
  readonly title: string;
  /** Whether it is about a person at all: nobody can tell yet who changed a format. */
  readonly named: boolean;
  readonly author: Author | undefined;
  /** Undefined where nobody can be named. */
  readonly credit: Credit | undefined;
  /** More words, of formats. */
  readonly detail?: string;
  readonly actions: readonly { readonly label: string; readonly run: () => void }[];
}

const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const whole = new Intl.NumberFormat(locale);

/** A number as one reads it: 12,345. */
export function readableNumber(value: number): string {
  return whole.format(value);
}

/** All that a card says, in one sentence. */
export function wordsOf({ title, named, author, credit, detail }: CardContent): string {
  const parts = [named ? `${title}: ${nameOf(author, credit)}` : title];
  if (credit && credit.at > 0) parts.push(timeAgo(credit.at, Date.now()));
  if (credit && credit.revision > 0) parts.push(strings.marks.revision(readableNumber(credit.revision)));
  if (detail) parts.push(detail);
  return parts.join(", ");
}

function nameOf(author: Author | undefined, credit: Credit | undefined): string {
  if (author) return author.name;
  return credit?.revision === 0 && credit.author === -1 ? strings.marks.beginning : strings.marks.nobody;
}

/** How long the pointer may be beside the card and the text before the card goes, in milliseconds. */
const patience = 250;

/**
 * The small card at a stretch of text. It does not take the focus unless it is asked to, goes at Escape, and stays
 * while the pointer or the focus is on it.
 */
export class MarksCard {
  #element = h("div", { class: "popover marks-card", popover: "manual", role: "dialog" });
  #place: () => Place | undefined = () => undefined;
  #back: HTMLElement | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop = new AbortController();
  #hidden: () => void;

  /** Calls `hidden` each time that the card has gone. */
  constructor(hidden: () => void = () => {}) {
    this.#hidden = hidden;
    const { signal } = this.#stop;
    document.body.append(this.#element);
    this.#element.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.#element.addEventListener("pointerleave", () => this.leave());
    // Before all others: Escape closes the card, and not the history too.
    addEventListener("keydown", (event) => this.#key(event), { capture: true, signal });
    addEventListener("scroll", () => this.#put(), { capture: true, passive: true, signal });
    document.addEventListener("pointerdown", (event) => !this.holds(event.target) && this.hide(), { signal });
  }

  get open(): boolean {
    return this.#element.matches(":popover-open");
  }

  /** Whether something is in the card. */
  holds(target: EventTarget | null): boolean {
    return target instanceof Node && this.#element.contains(target);
  }

  /** Shows the card below a place, which may move while the page scrolls. */
  show(place: () => Place | undefined, content: CardContent): void {
    clearTimeout(this.#timer);
    const { author, credit } = content;
    const lines: HTMLElement[] = [h("span", {}, content.title)];
    if (content.named) lines.push(h("strong", { dir: "auto" }, nameOf(author, credit)));
    if (credit && credit.at > 0) {
      const time = strings.marks.when(timeAgo(credit.at, Date.now()), exact.format(credit.at));
      lines.push(h("time", { datetime: new Date(credit.at).toISOString() }, time));
    }
    if (credit && credit.revision > 0)
      lines.push(h("span", {}, strings.marks.revision(readableNumber(credit.revision))));
    if (content.detail) lines.push(h("span", {}, content.detail));
    const actions = content.actions.map(({ label, run }) => {
      const action = button({ class: "secondary" }, label);
      action.addEventListener("click", () => {
        this.hide();
        run();
      });
      return action;
    });
    this.#element.replaceChildren(
      h("div", { class: "marks-card-who" }, author && avatar(author), h("div", { class: "marks-card-text" }, ...lines)),
      ...(actions.length > 0 ? [h("div", { class: "marks-card-actions" }, ...actions)] : []),
    );
    this.#element.ariaLabel = wordsOf(content);
    this.#place = place;
    if (!this.open) this.#element.showPopover();
    this.#put();
  }

  /** Moves the focus into the card, from where Escape leads back; false when there is nothing to do in it. */
  enter(): boolean {
    const first = this.#element.querySelector("button");
    if (!this.open || !first) return false;
    this.#back = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    first.focus();
    return true;
  }

  /** The pointer is no longer on what the card is about. */
  leave(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => !this.holds(document.activeElement) && this.hide(), patience);
  }

  hide(): void {
    clearTimeout(this.#timer);
    if (!this.open) return;
    const inside = this.holds(document.activeElement);
    this.#element.hidePopover();
    if (inside) this.#back?.focus({ preventScroll: true });
    this.#back = undefined;
    this.#hidden();
  }

  /** Takes the card out of the page. */
  close(): void {
    this.hide();
    this.#stop.abort();
    this.#element.remove();
  }

  #put(): void {
    if (!this.open) return;
    const place = this.#place();
    if (!place || place.bottom < 0 || place.top > innerHeight) this.hide();
    else placeBelow(this.#element, place);
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !this.open) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.hide();
  }
}
