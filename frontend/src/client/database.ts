/** The IndexedDB database of the journal: opened when it is needed, opened again when it was closed. */

/** Of the layout below; a program with a higher one upgrades, one with a lower one cannot open it. */
const SCHEMA = 1;
const NAME = "collabd";
/** So long may opening take: another tab may hold up an upgrade. In milliseconds. */
const OPEN_PATIENCE_MS = 10_000;

/** Calls `then` with what a request gave; if that throws, the transaction is aborted for that reason. */
export function got<Value>(
  request: IDBRequest<Value>,
  fail: (reason: Error) => void,
  then: (value: Value) => void,
): void {
  request.onsuccess = () => {
    try {
      then(request.result);
    } catch (error) {
      fail(error as Error);
    }
  };
}

/** The object stores, with what they hold. */
export const stores = {
  /** `Head` and the `owner`, by [url, client]. */
  heads: "heads",
  /** Snapshots, by [url, client], each with `upTo`: the number of the last batch of events that is in it. */
  snapshots: "snapshots",
  /** Batches of events, by [url, client, number], numbers without a gap. */
  events: "events",
  /** `KeptCopy`, by id. */
  copies: "copies",
} as const;

export type StoreName = keyof typeof stores;

export class Database {
  #db: IDBDatabase | undefined;
  #opening: Promise<IDBDatabase> | undefined;

  /**
   * Runs `work` in one transaction; the promise resolves with what `work` gave to `done`, when it is committed. When the
   * database is open the transaction begins within this call, and transactions take effect in the order of the calls.
   * `work` may abort it with a reason by `fail`. What is written `relaxed` outlives the browser, but not a power cut.
   */
  transact<Result = void>(
    names: readonly StoreName[],
    mode: "readonly" | "readwrite",
    work: (transaction: IDBTransaction, done: (result: Result) => void, fail: (reason: Error) => void) => void,
    durability: IDBTransactionDurability = "relaxed",
  ): Promise<Result> {
    if (this.#db !== undefined) return run(this.#db, names, mode, work, durability);
    return this.#open().then((db) => run(db, names, mode, work, durability));
  }

  #open(): Promise<IDBDatabase> {
    this.#opening ??= open(() => this.#close()).then(
      (db) => {
        this.#db = db;
        return db;
      },
      (error) => {
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }

  #close(): void {
    this.#db?.close();
    this.#db = undefined;
    this.#opening = undefined;
  }
}

function open(closed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, SCHEMA);
    const timer = setTimeout(() => reject(new Error("the database does not open")), OPEN_PATIENCE_MS);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore(stores.heads, { keyPath: ["url", "client"] });
      db.createObjectStore(stores.snapshots);
      db.createObjectStore(stores.events);
      db.createObjectStore(stores.copies, { keyPath: "id" });
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error);
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      const db = request.result;
      // A newer program in another tab wants to upgrade, or the user cleared the storage: never in the way of that.
      db.onversionchange = closed;
      db.onclose = closed;
      resolve(db);
    };
  });
}

function run<Result>(
  db: IDBDatabase,
  names: readonly StoreName[],
  mode: "readonly" | "readwrite",
  work: (transaction: IDBTransaction, done: (result: Result) => void, fail: (reason: Error) => void) => void,
  durability: IDBTransactionDurability,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction([...names], mode, { durability });
    let result: Result;
    let reason: Error | undefined;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(reason ?? transaction.error ?? new Error("the transaction was aborted"));
    const fail = (why: Error) => {
      reason ??= why;
      try {
        transaction.abort();
      } catch {
        // It is being aborted already, which is what this request tells of.
      }
    };
    // A request that is refused throws, also in the callbacks of others: that must end in the promise alone.
    try {
      work(
        transaction,
        (value) => {
          result = value;
        },
        fail,
      );
    } catch (error) {
      fail(error as Error);
    }
  });
}
