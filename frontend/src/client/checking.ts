import type { Op } from "../ot/op.ts";
import type { Clock, Timer } from "./clock.ts";

/** Not more often than this the server is asked for its hash, while something happens; in milliseconds. */
const CHECK_EVERY_MS = 30_000;
/** So long after something happened it is asked at the earliest, and after a repair: it answers once a second. */
const CHECK_AFTER_MS = 1_500;
/** A document that differs again after so many repairs cannot be repaired. */
const MOST_REPAIRS = 3;
/** How long the server may take to give its document, in milliseconds. */
export const REPAIR_PATIENCE_MS = 15_000;
/** What of the stream is held back meanwhile at most, in UTF-16 code units; with more to come, the document is fetched anew. */
export const REPAIR_HELD_UNITS = 8 * 1024 * 1024;

/** What the server says of the document at a revision. */
export interface Answer {
  readonly revision: number;
  readonly hash: string;
}

export interface CheckerOwner {
  /** Whether the document is exactly the server's at a revision: connected, and nothing unsent. */
  comparable(): boolean;
  send(frame: string): void;
  /** The revision and the hash of the document. */
  here(): Answer;
  /** The document is not what the server has: repair it, and tell by `repaired`. */
  differs(): void;
  /** It cannot be repaired: begin anew. */
  hopeless(): void;
}

/** Asks now and then whether this document is the server's, and counts how often it was not. */
export class Checker {
  #timer: Timer;
  #last = Number.NEGATIVE_INFINITY; // when it was asked last
  #count = 0; // repairs, of all
  #untold = 0; // those of which the server does not know
  #inARow = 0; // without an answer that was right in between

  constructor(
    readonly clock: Clock,
    readonly owner: CheckerOwner,
  ) {}

  /** How often the document was repaired. */
  get count(): number {
    return this.#count;
  }

  /** Something happened to the document: sooner or later it is compared again. */
  changed(): void {
    if (this.#timer !== undefined) return;
    const now = this.clock.now();
    this.#askAt(Math.max(now + CHECK_AFTER_MS, this.#last + CHECK_EVERY_MS));
  }

  /** There may be a difference: it is compared soon. */
  soon(): void {
    this.stop();
    this.#askAt(Math.max(this.clock.now(), this.#last) + CHECK_AFTER_MS);
  }

  answered(answer: Answer): void {
    const here = this.owner.here();
    if (!this.owner.comparable() || here.revision !== answer.revision) return this.changed();
    if (here.hash === answer.hash) this.#inARow = 0;
    else if (++this.#inARow > MOST_REPAIRS) this.owner.hopeless();
    else this.owner.differs();
  }

  /** The document was not the server's, and is now. */
  repaired(): void {
    this.#count++;
    this.#untold++;
    this.soon();
  }

  stop(): void {
    this.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #askAt(time: number): void {
    this.#timer = this.clock.setTimeout(() => this.#ask(), Math.max(0, time - this.clock.now()));
  }

  #ask(): void {
    this.#timer = undefined;
    if (!this.owner.comparable()) return this.#askAt(this.clock.now() + CHECK_AFTER_MS);
    this.#last = this.clock.now();
    const repaired = this.#untold;
    this.#untold = 0;
    this.owner.send(JSON.stringify({ type: "check", ...(repaired > 0 && { repaired }) }));
  }
}

/** Holds the stream back while the server's document is on its way, so that it meets the revision that it is of. */
export class Repair {
  readonly #held: string[] = [];
  #room = REPAIR_HELD_UNITS;
  #over = false;
  readonly #fail: () => void;

  /** `done` gets the document; `failed` if it does not come. Neither is called after `cancel`. */
  constructor(clock: Clock, document: Promise<Op>, done: (document: Op) => void, failed: () => void) {
    const timer = clock.setTimeout(() => end(failed), REPAIR_PATIENCE_MS);
    const end = (how: () => void) => {
      clock.clearTimeout(timer);
      if (this.#over) return;
      this.#over = true;
      how();
    };
    this.#fail = () => end(failed);
    document.then(
      (op) => end(() => done(op)),
      () => end(failed),
    );
  }

  hold(frame: string): void {
    this.#room -= frame.length;
    if (this.#room < 0) this.#fail();
    else this.#held.push(frame);
  }

  /** What was held back, in its order. */
  get held(): readonly string[] {
    return this.#held;
  }

  cancel(): void {
    this.#over = true;
  }
}
