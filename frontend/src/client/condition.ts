import type { Clock, Timer } from "./clock.ts";
import type { Status } from "./types.ts";

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
  const names = ["state", "unsent", "error", "storeDown", "slowed"] as const;
  return names.every((name) => a[name] === b[name]);
}
