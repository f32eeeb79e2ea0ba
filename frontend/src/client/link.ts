import type { Clock, Timer } from "./clock.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Connection, Transport } from "./transport.ts";

/** How long to wait before the first new try; doubled each time, up to the longest. */
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
/** A connection that has not come as far as its document by then is given up. */
const SETTLE_MS = 15_000;
/** A connection that lived shorter than this does not start the delays over: it would be a busy loop. */
const LIVED_MS = 1_000;

/** What a link tells, and asks. */
export interface LinkOwner {
  /** The connection is open: say hello. */
  opened(): void;
  frame(frame: string): void;
  /** The connection is gone. Whether to try again. */
  lost(code: number, reason: string): boolean;
  /** Whether edits wait for their acknowledgement. */
  waiting(): boolean;
  /** The server answered, or does not answer any more. */
  doubt(inDoubt: boolean): void;
}

/** Keeps one connection up, and never stops trying: back-off with jitter, at once when there is hope. */
export class Link {
  #connection: Connection | undefined;
  #heartbeat: Heartbeat | undefined; // from open to lost
  #timer: Timer; // to the next try, or to settling
  #since = 0; // when this connection was begun
  #settled: number | undefined; // when it was settled
  #attempts = 0;
  #hold = 0; // the server asked us to stay away so long
  #closed = false;

  constructor(
    readonly owner: LinkOwner,
    readonly options: {
      readonly url: string;
      readonly transport: Transport;
      readonly clock: Clock;
      readonly random: () => number;
    },
  ) {}

  /** Begins a connection, and gives up one that is there. */
  connect(): void {
    const { clock, transport, url } = this.options;
    this.#release();
    this.#closed = false;
    this.#since = clock.now();
    this.#timer = clock.setTimeout(() => this.drop(), SETTLE_MS);
    const connection = transport.open(url);
    this.#connection = connection;
    connection.onopen = () => {
      const heartbeat: Heartbeat = new Heartbeat(
        {
          ping: () => {
            this.send('{"type":"ping"}');
            this.owner.doubt(true);
          },
          dead: () => this.drop(),
          waiting: () => this.owner.waiting(),
        },
        clock,
      );
      this.#heartbeat = heartbeat;
      this.owner.opened();
    };
    connection.onframe = (frame) => {
      const wasInDoubt = this.#heartbeat?.inDoubt;
      this.#heartbeat?.received();
      if (wasInDoubt) this.owner.doubt(false);
      this.owner.frame(frame);
    };
    connection.onclose = (code, reason) => this.#lost(code, reason);
  }

  /** Sends a frame if the connection is open; else it is lost, as it would be on the way. */
  send(frame: string, edit = false): void {
    if (this.#heartbeat === undefined) return;
    this.#connection?.send(frame);
    this.#heartbeat.sent(edit);
  }

  /** The connection works: the next delays start over. */
  settled(): void {
    this.options.clock.clearTimeout(this.#timer);
    this.#settled = this.options.clock.now();
  }

  /** Do not come back for so long, in milliseconds. */
  hold(ms: number): void {
    this.#hold = Math.min(ms, LONGEST_DELAY_MS);
  }

  /** Gives up this connection and tries a new one. */
  drop(): void {
    this.#lost(1006, "");
  }

  /** Tries at once if there is no connection; if there is one, makes sure that it is alive. */
  hurry(): void {
    if (this.#closed) return;
    if (this.#settled !== undefined) {
      this.#heartbeat?.probe();
    } else if (this.#connection === undefined || this.options.clock.now() - this.#since > LIVED_MS) {
      this.#attempts = 0;
      this.connect();
    }
  }

  /** Ends all that goes on, until `connect`. */
  close(): void {
    this.#closed = true;
    this.#release();
  }

  #lost(code: number, reason: string): void {
    const { clock, random } = this.options;
    const lived = this.#settled !== undefined && clock.now() - this.#settled >= LIVED_MS;
    this.#release();
    if (lived) this.#attempts = 0;
    if (!this.owner.lost(code, reason) || this.#closed) {
      this.#closed = true;
      return;
    }
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempts++);
    // Half of it is chance: those who were cut off together shall not come back together.
    const wait = Math.max(delay * (0.5 + random() / 2), this.#hold * (1 + random() / 2));
    this.#hold = 0;
    this.#timer = clock.setTimeout(() => this.connect(), wait);
  }

  /** Forgets the connection: nothing that it still has to say is heard. */
  #release(): void {
    this.options.clock.clearTimeout(this.#timer);
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    this.#settled = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined) return;
    connection.onopen = () => {};
    connection.onframe = () => {};
    connection.onclose = () => {};
    connection.close();
  }
}
