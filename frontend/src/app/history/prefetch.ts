import type { HistorySource } from "./api.ts";
import type { Mover } from "./mover.ts";
import type { Stops } from "./stops.ts";

/** The steps that the keys make. */
const steps = [1, -1, 10, -10] as const;

/** Who made a revision, as the server says it. */
type Tell = (revision: number, user: string, at: number) => void;

/**
 * Reads, while the text rests, who made what is shown, if that is not known, and what leads to the neighbours, so that the
 * next key needs no server.
 */
export class Prefetch {
  #source: HistorySource;
  #mover: Mover;
  #tell: Tell;
  #reading: AbortController | undefined;

  constructor(source: HistorySource, mover: Mover, tell: Tell) {
    this.#source = source;
    this.#mover = mover;
    this.#tell = tell;
  }

  /** Reads what leads away from a revision, and who made it unless that is known. */
  around(revision: number, stops: Stops, known: boolean): void {
    this.stop();
    const reading = new AbortController();
    this.#reading = reading;
    void this.#read(revision, stops, known, reading.signal);
  }

  /** What is asked for now has to come first. */
  stop(): void {
    this.#reading?.abort();
    this.#reading = undefined;
  }

  async #read(revision: number, stops: Stops, known: boolean, signal: AbortSignal): Promise<void> {
    try {
      const { record } = known ? { record: undefined } : await this.#source.change(revision, revision, signal);
      if (record) this.#tell(revision, record.user.id, Date.parse(record.at));
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
