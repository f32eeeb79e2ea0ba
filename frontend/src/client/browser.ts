import type { Op } from "../ot/op.ts";
import { parseDocument } from "../ot/parse.ts";
import { REPAIR_PATIENCE_MS } from "./checking.ts";
import { fallbackTransport } from "./fallback.ts";
import type { KeptCopy } from "./journal.ts";
import { IndexedDbJournal } from "./journal-indexeddb.ts";
import { sendOrphans as sendOrphansOf } from "./orphans.ts";
import { Collab } from "./session.ts";
import { webSocketTransport } from "./socket.ts";
import { streamTransport } from "./stream.ts";
import type { Transport } from "./transport.ts";

/** What fills the buffers of proxies that pass on full ones only, in bytes. */
const BUFFER_BYTES = 4096;
/** When what the journal need not keep is taken out of it, in milliseconds after a document was opened. */
const TIDY_AFTER_MS = 10_000;
/** How often a page looks whether others have left something unsent, in milliseconds: a tab beside it may have crashed. */
const ORPHANS_EVERY_MS = 20_000;

/** A socket, or a stream of events where sockets are blocked; for all documents of a page. */
export const browserTransport: Transport = fallbackTransport([
  { transport: webSocketTransport },
  { transport: streamTransport() },
  { transport: streamTransport({ padding: BUFFER_BYTES }), afterSilence: true },
]);

/** The journal of this browser: IndexedDB, and so this origin's alone. The clients' secrets are in it. */
export const browserJournal = new IndexedDbJournal();

/**
 * Opens a document of the server that this page came from, where this browser left it: what is stored of it is shown at
 * once. `close` it to leave. What other pages left unsent in it is sent too.
 */
export function openCollab(docId: string): Collab {
  const collab = new Collab({
    url: documentUrl(docId),
    transport: browserTransport,
    online: () => navigator.onLine,
    journal: browserJournal,
    fetchDocument,
  });
  const look = () => collab.notifyOnline(navigator.onLine);
  addEventListener("online", look);
  addEventListener("offline", look);
  // A page that was asleep or in the back/forward cache finds out here that its socket is dead.
  addEventListener("pageshow", look);
  addEventListener("pagehide", () => collab.flush());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
    else collab.flush();
  });
  let connected = false;
  let looking = false;
  const send = async (): Promise<void> => {
    if (looking || !connected) return;
    looking = true;
    await sendOrphansOf(browserJournal, { transport: browserTransport }, documentUrl(docId));
    looking = false;
  };
  collab.on("status", ({ state }) => {
    const before = connected;
    connected = ["connected", "saved", "saving"].includes(state);
    if (connected && !before) void send();
  });
  setInterval(() => void send(), ORPHANS_EVERY_MS);
  setTimeout(() => void browserJournal.tidy().catch(() => {}), TIDY_AFTER_MS);
  return collab;
}

let orphansSent: Promise<number> | undefined;

/**
 * Sends what pages that are gone have left unsent, in all documents of the present user; once a page, and only when the
 * browser is online. Gives how many clients had something and have not any more. Never rejects.
 */
export function sendOrphans(): Promise<number> {
  if (!navigator.onLine) return Promise.resolve(0);
  orphansSent ??= sendOrphansOf(browserJournal, { transport: browserTransport });
  return orphansSent;
}

/** The present user's copies of what could not be sent in a document, the oldest first. Never rejects. */
export function keptCopies(docId: string): Promise<readonly KeptCopy[]> {
  return browserJournal.copies.of(documentUrl(docId));
}

/** Forgets a copy: its user has decided what becomes of it. Never rejects. */
export function dismissCopy(copy: Pick<KeptCopy, "id">, docId: string): Promise<void> {
  return browserJournal.copies.dismiss({ id: copy.id, url: documentUrl(docId) }).catch(() => {});
}

/** The document at a revision, as the server has it. Rejects if the server does not answer so. */
export async function fetchDocument(url: string, revision: number): Promise<Op> {
  const response = await fetch(`${url}/content?format=delta&revision=${revision}`, {
    signal: AbortSignal.timeout(REPAIR_PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`GET content: ${response.status}`);
  const content = (await response.json()) as { readonly op: unknown };
  return parseDocument(content.op);
}

function documentUrl(docId: string): string {
  return new URL(`/api/docs/${encodeURIComponent(docId)}`, location.href).href;
}
