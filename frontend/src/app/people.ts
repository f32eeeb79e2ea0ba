import { idleAfter } from "../bindings/peers.ts";
import type { Peer, User } from "../client/types.ts";
import { announce } from "./announce.ts";
import type { Attendance } from "./attendance.ts";
import { avatar } from "./avatar.ts";
import { Comings } from "./comings.ts";
import { button, h, setTip, soon } from "./dom.ts";
import { icon } from "./icons.ts";
import { type Popover, popoverOf } from "./popover.ts";
import { strings } from "./strings.ts";

/** How many avatars stand side by side before the rest is a number. */
const shownAtMost = 5;

interface Person {
  readonly user: User;
  /** How many tabs of this person are here, without one's own tab. */
  readonly tabs: number;
  /** Whether they are in the text, and so can be gone to. */
  readonly placed: boolean;
  readonly idle: boolean;
}

/** What People needs of the page; persons are told by the id of the user. */
interface PeopleOptions {
  readonly attendance: Attendance;
  /** Brings the caret of a person into view. */
  readonly jump: (user: string) => void;
  /** Follows a person, or stops it. */
  readonly follow: (user: User) => void;
  /** Who is followed. */
  readonly followed: () => string | undefined;
}

/** The others who are here: avatars, and behind them a list that leads to where each one is. */
export class People {
  readonly element: HTMLElement;
  #options: PeopleOptions;
  #button = button({ class: "people-button", label: "" });
  #popover: Popover;
  #list = h("ul");
  #peers: readonly Peer[] = [];
  #people: readonly Person[] = [];
  #me: User | undefined;
  #drawn = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #comings = new Comings({
    joined: (names) => announce(strings.joined(names[0]!, names.length - 1)),
    left: (names) => announce(strings.left(names[0]!, names.length - 1)),
  });

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.element = h("div", { class: "people", hidden: true }, this.#button);
    this.#popover = popoverOf(this.#button, {
      label: strings.peopleTitle,
      role: "dialog",
      class: "people-list",
      fill: (element) => this.#fill(element),
    });
    // Fifty people who type move a thousand times a second; nobody reads that.
    options.attendance.onChange(soon(200, () => this.refresh()));
  }

  /** Tells which person is oneself: other tabs of theirs are no others. */
  setMe(user: User): void {
    this.#me = user;
    this.refresh();
  }

  setPeers(peers: readonly Peer[]): void {
    this.#peers = peers;
    this.refresh();
    this.#comings.report(this.#people.filter(({ user }) => user.id !== this.#me?.id).map(({ user }) => user));
  }

  /** The connection is away: nobody is known to have gone. */
  away(): void {
    this.#comings.away();
  }

  /** Shows how things are now; cheap when they are as they were. */
  refresh(): void {
    this.#people = this.#look();
    const drawn = JSON.stringify([this.#people, this.#me, this.#options.followed()]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#show();
  }

  #look(): readonly Person[] {
    const now = Date.now();
    const moved = new Map(this.#options.attendance.present.map(({ client, movedAt }) => [client, movedAt]));
    const people = new Map<string, Person>();
    let next = Number.POSITIVE_INFINITY;
    for (const { user, client, selections } of this.#peers) {
      const idleAt = (moved.get(client) ?? now) + idleAfter;
      if (idleAt > now) next = Math.min(next, idleAt - now);
      const known = people.get(user.id);
      people.set(user.id, {
        user,
        tabs: (known?.tabs ?? 0) + 1,
        placed: (known?.placed ?? false) || selections.length > 0,
        idle: (known?.idle ?? true) && idleAt <= now,
      });
    }
    clearTimeout(this.#timer);
    if (Number.isFinite(next)) this.#timer = setTimeout(() => this.refresh(), next + 50);
    return [...people.values()];
  }

  #show(): void {
    const others = this.#people.filter(({ user }) => user.id !== this.#me?.id);
    this.element.hidden = others.length === 0;
    if (others.length === 0 && this.#popover.open) this.#popover.hide();
    const rest = others.length - shownAtMost;
    this.#button.replaceChildren(
      ...others.slice(0, shownAtMost).map((person) => mark(person)),
      ...(rest > 0
        ? [h("span", { class: "avatar avatar-rest", "aria-hidden": "true", "data-initials": `+${rest}` })]
        : []),
    );
    const label = strings.people(others.length + 1);
    this.#button.setAttribute("aria-label", label);
    setTip(this.#button, label);
    if (this.#popover.open) this.#draw();
  }

  #fill(element: HTMLElement): HTMLElement | undefined {
    element.replaceChildren(h("h2", {}, strings.peopleTitle), this.#list);
    this.#draw();
    return this.#list.querySelector<HTMLElement>("button") ?? undefined;
  }

  /** Draws the list anew; who had the focus in it keeps it. */
  #draw(): void {
    const focused = document.activeElement?.closest<HTMLElement>("[data-focus]")?.dataset.focus;
    const others = this.#people.filter(({ user }) => user.id !== this.#me?.id).map((person) => this.#item(person));
    const own = this.#me && h("div", { class: "menu-item own" }, avatar(this.#me), nameOf(this.#me, strings.you));
    this.#list.replaceChildren(...others, ...(own ? [h("li", {}, own)] : []));
    if (focused === undefined) return;
    for (const each of this.#list.querySelectorAll<HTMLElement>("[data-focus]")) {
      if (each.dataset.focus === focused) each.focus();
    }
  }

  #item(person: Person): HTMLElement {
    const { user, tabs, placed, idle } = person;
    const more = [placed ? "" : strings.notInText, idle ? strings.idle : "", tabs > 1 ? strings.tabs(tabs) : ""];
    const go = button(
      { class: "menu-item", onclick: () => placed && this.#options.jump(user.id) },
      mark(person),
      nameOf(user, more.filter(Boolean).join(" · ")),
    );
    go.setAttribute("aria-disabled", String(!placed));
    go.dataset.focus = `go ${user.id}`;
    setTip(go, placed ? strings.jumpTo(user.name) : strings.notInText);
    const follow = button(
      {
        class: "icon-button follow",
        label: strings.follow(user.name),
        onclick: () => {
          this.#popover.hide(); // Escape would close it, and end the following too
          this.#options.follow(user);
        },
      },
      icon("eye"),
    );
    follow.setAttribute("aria-pressed", String(this.#options.followed() === user.id));
    follow.dataset.focus = `follow ${user.id}`;
    return h("li", { class: "person" }, go, follow);
  }
}

/** The avatar of a person, who is pale while idle and named when the pointer rests on it. */
function mark({ user, idle }: Person): HTMLElement {
  const element = avatar(user);
  element.classList.toggle("idle", idle);
  element.dataset.tip = idle ? `${user.name} · ${strings.idle}` : user.name;
  return element;
}

function nameOf(user: User, more: string): HTMLElement {
  return h("span", { class: "menu-text" }, h("span", {}, user.name), more !== "" && h("small", {}, more));
}
