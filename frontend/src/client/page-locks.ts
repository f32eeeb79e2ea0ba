/**
 * Which page owns what, among all pages of this origin in this browser. A page that is gone owns nothing, however it
 * ended. Where there are no Web Locks (plain http in a local network is no secure context) the pages ask each other:
 * one that does not answer, because it is frozen, loses what it had, and finds that out when it writes (`TakenError`).
 */

/** Something that this page owns until it releases it. */
export interface Owned {
  release(): void;
}

export interface PageLocks {
  /** Owns `name`, or gives undefined if another page still does after `waitMs` milliseconds. */
  acquire(name: string, waitMs: number): Promise<Owned | undefined>;
}

/** So long a page has to say that it owns something, in milliseconds. */
const ANSWER_MS = 300;
const CHANNEL = "collabd.locks";

/** By Web Locks if there are any. */
export function pageLocks(): PageLocks {
  if (typeof navigator !== "undefined" && navigator.locks !== undefined) return webLocks;
  return new AskedLocks();
}

const webLocks: PageLocks = {
  acquire(name, waitMs) {
    return new Promise((resolve, reject) => {
      const held = (lock: Lock | null) => {
        if (lock === null) return resolve(undefined);
        return new Promise<void>((release) => resolve({ release }));
      };
      const how: LockOptions = waitMs > 0 ? { signal: AbortSignal.timeout(waitMs) } : { ifAvailable: true };
      navigator.locks.request(name, how, held).catch((error: unknown) => {
        const waited = error instanceof DOMException && ["AbortError", "TimeoutError"].includes(error.name);
        if (waited) resolve(undefined);
        else reject(error);
      });
    });
  },
};

/** A question, or an answer to one: everybody hears both. */
interface Said {
  readonly kind: "who" | "mine";
  readonly name: string;
  /** The number of the page that asks: of two that ask at once the lower one gets it. */
  readonly asker: number;
}

/** Pages that ask each other who owns something. */
export class AskedLocks implements PageLocks {
  readonly #channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(CHANNEL);
  readonly #page = Math.random();
  readonly #owned = new Set<string>();
  readonly #asking = new Map<string, () => void>();

  constructor() {
    if (this.#channel) this.#channel.onmessage = ({ data }: MessageEvent<Said>) => this.#heard(data);
  }

  async acquire(name: string, waitMs: number): Promise<Owned | undefined> {
    for (const end = Date.now() + waitMs; ; ) {
      if (await this.#ask(name)) {
        this.#owned.add(name);
        return { release: () => this.#owned.delete(name) };
      }
      if (Date.now() >= end) return undefined;
    }
  }

  #ask(name: string): Promise<boolean> {
    if (this.#owned.has(name) || this.#asking.has(name)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (free: boolean) => {
        clearTimeout(timer);
        this.#asking.delete(name);
        resolve(free);
      };
      const timer = setTimeout(() => settle(true), ANSWER_MS);
      this.#asking.set(name, () => settle(false));
      this.#say({ kind: "who", name, asker: this.#page });
    });
  }

  #heard({ kind, name, asker }: Said): void {
    if (kind === "who") {
      const mine = this.#owned.has(name) || (this.#asking.has(name) && this.#page < asker);
      if (mine) this.#say({ kind: "mine", name, asker });
    } else if (asker === this.#page) {
      this.#asking.get(name)?.();
    }
  }

  #say(said: Said): void {
    this.#channel?.postMessage(said);
  }
}
