import type { Clock } from "../clock.ts";
import {
  type Entry,
  type Head,
  type JournalEvent,
  type KeptCopy,
  type Snapshot,
  type Stored,
  TakenError,
} from "../journal.ts";
import type { OrphanJournal } from "../orphans.ts";

interface Row {
  head: Head;
  snapshot: Snapshot;
  events: JournalEvent[];
  owner: object;
}

/** What all pages of one browser share: the disk, and who owns what. */
export class MemoryDisk {
  readonly rows = new Map<string, Row>();
  copies: KeptCopy[] = [];
  readonly locks = new Map<string, object>();
  /** Writes fail from now on: the quota is full. */
  full = false;
  /** A write takes up to so long, in milliseconds. */
  latency = 0;

  constructor(
    readonly clock: Clock,
    public random: () => number = () => 0,
  ) {}
}

/** The journal of one page, on a disk; IndexedDB as a test can see into it. */
export class MemoryJournal implements OrphanJournal {
  #alive = true;
  #last = 0; // when the last write takes effect

  constructor(readonly disk: MemoryDisk) {}

  /** The page ends at this moment: what is not on the disk yet never will be. */
  kill(): void {
    this.#alive = false;
    for (const [key, owner] of this.disk.locks) if (owner === this) this.disk.locks.delete(key);
  }

  async take(url: string): Promise<Stored | undefined> {
    const heads = (await this.#heads(url)).sort((a, b) => b.unsent - a.unsent || b.used - a.used);
    for (const head of heads) {
      const stored = await this.takeOne(head);
      if (stored !== undefined) return stored;
    }
    const row = heads[0] && this.disk.rows.get(heads[0].client);
    return row && structuredClone({ snapshot: row.snapshot, events: row.events });
  }

  async takeOne({ client }: Head): Promise<Stored | undefined> {
    const row = this.disk.rows.get(client);
    if (row === undefined || this.disk.locks.has(client)) return undefined;
    this.disk.locks.set(client, this);
    row.owner = this;
    const { snapshot, events } = structuredClone({ snapshot: row.snapshot, events: row.events });
    row.events.push({ kind: "life" });
    return { entry: new MemoryEntry(this, client), snapshot, events };
  }

  begin(_url: string, client: string): Entry {
    this.disk.locks.set(client, this);
    return new MemoryEntry(this, client);
  }

  keep(copies: readonly KeptCopy[]): Promise<void> {
    return this.write(() => this.disk.copies.push(...copies));
  }

  present(): void {}

  async unsent(url?: string): Promise<readonly Head[]> {
    return (await this.#heads(url)).filter((head) => head.unsent > 0);
  }

  async #heads(url?: string): Promise<Head[]> {
    return [...this.disk.rows.values()].map(({ head }) => head).filter((head) => url === undefined || head.url === url);
  }

  /** Takes effect after a while, in the order of the calls, unless the page is dead by then. */
  write(effect: () => void): Promise<void> {
    const { clock, random, latency } = this.disk;
    const at = Math.max(this.#last, clock.now() + random() * latency);
    this.#last = at;
    return new Promise((resolve, reject) => {
      clock.setTimeout(() => {
        if (!this.#alive) return;
        if (this.disk.full) return reject(new DOMException("no room", "QuotaExceededError"));
        try {
          effect();
          resolve();
        } catch (error) {
          reject(error);
        }
      }, at - clock.now());
    });
  }
}

class MemoryEntry implements Entry {
  #broken = false; // a write failed: none counts before a snapshot

  constructor(
    readonly journal: MemoryJournal,
    readonly client: string,
  ) {}

  append(events: readonly JournalEvent[], head: Head): Promise<void> {
    const stored = structuredClone({ events, head });
    return this.#write(() => {
      if (this.#broken) throw new Error("a write before this one failed");
      const row = this.#row();
      if (row === undefined) throw new Error("an append to nothing");
      row.events.push(...stored.events);
      row.head = stored.head;
    });
  }

  rewrite(snapshot: Snapshot, head: Head): Promise<void> {
    const stored = structuredClone({ snapshot, head });
    return this.#write(() => {
      this.#row();
      this.#broken = false;
      this.journal.disk.rows.set(this.client, { ...stored, events: [], owner: this.journal });
    });
  }

  async owned(): Promise<boolean> {
    const row = this.journal.disk.rows.get(this.client);
    return row === undefined || row.owner === this.journal;
  }

  async remove(copies: readonly KeptCopy[]): Promise<void> {
    try {
      await this.journal.write(() => {
        this.journal.disk.copies.push(...copies);
        if (this.journal.disk.rows.get(this.client)?.owner === this.journal) this.journal.disk.rows.delete(this.client);
      });
    } finally {
      this.release();
    }
  }

  release(): void {
    const { locks } = this.journal.disk;
    if (locks.get(this.client) === this.journal) locks.delete(this.client);
  }

  #write(effect: () => void): Promise<void> {
    return this.journal.write(effect).catch((error) => {
      this.#broken = true;
      throw error;
    });
  }

  #row(): Row | undefined {
    const row = this.journal.disk.rows.get(this.client);
    if (row !== undefined && row.owner !== this.journal) throw new TakenError("another page has taken it");
    return row;
  }
}

/** Lets all promises that can settle do so: the fake clock runs timers, and nothing else. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
