import type { HistorySource } from "./api.ts";
import type { Mover } from "./mover.ts";
import type { Stops } from "./stops.ts";

/** The steps that the keys make. */
const steps = [1, -1, 10, -10] as const;

/** Reads, while the text rests, what leads to the neighbours, so that the next key needs no server. */
export class Prefetch {
  #source: HistorySource;
  #mover: Mover;
  #reading: AbortController | undefined;

  constructor(source: HistorySource, mover: Mover) {
    this.#source = source;
    this.#mover = mover;
  }

  /** Reads what leads away from a revision. */
  around(revision: number, stops: Stops): void {
    this.stop();
    const reading = new AbortController();
    this.#reading = reading;
    void this.#read(revision, stops, reading.signal);
  }

  /** What is asked for now has to come first. */
  stop(): void {
    this.#reading?.abort();
    this.#reading = undefined;
  }

  async #read(revision: number, stops: Stops, signal: AbortSignal): Promise<void> {
    try {
      for (const step of steps) {
        const to = stops.step(revision, step);
        if (to === revision || this.#mover.knows(revision, to)) continue;
        const { op } = await this.#source.change(revision, to, signal);
        this.#mover.keep(revision, to, op);
      }
    } catch {
      // It is asked for again when it is needed, and that tells what is wrong.
    }
  }
}
