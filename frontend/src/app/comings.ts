import type { User } from "../client/types.ts";

/** How long after somebody came or went it is told, with all who came or went meanwhile; in milliseconds. */
export const gather = 1500;
/** How long after the first report those who are here are complete, in milliseconds. */
const settle = 300;

/** What Comings tells, with the names of those who came or went, oneself not among them. */
interface Telling {
  joined(names: readonly string[]): void;
  left(names: readonly string[]): void;
}

/**
 * Tells who comes and who goes, a few at once. Those who are here at the start are not told of, nor is who was away for a
 * moment; and while the connection is away nobody is known to have gone.
 */
export class Comings {
  #telling: Telling;
  #told: ReadonlyMap<string, string> | undefined; // names by id
  #present: ReadonlyMap<string, string> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(telling: Telling) {
    this.#telling = telling;
  }

  /** These are here now. */
  report(people: readonly User[]): void {
    this.#present = new Map(people.map(({ id, name }) => [id, name]));
    this.#timer ??= setTimeout(() => this.#tell(), this.#told ? gather : settle);
  }

  /** The connection is away: that nobody is here means nothing, until the next report. */
  away(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    this.#timer = undefined;
    const before = this.#told;
    this.#told = this.#present;
    if (!before) return;
    const joined = [...this.#present].filter(([id]) => !before.has(id)).map(([, name]) => name);
    const left = [...before].filter(([id]) => !this.#present.has(id)).map(([, name]) => name);
    if (joined.length > 0) this.#telling.joined(joined);
    if (left.length > 0) this.#telling.left(left);
  }
}
