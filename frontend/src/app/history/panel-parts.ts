import type { DocKind } from "../../client/types.ts";
import { avatar } from "../avatar.ts";
import { button, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { popoverOf } from "../popover.ts";
import { ApiError } from "../request.ts";
import { strings } from "../strings.ts";
import { AuthorFilter } from "./author-filter.ts";
import { NameControl } from "./name-control.ts";
import { speeds } from "./player.ts";
import { SessionList } from "./session-list.ts";
import { Slider } from "./slider.ts";
import type { Stops } from "./stops.ts";
import type { Author, Timeline } from "./timeline.ts";
import { numberText, timeText, whoText } from "./wording.ts";

/** What its user wants; the panel does it. */
interface Wishes {
  readonly goTo: (revision: number) => void;
  readonly togglePlaying: () => void;
  readonly speed: (stops: number) => void;
  readonly filtered: () => void;
  readonly close: () => void;
  readonly retry: () => void;
  readonly restore: (part: boolean) => void;
  readonly saveName: (revision: number, name: string) => Promise<void>;
  readonly removeName: (revision: number) => Promise<void>;
}

/** What the parts show. */
interface PanelState {
  readonly timeline: Timeline;
  readonly stops: Stops;
  readonly revision: number;
  /** The revision in words. */
  readonly text: string;
  readonly authors: readonly Author[];
  /** When it was made, in milliseconds since 1970; undefined for revision 0. */
  readonly at: number | undefined;
  readonly mayEdit: boolean;
  /** The revision that this one is compared with, if there is one. */
  readonly other: number | undefined;
}

/** From here on there is room for the list beside the text; history.css has the same. */
const wide = matchMedia("(min-width: 1100px)");

/** Where the filter has no room beside the slider; history.css has the same. */
const narrow = matchMedia("(max-width: 640px)");

/** The elements of the history and what they show; what to do is decided by the panel. */
export class PanelParts {
  /** Below the bar of the page, in the place of the tools. */
  readonly bar: HTMLElement;
  /** In the place of the live text. */
  readonly desk: HTMLElement;
  /** What the view is put into. */
  readonly text = h("div", { class: "text" });
  readonly paper: HTMLElement;
  readonly slider: Slider;
  /** Where those who draw on the text have their toggles. */
  readonly tools = h("div", { class: "history-tools" });
  #filter: AuthorFilter;
  #list: SessionList;
  #name: NameControl;
  #play = button({ class: "icon-button", label: strings.play });
  #speed = h("select", { class: "tool tool-select history-speed", "aria-label": strings.speed });
  #caption = h("p", { class: "history-caption" });
  #waiting = h("span", { class: "history-waiting", role: "status" });
  #whole: HTMLButtonElement;
  #part: HTMLButtonElement;
  #side = h("aside", { class: "history-side", "aria-label": strings.history });
  #opener = button({ class: "icon-button history-sessions", label: strings.sessions }, icon("count"));
  #problem = h("div", { class: "history-problem" });
  #placed = (): void => this.#place();

  constructor(kind: DocKind, wishes: Wishes) {
    this.slider = new Slider(wishes);
    this.#filter = new AuthorFilter(wishes.filtered);
    const sheet = popoverOf(this.#opener, {
      label: strings.sessions,
      role: "dialog",
      class: "history-sheet",
      fill: (element) => {
        element.replaceChildren(h("h2", {}, strings.sessions), this.#list.element);
        return this.#list.element.querySelector<HTMLElement>("[aria-current], button") ?? undefined;
      },
    });
    this.#list = new SessionList((revision) => {
      if (sheet.open) sheet.hide();
      wishes.goTo(revision);
    });
    this.#name = new NameControl({ save: wishes.saveName, remove: wishes.removeName });
    this.#play.append(icon("play"));
    this.#play.addEventListener("click", wishes.togglePlaying);
    for (const each of speeds) this.#speed.append(h("option", { value: String(each) }, strings.speedOf(String(each))));
    this.#speed.addEventListener("change", () => wishes.speed(this.speed));
    this.#whole = restoreButton("primary", strings.restoreRevision, () => wishes.restore(false));
    this.#part = restoreButton("secondary", strings.restoreSelection, () => wishes.restore(true));
    this.#part.disabled = true;
    const close = button({ class: "icon-button", label: strings.historyClose, onclick: wishes.close }, icon("close"));
    const opener = h("div", { class: "history-opener-place" }, this.#opener, sheet.element);
    this.bar = h(
      "section",
      { class: "history-bar", "aria-label": strings.history },
      h(
        "div",
        { class: "history-row" },
        close,
        this.#play,
        h("span", { class: "tool-choice" }, this.#speed, icon("down")),
        this.slider.element,
      ),
      h(
        "div",
        { class: "history-row history-about" },
        this.#caption,
        this.#waiting,
        this.#name.element,
        h("div", { class: "history-end" }, this.tools, opener, this.#part, this.#whole),
      ),
    );
    this.paper = h("div", { class: "paper", "data-kind": kind }, this.text);
    const main = h("main", { class: "desk-main" }, this.#problem, this.paper);
    this.desk = h("div", { class: "desk history-desk" }, main, this.#side);
    this.#problem.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("button")) wishes.retry();
    });
    for (const query of [wide, narrow]) query.addEventListener("change", this.#placed);
    this.#place();
  }

  /** The ids of those whose edits are chosen; empty for all. */
  get chosen(): ReadonlySet<string> {
    return this.#filter.chosen;
  }

  /** How fast to play, in stops a beat. */
  get speed(): number {
    return Number(this.#speed.value);
  }

  show(state: PanelState): void {
    const { timeline, stops, revision, text, authors, at, mayEdit } = state;
    const { chosen } = this;
    this.slider.show({ timeline, stops, chosen, revision, text, other: state.other });
    this.#list.show({ timeline, chosen, revision });
    this.#filter.show(timeline.authors);
    this.#name.show(revision, timeline.name(revision), mayEdit);
    const title = strings.revisionTitle(numberText(revision), numberText(timeline.head));
    const who = at === undefined ? strings.revisionStart : `${whoText(authors)} · ${timeText(at)}`;
    this.#caption.replaceChildren(
      h("span", { class: "history-number" }, title),
      ...authors.slice(0, 3).map((author) => avatar(author)),
      h("span", { class: "history-who" }, who),
    );
    this.#whole.hidden = !mayEdit || revision === timeline.head;
    this.#part.hidden = this.#whole.hidden;
  }

  setSelected(selected: boolean): void {
    this.#part.disabled = !selected;
  }

  setPlaying(playing: boolean): void {
    const label = playing ? strings.pause : strings.play;
    this.#play.setAttribute("aria-label", label);
    this.#play.dataset.tip = label;
    this.#play.replaceChildren(icon(playing ? "pause" : "play"));
  }

  setWaiting(waiting: boolean): void {
    this.#waiting.textContent = waiting ? strings.historyWaiting : "";
  }

  /** Nothing is here yet. */
  loading(): void {
    this.#problem.replaceChildren();
    this.#waiting.textContent = strings.historyLoading;
    this.paper.setAttribute("aria-busy", "true");
  }

  /** The text is here. */
  loaded(): void {
    if (this.#problem.childElementCount > 0) this.#problem.replaceChildren();
    if (this.paper.ariaBusy === null) return;
    this.paper.removeAttribute("aria-busy");
    this.setWaiting(false);
  }

  failed(error: unknown): void {
    this.setWaiting(false);
    const retry = button({ class: "secondary" }, strings.retry);
    const notice = h(
      "section",
      { class: "notice", role: "alert" },
      icon("warning"),
      h("p", {}, sentence(error)),
      retry,
    );
    this.#problem.replaceChildren(notice);
  }

  remove(): void {
    for (const query of [wide, narrow]) query.removeEventListener("change", this.#placed);
    this.bar.remove();
    this.desk.remove();
  }

  #place(): void {
    if (narrow.matches) this.tools.after(this.#filter.element);
    else this.slider.element.after(this.#filter.element);
    if (wide.matches) this.#side.replaceChildren(h("h2", {}, strings.sessions), this.#list.element);
    else this.#side.replaceChildren();
  }
}

function restoreButton(kind: string, label: string, press: () => void): HTMLButtonElement {
  const element = button(
    { class: `${kind} history-restore`, onclick: press },
    icon("restore"),
    h("span", { class: "history-label" }, label),
  );
  element.setAttribute("aria-label", label);
  element.addEventListener("mousedown", (event) => event.preventDefault()); // the selection in the text stays
  return element;
}

function sentence(error: unknown): string {
  if (!(error instanceof ApiError)) return strings.historyFailed;
  if (error.status === 403) return strings.historyForbidden;
  return error.away ? strings.historyAway : strings.historyFailed;
}
