import type { Clock, Timer } from "./clock.ts";
import {
  type Entry,
  type Head,
  type Journal,
  type JournalEvent,
  type KeptCopy,
  LOG_BYTES,
  LOG_EVENTS,
  type Snapshot,
  type Stored,
  sizeOf,
  sizeOfOp,
  TakenError,
} from "./journal.ts";

/** What others did is written this long after it came: until then the server has it anyway. In milliseconds. */
const REMOTE_WAIT_MS = 1_000;
/** Nothing happened for so long: a good moment for a new snapshot. */
const QUIET_MS = 3_000;
/** A log that is shorter is not worth one. */
const QUIET_BYTES = 4 * 1024;
/** The document may be so many times the log, or a snapshot is too much work for what it saves. */
const QUIET_SHARE = 16;
/** How long to wait before a storage that failed is tried again; doubled each time, up to the longest. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;
/** A journal that has not answered by then counts as one that does not work. */
export const JOURNAL_PATIENCE_MS = 2_000;
/** An edit waits so long for its place in the journal before it is sent; then it goes without. In milliseconds. */
const WRITE_AHEAD_MS = 200;
/** So many writes are given to the storage at once; what happens meanwhile goes with the next. */
const WRITES_AT_ONCE = 8;

/** What Durable asks, and tells. */
export interface DurableOwner {
  /** The client as it is now; this copies the document. */
  snapshot(): Snapshot;
  /** Its name and that of its user. */
  who(): { readonly client: string; readonly user: string };
  /** How many changes of the user are not acknowledged. */
  unsent(): number;
  /** What is not sent may be lost with the page at any time, so every write must reach the disk itself. */
  alone(): boolean;
  /** `unkept` changed. */
  changed(): void;
  /** `has` may say something else now. */
  written(): void;
  /** Another page goes on with this client, and has not got all that it needs for that. */
  taken(): void;
}

/** So many events, asked for at this time. */
export interface Ahead {
  readonly events: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Keeps one client in a journal. It never throws, and nothing waits for it: if it fails, that shows in `unkept`. */
export class Durable {
  #entry: Entry | undefined;
  #events: JournalEvent[] = []; // not given to the storage yet
  #log = { events: 0, bytes: 0 }; // since the snapshot
  #documentBytes = 0; // of the snapshot
  #edited = 0; // when the user changed something last
  #writing = 0; // writes under way
  #last: Promise<unknown> = Promise.resolve(); // write, settled or not; never rejects
  #recorded = 0; // events, of all
  #kept = 0; // of these: in the journal
  #late: Timer; // to giving up waiting for them
  #soon = false; // a flush at the end of this turn
  #stale = false; // the storage failed, or was not asked yet: it needs a snapshot
  #unkept = false;
  #retries = 0;
  #later: Timer; // flush
  #quiet: Timer; // new snapshot
  #retry: Timer;

  constructor(
    readonly journal: Journal,
    readonly url: string,
    readonly clock: Clock,
    readonly owner: DurableOwner,
  ) {}

  /** What is unsent is not kept in this browser: the storage fails, and is tried again. */
  get unkept(): boolean {
    return this.#unkept;
  }

  /**
   * Has all written that happened so far. An edit is sent when that `has` come about: if it were sent first and the page
   * ended in between, the next page could not know what it had sent.
   */
  ahead(): Ahead {
    this.#flushSoon();
    this.clock.clearTimeout(this.#late);
    this.#late = this.clock.setTimeout(() => this.owner.written(), WRITE_AHEAD_MS);
    return { events: this.#recorded, at: this.clock.now() };
  }

  /** Whether that is in the journal, or need not be waited for any more. */
  has({ events, at }: Ahead): boolean {
    if (this.#entry === undefined || this.#stale || this.#kept >= events) return true;
    return this.clock.now() - at >= WRITE_AHEAD_MS;
  }

  /** All that happened to the client is in the journal. */
  get complete(): boolean {
    return this.#entry !== undefined && !this.#stale && this.#events.length === 0 && this.#writing === 0;
  }

  /** There is a client in the journal, or about to be. */
  get holds(): boolean {
    return this.#entry !== undefined;
  }

  /** The stored client to go on with; undefined if there is none, and when the storage fails. */
  async take(): Promise<Stored | undefined> {
    let late = false;
    const timer = new Promise<"late">((resolve) =>
      this.clock.setTimeout(() => {
        late = true;
        resolve("late");
      }, JOURNAL_PATIENCE_MS),
    );
    const asked = this.journal.take(this.url);
    asked.then((stored) => late && stored?.entry?.release()).catch(() => {});
    try {
      const stored = await Promise.race([asked, timer]);
      if (stored !== "late") return stored;
    } catch {
      // As if it were late.
    }
    this.#setUnkept(true);
    return undefined;
  }

  /** Goes on with a client that `take` gave. */
  resume(entry: Entry, stored: Stored): void {
    this.#entry = entry;
    this.#documentBytes = sizeOfOp(stored.snapshot.document);
    this.#log = { events: stored.events.length, bytes: stored.events.reduce((sum, event) => sum + sizeOf(event), 0) };
  }

  /** A new client: what the one before it had is forgotten, but for these copies. */
  begin(client: string, copies: readonly KeptCopy[]): void {
    this.forget(copies);
    this.#entry = this.journal.begin(this.url, client);
    this.rewrite();
  }

  /** Whether the client is still ours to resume; a storage that does not answer says yes. */
  async owned(): Promise<boolean> {
    const entry = this.#entry;
    if (entry === undefined || this.#stale) return true;
    const timer = new Promise<true>((resolve) => this.clock.setTimeout(() => resolve(true), JOURNAL_PATIENCE_MS));
    return Promise.race([entry.owned().catch(() => true), timer]);
  }

  /** Something happened to the client. What its user did is written at the end of this turn, what others did a little later. */
  record(event: JournalEvent): void {
    if (event.kind === "local") this.#edited = this.clock.now();
    this.#recorded++;
    if (this.#entry === undefined || this.#stale) return;
    this.#events.push(event);
    this.#restless();
    if (event.kind === "local" || event.kind === "resumed") this.#flushSoon();
    else this.#later ??= this.clock.setTimeout(() => this.flush(), REMOTE_WAIT_MS);
  }

  #flushSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    queueMicrotask(() => this.flush());
  }

  /** Gives the storage all that it does not have yet. */
  flush(): void {
    this.#flush(WRITES_AT_ONCE);
  }

  #flush(most: number): void {
    this.#soon = false;
    this.clock.clearTimeout(this.#later);
    this.#later = undefined;
    const entry = this.#entry;
    if (entry === undefined || this.#stale || this.#events.length === 0 || this.#writing >= most) return;
    const events = this.#events;
    this.#log.events += events.length;
    for (const event of events) this.#log.bytes += sizeOf(event);
    if (this.#log.events > LOG_EVENTS || this.#log.bytes > Math.max(LOG_BYTES, this.#documentBytes)) {
      return this.rewrite();
    }
    this.#events = [];
    this.#write(entry, () => entry.append(events, this.#head(), this.owner.alone()));
  }

  /** Puts a snapshot in place of all that is stored. */
  rewrite(): void {
    const entry = this.#entry;
    if (entry === undefined) return;
    this.clock.clearTimeout(this.#retry);
    this.#events = [];
    this.#stale = false;
    this.#write(entry, () => {
      const snapshot = this.owner.snapshot();
      this.#documentBytes = sizeOfOp(snapshot.document);
      this.#log = { events: 0, bytes: 0 };
      return entry.rewrite(snapshot, this.#head(), this.owner.alone());
    });
  }

  /** Takes the client out of the journal, and keeps copies. */
  forget(copies: readonly KeptCopy[]): void {
    const entry = this.#entry;
    this.#stop();
    if (entry === undefined && copies.length === 0) return;
    const kept = entry === undefined ? this.journal.keep(copies) : entry.remove(copies);
    kept.catch(() => copies.length > 0 && this.#setUnkept(true));
  }

  /** Keeps copies, and the client. */
  keep(copies: readonly KeptCopy[]): void {
    this.journal.keep(copies).catch(() => this.#setUnkept(true));
  }

  /** Writes what there is, and leaves the client to whoever takes it. */
  close(): void {
    this.#flush(Number.POSITIVE_INFINITY);
    const entry = this.#entry;
    this.#stop();
    // Not before the last write: whoever takes the client must find it.
    void this.#last.then(() => entry?.release());
  }

  #stop(): void {
    this.#entry = undefined;
    this.#events = [];
    this.#stale = false;
    this.clock.clearTimeout(this.#later);
    this.clock.clearTimeout(this.#quiet);
    this.clock.clearTimeout(this.#retry);
    this.clock.clearTimeout(this.#late);
    this.#later = undefined;
  }

  #head(): Head {
    return {
      url: this.url,
      ...this.owner.who(),
      unsent: this.owner.unsent(),
      edited: this.#edited,
      used: this.clock.now(),
      bytes: this.#documentBytes + this.#log.bytes,
    };
  }

  #write(entry: Entry, write: () => Promise<void>): void {
    this.#writing++;
    const recorded = this.#recorded;
    let written: Promise<void>;
    try {
      written = write();
    } catch (error) {
      written = Promise.reject(error);
    }
    this.#last = written.catch(() => {});
    written.then(
      () => {
        this.#writing--;
        if (entry !== this.#entry || this.#stale) return;
        this.#retries = 0;
        this.#kept = Math.max(this.#kept, recorded);
        this.#setUnkept(false);
        this.owner.written();
        if (this.#later === undefined) this.flush();
      },
      (error: unknown) => {
        this.#writing--;
        if (entry === this.#entry) this.#failed(error);
      },
    );
  }

  #failed(error: unknown): void {
    if (error instanceof TakenError) {
      this.#stop();
      return this.owner.taken();
    }
    this.#stale = true;
    this.#events = [];
    this.clock.clearTimeout(this.#retry);
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries++);
    this.#retry = this.clock.setTimeout(() => this.rewrite(), wait);
    this.#setUnkept(true);
    this.owner.written();
  }

  #setUnkept(unkept: boolean): void {
    if (this.#unkept === unkept) return;
    this.#unkept = unkept;
    this.owner.changed();
  }

  /** Something happens, so the quiet begins anew. */
  #restless(): void {
    this.clock.clearTimeout(this.#quiet);
    this.#quiet = this.clock.setTimeout(() => {
      const { bytes } = this.#log;
      const worth = bytes >= QUIET_BYTES && bytes * QUIET_SHARE >= this.#documentBytes;
      if (worth && this.owner.unsent() === 0) this.rewrite();
    }, QUIET_MS);
  }
}
