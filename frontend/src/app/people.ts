import type { Peer, User } from "../client/types.ts";
import { avatar } from "./avatar.ts";
import { button, h, setTip } from "./dom.ts";
import { type Popover, popoverOf } from "./popover.ts";
import { strings } from "./strings.ts";

/** How many avatars stand side by side before the rest is a number. */
const shownAtMost = 5;

interface Person {
  readonly user: User;
  /** The tabs of this person that are here, without one's own tab. */
  readonly clients: readonly string[];
}

/** The others who are here: avatars, and behind them a list that leads to where each one is. */
export class People {
  readonly element: HTMLElement;
  #button = button({ class: "people-button", label: "" });
  #popover: Popover;
  #people: readonly Person[] = [];
  #me: User | undefined;
  #reveal: (client: string) => void;

  /** `reveal` brings the caret of a client into view. */
  constructor(reveal: (client: string) => void) {
    this.#reveal = reveal;
    this.element = h("div", { class: "people", hidden: true }, this.#button);
    this.#popover = popoverOf(this.#button, {
      label: strings.peopleTitle,
      role: "dialog",
      class: "people-list",
      fill: (element) => this.#fill(element),
    });
  }

  /** Tells which person is oneself: other tabs of theirs are no others. */
  setMe(user: User): void {
    this.#me = user;
    this.#show();
  }

  setPeers(peers: readonly Peer[]): void {
    const people = new Map<string, Person>();
    for (const { user, client } of peers) {
      const known = people.get(user.id);
      people.set(user.id, { user, clients: [...(known?.clients ?? []), client] });
    }
    this.#people = [...people.values()];
    this.#show();
  }

  #show(): void {
    const others = this.#people.filter(({ user }) => user.id !== this.#me?.id);
    this.element.hidden = others.length === 0;
    if (others.length === 0 && this.#popover.open) this.#popover.hide();
    const marks = others.slice(0, shownAtMost).map(({ user }) => avatar(user));
    const rest = others.length - marks.length;
    this.#button.replaceChildren(
      ...marks,
      ...(rest > 0 ? [h("span", { class: "avatar avatar-rest" }, `+${rest}`)] : []),
    );
    const label = strings.people(others.length + 1);
    this.#button.setAttribute("aria-label", label);
    setTip(this.#button, others.length <= shownAtMost ? others.map(({ user }) => user.name).join(", ") : label);
    if (this.#popover.open) this.#fill(this.#popover.element);
  }

  #fill(element: HTMLElement): HTMLElement | undefined {
    const others = this.#people.filter(({ user }) => user.id !== this.#me?.id).map((person) => this.#item(person));
    const own = this.#me && h("div", { class: "menu-item own" }, avatar(this.#me), nameOf(this.#me, strings.you));
    const items = [...others, ...(own ? [own] : [])];
    element.replaceChildren(h("h2", {}, strings.peopleTitle), h("ul", {}, ...items.map((item) => h("li", {}, item))));
    return others[0];
  }

  #item({ user, clients }: Person): HTMLElement {
    const item = button(
      { class: "menu-item", onclick: () => this.#reveal(clients[0]!) },
      avatar(user),
      nameOf(user, clients.length > 1 ? strings.tabs(clients.length) : ""),
    );
    setTip(item, strings.jumpTo(user.name));
    return item;
  }
}

function nameOf(user: User, more: string): HTMLElement {
  return h("span", { class: "menu-text" }, h("span", {}, user.name), more !== "" && h("small", {}, more));
}
