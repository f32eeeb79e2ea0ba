import { button, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { strings } from "../strings.ts";
import type { RevisionName } from "./api.ts";
import type { Session, Timeline } from "./timeline.ts";
import { dayKey, dayText, hoursText, numberText, timeText, whoText } from "./wording.ts";

/** The most people of a session that have a mark of their own. */
const mostMarks = 5;

/** What the list shows. */
export interface ListState {
  readonly timeline: Timeline;
  readonly chosen: ReadonlySet<string>;
  readonly revision: number;
}

/** The named revisions, and below them the sessions by day, the last ones first. A click goes there. */
export class SessionList {
  readonly element = h("nav", { class: "history-list", "aria-label": strings.sessions });
  #goTo: (revision: number) => void;
  #state: ListState | undefined;
  /** The entries of names and of sessions, by the revision that they lead to. */
  #names: readonly HTMLButtonElement[] = [];
  #sessions: readonly { readonly session: Session; readonly entry: HTMLButtonElement }[] = [];

  constructor(goTo: (revision: number) => void) {
    this.#goTo = goTo;
    this.element.addEventListener("keydown", (event) => this.#walk(event));
  }

  show(state: ListState): void {
    const before = this.#state;
    this.#state = state;
    if (before?.timeline !== state.timeline || before.chosen !== state.chosen) this.#build(state);
    this.#mark(state);
  }

  #build({ timeline, chosen }: ListState): void {
    const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>(".history-entry");
    const key = this.element.contains(focused ?? null) ? focused?.dataset.key : undefined;
    const named = timeline.names.map((name) => this.#nameEntry(name)).reverse();
    const sessions = timeline.sessions.filter(
      ({ authors }) => chosen.size === 0 || authors.some((index) => chosen.has(timeline.authors[index]!.id)),
    );
    this.#sessions = sessions.map((session) => ({ session, entry: this.#sessionEntry(timeline, session) })).reverse();
    this.#names = named;
    this.element.replaceChildren(
      ...(named.length > 0 ? [heading(strings.named), listOf(named)] : []),
      ...this.#days().flatMap(({ title, entries }) => [heading(title), listOf(entries)]),
      ...(sessions.length === 0 ? [h("p", { class: "history-empty" }, strings.sessionsEmpty)] : []),
    );
    if (key !== undefined)
      this.#entries()
        .find((entry) => entry.dataset.key === key)
        ?.focus();
  }

  #days(): readonly { readonly title: string; readonly entries: HTMLButtonElement[] }[] {
    const days: { key: string; title: string; entries: HTMLButtonElement[] }[] = [];
    for (const { session, entry } of this.#sessions) {
      const key = dayKey(session.start);
      const last = days.at(-1);
      if (last?.key === key) last.entries.push(entry);
      else days.push({ key, title: dayText(session.start), entries: [entry] });
    }
    return days;
  }

  #nameEntry({ revision, name, user, at }: RevisionName): HTMLButtonElement {
    const entry = button(
      { class: "history-entry", onclick: () => this.#goTo(revision) },
      icon("star"),
      h(
        "span",
        { class: "menu-text" },
        h("span", {}, name),
        h("small", {}, `${user.name}, ${timeText(Date.parse(at))} · ${strings.revision(numberText(revision))}`),
      ),
    );
    entry.dataset.key = `name ${revision}`;
    entry.dataset.revision = String(revision);
    return entry;
  }

  #sessionEntry(timeline: Timeline, session: Session): HTMLButtonElement {
    const { from, to, start, end } = session;
    const authors = session.authors.map((index) => timeline.authors[index]!);
    const count = to - from + 1;
    const entry = button(
      { class: "history-entry", onclick: () => this.#goTo(to) },
      h("span", { class: "history-dots", "aria-hidden": "true" }, ...authors.slice(0, mostMarks).map(dot)),
      h(
        "span",
        { class: "menu-text" },
        h("span", {}, hoursText(start, end)),
        h("small", {}, whoText(authors)),
        h("small", {}, strings.revisionCount(count, numberText(count))),
      ),
    );
    entry.dataset.key = `session ${from}`;
    return entry;
  }

  #mark({ revision }: ListState): void {
    for (const entry of this.#names) current(entry, Number(entry.dataset.revision) === revision);
    for (const { session, entry } of this.#sessions) current(entry, session.from <= revision && revision <= session.to);
    const entries = this.#entries();
    const reached = entries.find((entry) => entry.ariaCurrent) ?? entries[0];
    if (entries.includes(document.activeElement as HTMLButtonElement)) return;
    for (const entry of entries) entry.tabIndex = entry === reached ? 0 : -1;
  }

  #entries(): HTMLButtonElement[] {
    return [...this.#names, ...this.#sessions.map(({ entry }) => entry)];
  }

  /** The arrows go along the list, which Tab reaches once. */
  #walk(event: KeyboardEvent): void {
    const entries = this.#entries();
    const at = entries.indexOf(event.target as HTMLButtonElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    const entry = next === undefined || at < 0 ? undefined : entries[next];
    if (!entry) return;
    event.preventDefault();
    for (const each of entries) each.tabIndex = each === entry ? 0 : -1;
    entry.focus();
  }
}

function current(entry: HTMLButtonElement, is: boolean): void {
  if (is) entry.setAttribute("aria-current", "true");
  else entry.removeAttribute("aria-current");
}

function heading(text: string): HTMLElement {
  return h("h3", {}, text);
}

function listOf(entries: readonly HTMLElement[]): HTMLElement {
  return h("ul", {}, ...entries.map((entry) => h("li", {}, entry)));
}

function dot({ color }: { readonly color: string }): HTMLElement {
  const mark = h("span", { class: "history-dot" });
  mark.style.backgroundColor = color;
  return mark;
}
