import { Database, got } from "./database.ts";
import {
  type Entry,
  type Head,
  type Journal,
  type JournalEvent,
  type KeptCopy,
  type Snapshot,
  STORED_BYTES,
  STORED_DOCUMENTS,
  type Stored,
  TakenError,
} from "./journal.ts";
import { CopyShelf } from "./journal-copies.ts";
import { type Owned, type PageLocks, pageLocks } from "./page-locks.ts";

/** A head, with the page that owns the client: whoever writes is refused when that is another one. */
interface OwnedHead extends Head {
  readonly owner: string;
}

/** How long a page that was loaded again waits for its own former life to end, in milliseconds. */
const RELOAD_MS = 500;
/** Where a page remembers which client it was, and the browser who its user is. */
const CLIENT_KEY = "collabd.client:";
const USER_KEY = "collabd.user";

const range = (...key: readonly string[]) => IDBKeyRange.bound([...key], [...key, []]);

/** The journal of a browser, for all pages of an origin. */
export class IndexedDbJournal implements Journal {
  readonly copies: CopyShelf;
  readonly #database = new Database();
  readonly #locks: PageLocks;
  readonly #owner = `${Date.now()}-${Math.random()}`;

  constructor(locks: PageLocks = pageLocks()) {
    this.#locks = locks;
    this.copies = new CopyShelf(this.#database, () => this.user);
  }

  /** The id of the present user, empty if there is none; undefined if nobody knows. */
  get user(): string | undefined {
    return remembered("local", USER_KEY);
  }

  present(user: string): void {
    if (this.user !== user) remember("local", USER_KEY, user);
  }

  /**
   * The client that this page was before it was loaded again; else one that nobody owns, the one with the latest unsent
   * edits first. If others own all there are, the newest of them to look at.
   */
  async take(url: string): Promise<Stored | undefined> {
    const own = remembered("session", CLIENT_KEY + url);
    const heads = (await this.#heads(url)).sort((a, b) => rank(b, own) - rank(a, own) || newer(a, b));
    for (const head of heads) {
      const stored = await this.takeOne(head, head.client === own ? RELOAD_MS : 0);
      if (stored === undefined) continue;
      remember("session", CLIENT_KEY + url, head.client);
      return stored;
    }
    const [newest] = heads.sort((a, b) => b.used - a.used);
    return newest && this.#look(newest);
  }

  /** This client, if nobody owns it. */
  async takeOne({ url, client }: Head, waitMs = 0): Promise<Stored | undefined> {
    const lock = await this.#lock(url, client, waitMs);
    if (lock === undefined) return undefined;
    try {
      const stored = await this.#claim(url, client, lock);
      if (stored === undefined) lock.release();
      return stored;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  begin(url: string, client: string): Entry {
    remember("session", CLIENT_KEY + url, client);
    const lock = this.#lock(url, client, 0).catch(() => undefined); // nobody else can know a new client
    return new StoredClient(this.#database, this.copies, url, client, this.#owner, 0, {
      release: () => void lock.then((owned) => owned?.release()),
    });
  }

  keep(copies: readonly KeptCopy[]): Promise<void> {
    return this.copies.keep(copies);
  }

  /** The stored clients of the present user that have something unsent, of one document or of all. */
  async unsent(url?: string): Promise<readonly Head[]> {
    return (await this.#heads(url)).filter((head) => head.unsent > 0);
  }

  /** Takes out what is stored beyond the bounds and belongs to no page, the oldest first; never what is unsent. */
  async tidy(): Promise<void> {
    const heads = await this.#database.transact<OwnedHead[]>(["heads"], "readonly", (transaction, done) => {
      const all = transaction.objectStore("heads").getAll();
      all.onsuccess = () => done(all.result);
    });
    const documents = new Set<string>();
    let bytes = 0;
    for (const head of heads.sort((a, b) => b.used - a.used)) {
      const again = documents.has(head.url);
      documents.add(head.url);
      bytes += head.bytes;
      const beyond = again || documents.size > STORED_DOCUMENTS || bytes > STORED_BYTES;
      if (head.unsent > 0 || !beyond) continue;
      bytes -= head.bytes;
      const lock = await this.#lock(head.url, head.client, 0);
      if (lock !== undefined) await this.#drop(head).finally(() => lock.release());
    }
  }

  /** Takes a client out, unless it has got something unsent since it was listed. */
  #drop({ url, client }: Head): Promise<void> {
    return this.#database.transact(["heads", "snapshots", "events"], "readwrite", (transaction, _done, fail) => {
      got(transaction.objectStore("heads").get([url, client]), fail, (head: OwnedHead | undefined) => {
        if ((head?.unsent ?? 0) === 0) erase(transaction, url, client);
      });
    });
  }

  #lock(url: string, client: string, waitMs: number): Promise<Owned | undefined> {
    return this.#locks.acquire(`collabd:${url}:${client}`, waitMs);
  }

  async #heads(url?: string): Promise<OwnedHead[]> {
    const { user } = this;
    const heads = await this.#database.transact<OwnedHead[]>(["heads"], "readonly", (transaction, done) => {
      const all = transaction.objectStore("heads").getAll(url === undefined ? null : range(url));
      all.onsuccess = () => done(all.result);
    });
    return heads.filter((head) => user === undefined || head.user === user);
  }

  /** Reads a client, and marks it as this page's: another that still writes to it is refused from now on. */
  #claim(url: string, client: string, lock: Owned): Promise<Stored | undefined> {
    return this.#read(url, client, "readwrite", (head, stored, last, transaction) => {
      const events = transaction.objectStore("events");
      events.delete(IDBKeyRange.bound([url, client, last + 1], [url, client, []])); // behind a gap nothing counts
      events.add([{ kind: "life" }] satisfies JournalEvent[], [url, client, last + 1]);
      transaction.objectStore("heads").put({ ...head, owner: this.#owner });
      const { copies } = this;
      return { ...stored, entry: new StoredClient(this.#database, copies, url, client, this.#owner, last + 1, lock) };
    });
  }

  #look({ url, client }: Head): Promise<Stored | undefined> {
    return this.#read(url, client, "readonly", (_head, stored) => stored);
  }

  #read(
    url: string,
    client: string,
    mode: "readonly" | "readwrite",
    then: (head: OwnedHead, stored: Stored, last: number, transaction: IDBTransaction) => Stored,
  ): Promise<Stored | undefined> {
    return this.#database.transact(["heads", "snapshots", "events"], mode, (transaction, done, fail) => {
      const head = transaction.objectStore("heads").get([url, client]);
      const snapshot = transaction.objectStore("snapshots").get([url, client]);
      const events = transaction.objectStore("events");
      const keys = events.getAllKeys(range(url, client));
      const batches = events.getAll(range(url, client)); // answers last
      got(batches, fail, (found: JournalEvent[][]) => {
        if (head.result === undefined || snapshot.result === undefined) return done(undefined);
        const { upTo, ...at } = snapshot.result as Snapshot & { upTo: number };
        let last = upTo;
        const log: JournalEvent[] = [];
        for (const [i, key] of (keys.result as [string, string, number][]).entries()) {
          if (key[2] !== last + 1) break;
          last = key[2];
          log.push(...found[i]!);
        }
        done(then(head.result, { snapshot: at, events: log }, last, transaction));
      });
    });
  }
}

function rank(head: Head, own: string | undefined): number {
  if (head.client === own) return 2;
  return head.unsent > 0 ? 1 : 0;
}

function newer(a: Head, b: Head): number {
  return b.unsent > 0 || a.unsent > 0 ? b.edited - a.edited : b.used - a.used;
}

/** The place of one client in the database. */
class StoredClient implements Entry {
  constructor(
    readonly database: Database,
    readonly copies: CopyShelf,
    readonly url: string,
    readonly client: string,
    readonly owner: string,
    /** The number of the last batch of events. */
    private last: number,
    readonly lock: Owned,
  ) {}

  append(events: readonly JournalEvent[], head: Head, strict: boolean): Promise<void> {
    const key = [this.url, this.client, ++this.last];
    const write = (transaction: IDBTransaction, _done: unknown, fail: (reason: Error) => void) => {
      // The numbers have no gap, so whoever took the client over has written this one.
      const added = transaction.objectStore("events").add(events, key);
      added.onerror = (event) => {
        if (added.error?.name !== "ConstraintError") return;
        event.stopPropagation();
        fail(new TakenError("another page has taken the client over"));
      };
      transaction.objectStore("heads").put({ ...head, owner: this.owner } satisfies OwnedHead);
      transaction.commit(); // it counts though this page may end before the requests have answered
    };
    return this.database.transact(["heads", "events"], "readwrite", write, strict ? "strict" : "relaxed");
  }

  rewrite(snapshot: Snapshot, head: Head, strict: boolean): Promise<void> {
    const { url, client, last } = this;
    const write = (transaction: IDBTransaction, _done: unknown, fail: (reason: Error) => void) => {
      this.#ifOwned(transaction, fail, () => {
        transaction.objectStore("snapshots").put({ ...snapshot, upTo: last }, [url, client]);
        transaction.objectStore("events").delete(range(url, client));
        transaction.objectStore("heads").put({ ...head, owner: this.owner } satisfies OwnedHead);
        transaction.commit();
      });
    };
    return this.database.transact(["heads", "snapshots", "events"], "readwrite", write, strict ? "strict" : "relaxed");
  }

  owned(): Promise<boolean> {
    return this.database.transact<boolean>(["heads"], "readonly", (transaction, done) => {
      const head = transaction.objectStore("heads").get([this.url, this.client]);
      head.onsuccess = () => done(head.result === undefined || head.result.owner === this.owner);
    });
  }

  async remove(copies: readonly KeptCopy[]): Promise<void> {
    const { url, client } = this;
    try {
      await this.database.transact(
        ["heads", "snapshots", "events", "copies"],
        "readwrite",
        (transaction, _done, fail) => {
          this.copies.put(transaction, copies, fail);
          got(transaction.objectStore("heads").get([url, client]), fail, (head: OwnedHead | undefined) => {
            if (head === undefined || head.owner === this.owner) erase(transaction, url, client); // else another page's now
          });
        },
      );
    } catch (error) {
      if (copies.length === 0) throw error;
      await this.copies.keep(copies);
    } finally {
      this.release();
    }
  }

  release(): void {
    this.lock.release();
  }

  /** One that is not there (new, or the user cleared the storage) may be written too. */
  #ifOwned(transaction: IDBTransaction, fail: (reason: Error) => void, then: () => void): void {
    got(transaction.objectStore("heads").get([this.url, this.client]), fail, (head: OwnedHead | undefined) => {
      if (head === undefined || head.owner === this.owner) then();
      else fail(new TakenError("another page has taken the client over"));
    });
  }
}

function erase(transaction: IDBTransaction, url: string, client: string): void {
  transaction.objectStore("heads").delete([url, client]);
  transaction.objectStore("snapshots").delete([url, client]);
  transaction.objectStore("events").delete(range(url, client));
}

function remembered(where: "local" | "session", key: string): string | undefined {
  try {
    return (where === "local" ? localStorage : sessionStorage).getItem(key) ?? undefined;
  } catch {
    return undefined; // no storage is allowed here
  }
}

function remember(where: "local" | "session", key: string, value: string): void {
  try {
    (where === "local" ? localStorage : sessionStorage).setItem(key, value);
  } catch {
    // Then it is not remembered.
  }
}
