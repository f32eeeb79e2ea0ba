import { type Database, got } from "./database.ts";
import { type KeptCopy, STORED_COPIES } from "./journal.ts";

/** Where copies are when there is no database, and where programs before this one kept them: a list a document. */
const KEY = "collabd.copies.";

/** Copies of what could not be sent, until their user dismisses them. */
export class CopyShelf {
  constructor(
    readonly database: Database,
    readonly user: () => string | undefined,
  ) {}

  /** Keeps copies; rejects if the browser keeps nothing at all. */
  async keep(copies: readonly KeptCopy[]): Promise<void> {
    if (copies.length === 0) return;
    try {
      await this.database.transact(["copies"], "readwrite", (transaction, _done, fail) =>
        this.put(transaction, copies, fail),
      );
    } catch {
      for (const copy of copies) {
        const key = KEY + documentOf(copy.url);
        localStorage.setItem(key, JSON.stringify([...listed(key), { ...copy, document: [] }]));
      }
    }
  }

  /** The same as a part of a transaction. */
  put(transaction: IDBTransaction, copies: readonly KeptCopy[], fail: (reason: Error) => void): void {
    if (copies.length === 0) return;
    const shelf = transaction.objectStore("copies");
    got(shelf.count(), fail, (count) => {
      if (count + copies.length > STORED_COPIES) fail(new Error("there are too many copies"));
      else for (const copy of copies) shelf.put(copy);
    });
  }

  /** The copies of a document that are the present user's, the oldest first. */
  async of(url: string): Promise<readonly KeptCopy[]> {
    const key = KEY + documentOf(url);
    const old = listed(key).map((copy) => complete(copy, url));
    let kept: readonly KeptCopy[] = [];
    try {
      if (old.length > 0) {
        await this.database.transact(["copies"], "readwrite", (transaction, _done, fail) =>
          this.put(transaction, old, fail),
        );
        localStorage.removeItem(key);
      }
      kept = await this.database.transact<KeptCopy[]>(["copies"], "readonly", (transaction, done) => {
        const all = transaction.objectStore("copies").getAll();
        all.onsuccess = () => done(all.result);
      });
    } catch {
      kept = old;
    }
    const user = this.user();
    return kept
      .filter((copy) => copy.url === url && (copy.user === "" || user === undefined || copy.user === user))
      .sort((a, b) => a.at - b.at);
  }

  /** Forgets a copy: its user has decided. */
  async dismiss({ id, url }: Pick<KeptCopy, "id" | "url">): Promise<void> {
    const key = KEY + documentOf(url);
    try {
      const left = listed(key).filter((copy) => complete(copy, url).id !== id);
      if (left.length === 0) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(left));
    } catch {
      // No storage: there is nothing to forget in it.
    }
    await this.database.transact(["copies"], "readwrite", (transaction) => {
      transaction.objectStore("copies").delete(id);
    });
  }
}

function documentOf(url: string): string {
  return decodeURIComponent(url.slice(url.lastIndexOf("/") + 1));
}

function listed(key: string): readonly Partial<KeptCopy>[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(value) ? value.filter(isCopy) : [];
  } catch {
    return [];
  }
}

function isCopy(value: unknown): value is Partial<KeptCopy> {
  const copy = value as Partial<KeptCopy> | null;
  return typeof copy?.text === "string" && typeof copy.at === "number" && typeof copy.reason === "string";
}

/** Programs before this one kept the text, the time and the reason only. */
function complete(copy: Partial<KeptCopy>, url: string): KeptCopy {
  const { text = "", at = 0, reason = "", op = [{ insert: text }], document = [], user = "" } = copy;
  return { id: copy.id ?? `${at.toString(36)}-${text.length}`, op, text, document, at, reason, url, user };
}
