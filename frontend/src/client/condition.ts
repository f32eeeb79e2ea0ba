import type { Clock, Timer } from "./clock.ts";
import type { ConnectionState, Status } from "./types.ts";

/** So long after what the server has slowed down was taken, it counts as over. */
const SLOW_LASTS_MS = 1_000;
/** Longer than this nothing is taken for slow: a timer takes no number of any size. */
const SLOW_MOST_MS = 60_000;

/** What the server says of how it is doing, on one connection. */
export class Condition {
  #storeDown = false;
  #slow: Timer | undefined; // until it is over

  constructor(
    readonly clock: Clock,
    /** It is better again, though nobody said so. */
    readonly changed: () => void,
  ) {}

  /** What of it goes into the status. */
  get status(): Pick<Status, "storeDown" | "slowed"> {
    return { ...(this.#storeDown && { storeDown: true }), ...(this.#slow !== undefined && { slowed: true }) };
  }

  store(ok: boolean): void {
    this.#storeDown = !ok;
  }

  slow(waitMs: number): void {
    this.#fast();
    const lasts = Math.min(waitMs, SLOW_MOST_MS) + SLOW_LASTS_MS;
    this.#slow = this.clock.setTimeout(() => {
      this.#slow = undefined;
      this.changed();
    }, lasts);
  }

  /** The connection is gone. */
  forget(): void {
    this.#storeDown = false;
    this.#fast();
  }

  #fast(): void {
    this.clock.clearTimeout(this.#slow);
    this.#slow = undefined;
  }
}

/** Whether both tell the same. */
export function sameStatus(a: Status, b: Status): boolean {
  const names = ["state", "unsent", "error", "storeDown", "slowed", "unkept", "repaired"] as const;
  return names.every((name) => a[name] === b[name]);
}

/** What the state of a connection follows from. */
export interface Facts {
  /** There is a network, as far as the browser knows. */
  readonly online: boolean;
  /** Connected, and the document is here. */
  readonly live: boolean;
  /** The server has not answered a question yet. */
  readonly inDoubt: boolean;
  /** There is a document to show, if only from the journal. */
  readonly known: boolean;
  /** A connection was lost, or did not come about. */
  readonly lost: boolean;
  readonly mayEdit: boolean;
  readonly unsent: number;
  /** The user changed something since the page began. */
  readonly typed: boolean;
}

export function connectionState(facts: Facts): ConnectionState {
  const { online, live, inDoubt, known, lost } = facts;
  // Browsers are wrong about it at times; a connection that answers is a network.
  if (!online && (!live || inDoubt)) return "offline";
  if (!known || (!live && !lost)) return "connecting";
  if (!live) return "reconnecting";
  if (!facts.mayEdit) return "readonly";
  if (facts.unsent > 0) return "saving";
  return facts.typed ? "saved" : "connected";
}
