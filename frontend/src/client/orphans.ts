import { systemClock } from "./clock.ts";
import type { Entry, Head, Journal, Stored } from "./journal.ts";
import type { CollabOptions } from "./options.ts";
import { Collab } from "./session.ts";

/** So many are sent at a time. */
const ORPHANS_AT_ONCE = 3;
/** One that is not sent by then is left for the next page, in milliseconds. */
const ORPHAN_PATIENCE_MS = 60_000;

/** Where stored clients that no page owns come from. */
export interface OrphanJournal extends Journal {
  /** Those with something unsent, of one document or of all. */
  unsent(url?: string): Promise<readonly Head[]>;
  takeOne(head: Head): Promise<Stored | undefined>;
}

/**
 * Sends what pages left unsent that are gone: each stored client that nobody owns is resumed without an editor, and taken
 * out of the journal when the server has all of it. What cannot be resumed becomes a copy, as always. Gives how many
 * clients are empty now. Never rejects.
 */
export async function sendOrphans(
  journal: OrphanJournal,
  options: Pick<CollabOptions, "transport" | "clock" | "random" | "online">,
  url?: string,
): Promise<number> {
  let heads: Head[];
  try {
    heads = [...(await journal.unsent(url))].sort((a, b) => a.edited - b.edited);
  } catch {
    return 0;
  }
  let sent = 0;
  const worker = async () => {
    for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
      const stored = await journal.takeOne(head).catch(() => undefined);
      if (stored !== undefined && (await send(journal, options, head.url, stored))) sent++;
    }
  };
  await Promise.all(Array.from({ length: ORPHANS_AT_ONCE }, worker));
  return sent;
}

function send(
  journal: Journal,
  options: Pick<CollabOptions, "transport" | "clock" | "random" | "online">,
  url: string,
  stored: Stored,
): Promise<boolean> {
  return new Promise((resolve) => {
    const collab = new Collab({ ...options, url, journal: only(journal, stored) });
    const clock = options.clock ?? systemClock;
    const end = (done: boolean) => {
      clock.clearTimeout(timer);
      if (done) collab.forget();
      else collab.close();
      resolve(done);
    };
    const timer = clock.setTimeout(() => end(false), ORPHAN_PATIENCE_MS);
    collab.on("status", ({ state, unsent }) => {
      if (state === "error") end(false);
      else if (unsent === 0 && ["connected", "saved"].includes(state)) end(true);
    });
  });
}

/** A journal of one client: a new one that takes its place is not stored, because nobody works with it. */
function only(journal: Journal, stored: Stored): Journal {
  return {
    take: () => Promise.resolve(stored),
    begin: () => new Nowhere(journal),
    keep: (copies) => journal.keep(copies),
    present: () => {},
  };
}

class Nowhere implements Entry {
  constructor(readonly journal: Journal) {}
  append = () => Promise.resolve();
  rewrite = () => Promise.resolve();
  owned = () => Promise.resolve(true);
  remove: Entry["remove"] = (copies) => this.journal.keep(copies);
  release = () => {};
}
