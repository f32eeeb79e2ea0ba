import type { Clock, Timer } from "./clock.ts";

/** Runs something soon after it was asked for, once for many asks, and not more often than every `pace` milliseconds. */
export class Throttle {
  #timer: Timer;
  #asked = false;
  #next = 0;

  constructor(
    readonly clock: Clock,
    readonly pace: number,
    readonly run: () => void,
  ) {}

  /** Never runs within this call. */
  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#timer = this.clock.setTimeout(
      () => {
        this.#asked = false;
        this.#next = this.clock.now() + this.pace;
        this.run();
      },
      Math.max(0, this.#next - this.clock.now()),
    );
  }

  stop(): void {
    this.clock.clearTimeout(this.#timer);
    this.#asked = false;
  }
}
