import type { HistorySource } from "./api.ts";
import type { Mover } from "./mover.ts";
import type { Stops } from "./stops.ts";

/** How often the text changes while it plays, in milliseconds. */
const beat = 100;
/** How many steps are read at a time, and from how few on the next ones are read. */
const ahead = 60;

/** How fast one may play, in stops a beat: 1 is ten revisions a second. */
export const speeds = [1, 5, 20, 100, 500] as const;

/** What the player plays on. */
interface PlayerOptions {
  readonly source: HistorySource;
  readonly mover: Mover;
  readonly stops: () => Stops;
  /** Whether all revisions are stops: then the next ones can be read together. */
  readonly all: () => boolean;
  readonly head: () => number;
  readonly goTo: (revision: number) => void;
  /** It has begun or ended to play. */
  readonly changed: (playing: boolean) => void;
}

/**
 * Goes from stop to stop by itself. It takes the next step only when the last one shows: on a slow network it plays
 * slower, and leaves nothing out.
 */
export class Player {
  /** In stops a beat. */
  speed: number = speeds[0];
  #options: PlayerOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #reading: AbortController | undefined;
  /** It could not read ahead, and goes step by step until it is started again. */
  #alone = false;
  /** Up to which revision the next steps are there, and of how many revisions they are. */
  #read = { upTo: 0, each: 0 };

  constructor(options: PlayerOptions) {
    this.#options = options;
  }

  get playing(): boolean {
    return this.#timer !== undefined;
  }

  /** Plays on from the shown revision; from the beginning when that is the last one. */
  play(): void {
    if (this.playing) return;
    const { mover, goTo, head, changed } = this.#options;
    if ((mover.revision ?? 0) >= head()) goTo(0);
    this.#read = { upTo: 0, each: 0 };
    this.#alone = false;
    this.#timer = setInterval(() => this.#next(), beat);
    changed(true);
    this.#next();
  }

  pause(): void {
    if (!this.playing) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#reading?.abort();
    this.#reading = undefined;
    this.#options.changed(false);
  }

  #next(): void {
    const { mover, stops, goTo } = this.#options;
    const at = mover.revision;
    if (at === undefined || mover.moving) return;
    const next = stops().step(at, this.speed);
    if (next <= at) return this.pause();
    this.#readAhead(at);
    if (this.#reading && !mover.knows(at, next)) return; // it will be there in a moment
    goTo(next);
  }

  /** Reads the next steps together, where they are all in one row. */
  #readAhead(at: number): void {
    const { source, mover, all, head } = this.#options;
    const each = this.speed;
    if (!all() || this.#reading || this.#alone) return;
    const known = this.#read.each === each && this.#read.upTo >= at ? this.#read.upTo : at;
    if (known >= head() || known - at > (ahead / 2) * each) return;
    const reading = new AbortController();
    this.#reading = reading;
    void source
      .steps(known, each, ahead, reading.signal)
      .then((steps) => {
        for (const { from, revision, op } of steps) mover.keep(from, revision, op);
        this.#read = { upTo: steps.at(-1)?.revision ?? known, each };
      })
      .catch(() => {
        this.#alone = !reading.signal.aborted;
      })
      .finally(() => {
        if (this.#reading === reading) this.#reading = undefined;
      });
  }
}
