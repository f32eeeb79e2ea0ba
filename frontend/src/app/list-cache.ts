import { type DocumentInfo, type Folder, whole } from "./api.ts";

/** What is kept of the list for the time when there is no server. */
export interface KnownList {
  readonly docs: readonly DocumentInfo[];
  readonly folders: readonly Folder[];
  /** When it was true, in milliseconds since 1970. */
  readonly at: number;
}

const key = "collabd.list";
/** The most documents that are kept; the ones edited last. */
const maxDocuments = 200;
/** The most that is kept, in UTF-16 code units. */
const maxLength = 200_000;

/** Keeps what is known now. Who has a document open is not kept: it would not be true any more. */
export function keepList({ docs, folders, at }: KnownList): void {
  const latest = [...docs].sort((a, b) => Date.parse(b.edited_at) - Date.parse(a.edited_at)).slice(0, maxDocuments);
  const text = JSON.stringify({ docs: latest.map((doc) => ({ ...doc, peers: [] })), folders, at });
  try {
    if (text.length <= maxLength) localStorage.setItem(key, text);
  } catch {
    // No storage, or none left: there is no list while the server is away.
  }
}

/** What was kept, or nothing. */
export function knownList(): KnownList | undefined {
  try {
    const value = JSON.parse(localStorage.getItem(key) ?? "null") as Partial<KnownList> | null;
    if (!value || !Array.isArray(value.docs) || !Array.isArray(value.folders)) return undefined;
    return { docs: value.docs.filter(isDocument).map(whole), folders: value.folders, at: Number(value.at) || 0 };
  } catch {
    return undefined;
  }
}

/** Forgets it: whoever is here now may not be the one who saw it. */
export function forgetList(): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

function isDocument(value: unknown): value is DocumentInfo {
  const doc = value as Partial<DocumentInfo> | null;
  return typeof doc?.id === "string" && typeof doc.title === "string" && typeof doc.edited_at === "string";
}
