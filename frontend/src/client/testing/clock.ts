import type { Clock, Timer } from "../clock.ts";

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #last = 0;
  #timers = new Map<number, { at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, ms: number): Timer {
    this.#timers.set(++this.#last, { at: this.#now + ms, run });
    return this.#last;
  }

  clearTimeout(timer: Timer): void {
    this.#timers.delete(timer as number);
  }

  /** Lets time pass, and runs what comes due on the way, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let id = 0;
      let at = end;
      for (const [each, timer] of this.#timers) {
        if (timer.at < at || (timer.at === at && id === 0)) [id, at] = [each, timer.at];
      }
      if (id === 0) break;
      const { run } = this.#timers.get(id)!;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = end;
  }

  /** Lets time pass until something is so; fails after `most` milliseconds. */
  until(so: () => boolean, most = 120_000, step = 5): void {
    for (let passed = 0; !so(); passed += step) {
      if (passed > most) throw new Error(`not so within ${most} ms: ${so}`);
      this.advance(step);
    }
  }
}
