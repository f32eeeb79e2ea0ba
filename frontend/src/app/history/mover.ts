import type { Op } from "../../client/types.ts";
import { composeAll } from "../../ot/compose.ts";
import { difference } from "../../ot/difference.ts";
import { Doc } from "../../ot/document.ts";
import { invert } from "../../ot/invert.ts";
import type { HistorySource } from "./api.ts";
import { ChangeCache } from "./change-cache.ts";
import type { Shown } from "./view.ts";

/** What the Mover moves: the part of a HistoryView that it needs. */
export interface MovedView {
  contents(): Op;
  load(document: Op): void;
  show(change: Op): void;
}

/** What the Mover tells. */
interface MoverEvents {
  /** The view shows another revision. */
  readonly shown: (shown: Shown) => void;
  /** Who made a revision, as the server says it. */
  readonly told: (revision: number, user: string, at: number) => void;
  /** The server could not be asked, or did not answer with a document. It is asked again by the next `goTo`. */
  readonly failed: (error: unknown) => void;
  /** It has begun or ceased to wait for the server. */
  readonly waiting: (waiting: boolean) => void;
}

/** The most remembered changes that are put together for one step. */
const longestPath = 64;
/** From so many revisions on the document is read as a whole: putting their changes together would take the server longer. */
const far = 2000;
/** How long a request may be under way before a newer wish ends it, in milliseconds: ended earlier, none would arrive while one scrubs. */
const patience = 300;

/**
 * Brings a view to revisions. The last wish wins; while a change is on its way to the page the next wish waits for it,
 * so that something moves under the thumb at any time. A wish that what is remembered can fulfil is fulfilled at once.
 */
export class Mover {
  #source: HistorySource;
  #view: MovedView;
  #events: MoverEvents;
  #cache = new ChangeCache();
  #revision: number | undefined;
  #wanted: number | undefined;
  #flight: { readonly control: AbortController; readonly began: number; readonly to: number } | undefined;
  #ended = false;

  constructor(source: HistorySource, view: MovedView, events: MoverEvents) {
    this.#source = source;
    this.#view = view;
    this.#events = events;
  }

  /** The revision that the view shows; undefined before the first. */
  get revision(): number | undefined {
    return this.#revision;
  }

  /** Whether it is on its way. */
  get moving(): boolean {
    return this.#wanted !== undefined;
  }

  /** Goes to a revision, as soon as it can. */
  goTo(revision: number): void {
    if (this.#ended) return;
    this.#wanted = revision;
    if (this.#arrive()) {
      this.#flight?.control.abort();
      return;
    }
    const flight = this.#flight;
    if (!flight) void this.#fly();
    else if (flight.to !== revision && performance.now() - flight.began > patience) flight.control.abort();
  }

  /** Tries again to go where it could not. */
  retry(revision: number): void {
    this.goTo(this.#wanted ?? revision);
  }

  /** Remembers a change that was read for later. */
  keep(from: number, to: number, op: Op): void {
    this.#cache.add(from, to, op);
  }

  /** Whether it can go from one revision to another without asking. */
  knows(from: number, to: number): boolean {
    return this.#cache.path(from, to, longestPath) !== undefined;
  }

  /** Asks for nothing any more. */
  end(): void {
    this.#ended = true;
    this.#wanted = undefined;
    this.#flight?.control.abort();
  }

  /** Goes where it should, if what is remembered leads there. */
  #arrive(): boolean {
    const to = this.#wanted;
    const from = this.#revision;
    if (to === undefined || from === undefined) return false;
    const path = this.#cache.path(from, to, longestPath);
    if (!path) return false;
    this.#wanted = undefined;
    if (path.length === 0) {
      this.#events.shown({ revision: to, change: [] });
      return true;
    }
    this.#show(from, to, composeAll(path.map(({ op }) => op)));
    return true;
  }

  async #fly(): Promise<void> {
    const to = this.#wanted!;
    const from = this.#revision;
    const control = new AbortController();
    this.#flight = { control, began: performance.now(), to };
    const slow = setTimeout(() => this.#events.waiting(true), patience);
    let failure: unknown;
    try {
      if (from === undefined) this.#load(to, await this.#source.document(to, control.signal));
      else await this.#change(from, to, control.signal);
    } catch (error) {
      if (!control.signal.aborted) failure = error;
    }
    clearTimeout(slow);
    this.#flight = undefined;
    if (this.#ended) return;
    this.#events.waiting(false);
    if (failure !== undefined) {
      this.#wanted = undefined;
      this.#events.failed(failure);
    } else if (this.#wanted === this.#revision) this.#wanted = undefined;
    else if (this.#wanted !== undefined && !this.#arrive()) void this.#fly();
  }

  async #change(from: number, to: number, signal: AbortSignal): Promise<void> {
    const op = Math.abs(to - from) > far ? await this.#leap(to, signal) : await this.#ask(from, to, signal);
    if (this.#ended || this.#revision !== from) return;
    if (this.#wanted === to) this.#wanted = undefined;
    this.#cache.add(from, to, op);
    this.#show(from, to, op);
  }

  async #ask(from: number, to: number, signal: AbortSignal): Promise<Op> {
    const { op, record } = await this.#source.change(from, to, signal);
    if (record) this.#events.told(to, record.user.id, Date.parse(record.at));
    return op;
  }

  async #leap(to: number, signal: AbortSignal): Promise<Op> {
    return difference(this.#view.contents(), await this.#source.document(to, signal));
  }

  #load(revision: number, document: Op): void {
    if (this.#ended) return;
    if (this.#wanted === revision) this.#wanted = undefined;
    this.#revision = revision;
    this.#view.load(document);
    this.#events.shown({ revision });
  }

  #show(from: number, to: number, change: Op): void {
    const before = this.#view.contents();
    this.#cache.add(to, from, invert(change, Doc.of(before).op()));
    this.#view.show(change);
    this.#revision = to;
    this.#events.shown({ revision: to, change });
  }
}
