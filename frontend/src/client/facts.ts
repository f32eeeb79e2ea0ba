import type { Events } from "./events.ts";
import { sameUser, type Welcome } from "./messages.ts";
import type { CollabEvents } from "./types.ts";

/** What the server has said of the document and of us, told to the page where it changes. */
export class Facts {
  /** The last welcome, with what has changed since; undefined until the first document is here. */
  #welcome: Welcome | undefined;
  #glance = false;
  #ready = false; // and told so

  constructor(readonly events: Events<CollabEvents>) {}

  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  /** The document is what another page has stored: to be read until the server has answered. */
  get glance(): boolean {
    return this.#glance;
  }

  get mayEdit(): boolean {
    return this.#welcome?.role === "owner" || this.#welcome?.role === "editor";
  }

  /** The server welcomes us, or has once, if this comes from the journal. */
  set(welcome: Welcome, glance = false): void {
    const before = this.#welcome;
    const now: Welcome = glance ? { ...welcome, role: "viewer" } : welcome;
    this.#glance = glance;
    this.#welcome = now;
    const { title, user, role } = now;
    if (before?.title !== title) this.events.emit("title", title);
    if (before?.role !== role) this.events.emit("role", role);
    if (before === undefined || !sameUser(before.user, user)) this.events.emit("user", user);
  }

  /** The title or the role changed. Gives the welcome with it; undefined before there is one. */
  change(change: Partial<Pick<Welcome, "title" | "role">>): Welcome | undefined {
    if (this.#welcome !== undefined) this.#welcome = { ...this.#welcome, ...change };
    return this.#welcome;
  }

  /** The document can be attached. It is told once. */
  ready(): void {
    if (this.#ready || this.#welcome === undefined) return;
    this.#ready = true;
    const { kind, title, role, user, revision } = this.#welcome;
    this.events.emit("ready", { kind, title, role, user, revision });
  }
}
