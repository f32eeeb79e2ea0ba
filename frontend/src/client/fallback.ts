import { type Clock, systemClock, type Timer } from "./clock.ts";
import { type Connection, NO_WORD, SERVER_CODES, type Transport } from "./transport.ts";

/** A way has so long to bring the first frame before the next one is tried. */
const FIRST_FRAME_MS = 4_000;
/** So long a way that is not the best is kept to; the next connection after that begins with the best one again. */
const BEST_AGAIN_MS = 600_000;
/** So often in a row the way that worked may fail before all are tried again: a server that restarts is no reason to. */
const MISSES = 2;
/** So long a hello may be on its way that nobody waits for any more. */
const LATE_HELLO_MS = 60_000;
const SUPERSEDED = 4203;

/** A way to connect. */
export interface Way {
  readonly transport: Transport;
  /** It helps only where the way before it brought nothing at all. */
  readonly afterSilence?: boolean;
}

/**
 * Connects in the first of these ways that works, and remembers it for the life of the page. A way that does not open,
 * or brings no frame in time, is given up for the next one before anybody notices: what was said on it is said again.
 */
export function fallbackTransport(ways: readonly Way[], clock: Clock = systemClock): Transport {
  const choice = new Choice(ways, clock);
  return { open: (url) => new Attempt(url, choice, clock) };
}

/** Which way to take. */
class Choice {
  #first = 0;
  #works = false; // the first one is the one that worked last
  #since = 0; // when it worked first
  #misses = 0; // of it
  #ignored = Number.NEGATIVE_INFINITY; // when a hello was given up on that may arrive yet

  constructor(
    readonly ways: readonly Way[],
    readonly clock: Clock,
  ) {}

  first(): number {
    if (this.#works && this.#first > 0 && this.clock.now() - this.#since >= BEST_AGAIN_MS) this.#reset(0);
    return this.#first;
  }

  /** The way to try after `index`, if there is one. */
  after(index: number, silent: boolean): number | undefined {
    const next = this.ways[index + 1];
    return next === undefined || (next.afterSilence && !silent) ? undefined : index + 1;
  }

  worked(index: number): void {
    if (!this.#works || this.#first !== index) this.#since = this.clock.now();
    this.#first = index;
    this.#works = true;
    this.#misses = 0;
  }

  failed(index: number): void {
    if (this.#works && this.#first === index && ++this.#misses >= MISSES) this.#reset(0);
  }

  ignore(): void {
    this.#ignored = this.clock.now();
  }

  get mayBeLate(): boolean {
    return this.clock.now() - this.#ignored < LATE_HELLO_MS;
  }

  #reset(first: number): void {
    this.#first = first;
    this.#works = false;
    this.#misses = 0;
  }
}

/** One connection, in one way after the other until a frame comes. */
class Attempt implements Connection {
  onopen = (): void => {};
  onframe = (_: string): void => {};
  onclose = (_: number, __: string): void => {};
  readonly #url: string;
  readonly #choice: Choice;
  readonly #clock: Clock;
  #inner!: Connection;
  #timer: Timer;
  #open = false; // onopen was told
  #ready = false; // the inner connection is open
  #said: string[] | undefined = []; // until the first frame comes

  constructor(url: string, choice: Choice, clock: Clock) {
    this.#url = url;
    this.#choice = choice;
    this.#clock = clock;
    this.#try(choice.first());
  }

  send(frame: string): void {
    this.#said?.push(frame);
    if (this.#ready) this.#inner.send(frame);
  }

  close(): void {
    this.#giveUp();
  }

  #try(index: number): void {
    const inner = this.#choice.ways[index]!.transport.open(this.#url);
    this.#inner = inner;
    this.#timer = this.#clock.setTimeout(() => this.#failed(index, true), FIRST_FRAME_MS);
    inner.onopen = () => {
      this.#ready = true;
      if (this.#open) {
        for (const frame of this.#said ?? []) inner.send(frame);
      } else {
        this.#open = true;
        this.onopen();
      }
    };
    inner.onframe = (frame) => {
      if (this.#said !== undefined) {
        this.#heard();
        this.#choice.worked(index);
      }
      this.onframe(frame);
    };
    inner.onclose = (code, reason) => {
      if (this.#said !== undefined && code < SERVER_CODES) return this.#failed(index, false);
      this.#heard();
      // A hello of ours that arrives when we have long given up on it takes our own place: no reason to stop.
      const late = code === SUPERSEDED && this.#choice.mayBeLate;
      this.onclose(late ? NO_WORD : code, late ? "" : reason);
    };
  }

  #heard(): void {
    this.#said = undefined;
    this.#clock.clearTimeout(this.#timer);
  }

  #failed(index: number, silent: boolean): void {
    this.#choice.failed(index);
    this.#giveUp();
    const next = this.#choice.after(index, silent);
    if (next !== undefined) return this.#try(next);
    this.#said = undefined;
    this.onclose(NO_WORD, "");
  }

  /** Forgets the inner connection: nothing that it still has to say is heard. */
  #giveUp(): void {
    if (this.#said !== undefined && this.#said.length > 0) this.#choice.ignore();
    this.#ready = false;
    this.#clock.clearTimeout(this.#timer);
    const inner = this.#inner;
    inner.onopen = () => {};
    inner.onframe = () => {};
    inner.onclose = () => {};
    inner.close();
  }
}
