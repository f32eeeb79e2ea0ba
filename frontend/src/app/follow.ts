import type { Places } from "../bindings/places.ts";
import type { User } from "../client/types.ts";
import { announce } from "./announce.ts";
import type { Attendance } from "./attendance.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { strings } from "./strings.ts";

/** A caret nearer than this to an edge of what is in sight is brought into the middle, in CSS pixels. */
const margin = 72;

/** What Follow needs of the page. */
interface FollowOptions {
  readonly attendance: Attendance;
  /** Where the text begins to be in sight, in CSS pixels. */
  readonly viewTop: () => number;
  /** Whom it follows is another now. */
  readonly changed: () => void;
}

/**
 * Keeps the caret of one person in sight, until one scrolls, types or presses Escape oneself. A bar says so all the time:
 * text that moves by itself needs a reason that can be seen, and a way to stop it.
 */
export class Follow {
  /** The bar that says who is followed. */
  readonly element = h("div", { class: "follow-bar", hidden: true });
  #options: FollowOptions;
  #places: Places | undefined;
  #followed: User | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
    options.attendance.onChange(() => this.#keepUp());
    const own = { passive: true, capture: true } as const;
    addEventListener("wheel", () => this.stop(), own);
    addEventListener("touchmove", () => this.stop(), own);
    addEventListener("beforeinput", (event) => this.#inText(event) && this.stop(), own);
    addEventListener("keydown", (event) => this.#pressed(event), own);
    addEventListener("pointerdown", (event) => this.#onScrollbar(event) && this.stop(), own);
  }

  /** The id of the person who is followed. */
  get user(): string | undefined {
    return this.#followed?.id;
  }

  show(places: Places): void {
    this.#places = places;
  }

  /** Follows this person, or stops it when that is who is followed. */
  toggle(user: User): void {
    if (this.#followed?.id === user.id) this.stop();
    else this.#start(user);
  }

  stop(): void {
    if (!this.#followed) return;
    this.#followed = undefined;
    this.element.hidden = true;
    announce(strings.followEnded);
    this.#options.changed();
  }

  /** Brings the caret of this person into sight once. */
  jump(user: string): void {
    const at = this.#caretOf(user);
    if (at !== undefined) this.#reveal(at, true);
  }

  #start(user: User): void {
    this.#followed = user;
    this.element.style.setProperty("--person", user.color);
    this.element.replaceChildren(
      icon("eye"),
      h("span", {}, strings.following(user.name)),
      button({ class: "link-button", onclick: () => this.stop() }, strings.followStop),
    );
    this.element.hidden = false;
    announce(strings.following(user.name));
    this.#options.changed();
    this.jump(user.id);
  }

  #keepUp(): void {
    if (!this.#followed) return;
    const { id } = this.#followed;
    if (!this.#options.attendance.present.some((peer) => peer.user === id)) return this.stop();
    const at = this.#caretOf(id);
    // The text may be about to change: what others typed is shown before their carets, and scrolled after it.
    if (at !== undefined) setTimeout(() => this.user === id && this.#reveal(at, false), 0);
  }

  /** Where this person is; of several tabs, in the one that moved last. */
  #caretOf(user: string): number | undefined {
    const [last] = this.#options.attendance.present
      .filter((peer) => peer.user === user && peer.selections.length > 0)
      .sort((a, b) => b.movedAt - a.movedAt);
    return last?.selections[0]?.[1];
  }

  #reveal(position: number, always: boolean): void {
    const top = this.#places?.top(position);
    const from = this.#options.viewTop();
    if (top === undefined) return;
    if (always || top < from + margin / 2 || top > innerHeight - margin) {
      this.#places?.scrollTo(position, from + (innerHeight - from) / 3);
    }
  }

  #inText(event: Event): boolean {
    return event.target instanceof Element && event.target.closest("[contenteditable=true]") !== null;
  }

  #pressed(event: KeyboardEvent): void {
    if (["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
    const scrolls = ["PageUp", "PageDown", "Home", "End", " ", "ArrowUp", "ArrowDown"].includes(event.key);
    if (event.key === "Escape" || this.#inText(event) || (scrolls && event.target === document.body)) this.stop();
  }

  #onScrollbar(event: PointerEvent): boolean {
    return event.clientX >= document.documentElement.clientWidth;
  }
}
