import type { Clock, Timer } from "./clock.ts";

/** When to ask the server whether it is still there, and how long to wait for its answer; in milliseconds. */
export interface HeartbeatFigures {
  /** Nothing was sent, or nothing came, for so long. The server gives up after 45 s. */
  readonly idle: number;
  /** An edit was sent and nothing came for so long. */
  readonly unanswered: number;
  /** Nothing came for so long after the question: the connection is dead. */
  readonly patience: number;
  /** The same while edits are unsent, so that their user knows within 5 s. */
  readonly patienceUnsent: number;
}

export const heartbeatFigures: HeartbeatFigures = {
  idle: 10_000,
  unanswered: 1_500,
  patience: 4_000,
  patienceUnsent: 2_500,
};

/** What the heartbeat needs to know and to do. */
export interface HeartbeatOwner {
  /** Send a `ping`. */
  ping(): void;
  /** The connection does not answer. */
  dead(): void;
  /** Whether edits wait for their acknowledgement. */
  waiting(): boolean;
}

/** Finds out that a connection is dead when nobody says so: a cable pulled, a laptop that was asleep. */
export class Heartbeat {
  #received: number;
  #sent: number;
  #edited: number; // when the last edit was sent
  #asked: number | undefined; // when a ping was sent that nothing answered yet
  #timer: Timer;

  constructor(
    readonly owner: HeartbeatOwner,
    readonly clock: Clock,
    readonly figures: HeartbeatFigures = heartbeatFigures,
  ) {
    this.#received = this.#sent = this.#edited = clock.now();
    this.#arm();
  }

  /** A frame came; any frame answers a ping. */
  received(): void {
    this.#received = this.clock.now();
    this.#asked = undefined;
  }

  /** A frame went; `edit` if one that will be acknowledged. */
  sent(edit: boolean): void {
    this.#sent = this.clock.now();
    if (!edit) return;
    this.#edited = this.#sent;
    this.#arm();
  }

  /** Asks now. */
  probe(): void {
    if (this.#asked !== undefined) return;
    this.#asked = this.clock.now();
    this.owner.ping();
    this.#arm();
  }

  /** Whether a question is open. */
  get inDoubt(): boolean {
    return this.#asked !== undefined;
  }

  stop(): void {
    this.clock.clearTimeout(this.#timer);
  }

  #due(): number {
    const waiting = this.owner.waiting();
    if (this.#asked !== undefined) {
      return this.#asked + (waiting ? this.figures.patienceUnsent : this.figures.patience);
    }
    const idle = Math.min(this.#received, this.#sent) + this.figures.idle;
    return waiting ? Math.min(idle, Math.max(this.#received, this.#edited) + this.figures.unanswered) : idle;
  }

  // Frames only ever put the time off, so they need not touch the timer: it looks again when it fires.
  #arm(): void {
    this.clock.clearTimeout(this.#timer);
    this.#timer = this.clock.setTimeout(() => this.#look(), Math.max(0, this.#due() - this.clock.now()));
  }

  #look(): void {
    if (this.clock.now() < this.#due()) this.#arm();
    else if (this.#asked === undefined) this.probe();
    else this.owner.dead();
  }
}
