/**
 * What a client keeps between two lives of its page, so that a reload, a killed tab or a crash is no more than a lost
 * connection. It is a snapshot and a log, as on a server: the snapshot is the client at some moment, the log is all that
 * happened to it since, in order. Who applies the log to the snapshot by the same functions as in life has the same
 * client again, and resumes it: so an edit that was on its way is sent again under its own number, and counts once.
 *
 * This file is the contract, without a browser: `journal-indexeddb.ts` is the one that pages use.
 */
import type { Op } from "../ot/op.ts";
import type { AcceptedRecord, Welcome } from "./messages.ts";
import type { State } from "./state.ts";
import type { UnsentCopy } from "./types.ts";

/** A log that is longer is made into a new snapshot, unless the document is larger still. In bytes, estimated. */
export const LOG_BYTES = 64 * 1024;
/** So many events are made into a new snapshot, too. */
export const LOG_EVENTS = 1000;
/** The most documents that stay stored; one that holds something unsent always stays. */
export const STORED_DOCUMENTS = 50;
/** The most bytes, estimated, that documents without anything unsent may take. */
export const STORED_BYTES = 64 * 1024 * 1024;
/** The most copies of unsent text that are kept; each is at most as large as a document. */
export const STORED_COPIES = 1000;

/** A client at some moment. */
export interface Snapshot {
  readonly welcome: Welcome;
  /** As its user saw it, with what was unsent. */
  readonly document: Op;
  readonly state: State;
}

/** What happens to a client. */
export type JournalEvent =
  | { readonly kind: "local"; readonly op: Op }
  | { readonly kind: "records"; readonly after: number; readonly records: readonly AcceptedRecord[] }
  | { readonly kind: "catchup"; readonly after: number; readonly to: number; readonly op: Op }
  /** Resumed by the server, which says what it has of us. */
  | { readonly kind: "resumed"; readonly welcome: Welcome }
  /** The title or the role changed. */
  | { readonly kind: "session"; readonly welcome: Welcome }
  /** Another page goes on with the client from here. */
  | { readonly kind: "life" };

/** What is known of a stored client without reading it. */
export interface Head {
  /** Of the document, as in CollabOptions. */
  readonly url: string;
  readonly client: string;
  /** The id of its user. */
  readonly user: string;
  /** How many changes of the user are not acknowledged. */
  readonly unsent: number;
  /** When the user changed something last, and when anything was written; milliseconds since 1970. */
  readonly edited: number;
  readonly used: number;
  /** Of the snapshot and the log, estimated. */
  readonly bytes: number;
}

/** A stored client, read. Without `entry` it belongs to another page, and can only be looked at. */
export interface Stored {
  readonly entry?: Entry;
  readonly snapshot: Snapshot;
  readonly events: readonly JournalEvent[];
}

/**
 * The place of one client in the journal, which one page owns at a time. Calls take effect in their order, each whole or
 * not at all; after one that failed, nothing counts until a `rewrite`.
 */
export interface Entry {
  /**
   * Adds to the log. Rejects with TakenError when another page has taken the client over. With `strict` it is not done
   * before it is on the disk itself, so that it outlives a power cut too.
   */
  append(events: readonly JournalEvent[], head: Head, strict: boolean): Promise<void>;
  /** Puts a snapshot in place of all that is there, also where nothing is yet. Rejects, and is `strict`, as `append`. */
  rewrite(snapshot: Snapshot, head: Head, strict: boolean): Promise<void>;
  /** Whether no other page has taken the client over. */
  owned(): Promise<boolean>;
  /** Takes it out of the journal, and keeps these copies, both or neither. It is then not owned any more. */
  remove(copies: readonly KeptCopy[]): Promise<void>;
  /** Lets others take it. */
  release(): void;
}

/** A copy of what could not be sent, and whose it is. */
export interface KeptCopy extends UnsentCopy {
  /** Of the document. */
  readonly url: string;
  /** The id of its user; empty if nobody knows, as in what older programs kept. */
  readonly user: string;
}

/** Where clients are kept. All promises reject when the storage fails, and never for another reason but TakenError. */
export interface Journal {
  /** The stored client of a document that this page should go on with; undefined if there is none. */
  take(url: string): Promise<Stored | undefined>;
  /** A place for a new client; nothing is stored before its first `rewrite`. */
  begin(url: string, client: string): Entry;
  /** Keeps copies of a client that is not stored. */
  keep(copies: readonly KeptCopy[]): Promise<void>;
  /** The server knows this page's user by this id: what others have stored here is not for them. Empty: nobody is logged in. */
  present(user: string): void;
}

/** Another page has taken the stored client over, and sends what is in it. */
export class TakenError extends Error {
  override readonly name = "TakenError";
}

/** How many bytes an event takes, roughly: for bounds, not for accounts. */
export function sizeOf(event: JournalEvent): number {
  switch (event.kind) {
    case "local":
    case "catchup":
      return 64 + sizeOfOp(event.op);
    case "records":
      return event.records.reduce((sum, { op }) => sum + 64 + sizeOfOp(op), 64);
    case "resumed":
    case "session":
    case "life":
      return 512;
  }
}

/** How many bytes an op takes, roughly. */
export function sizeOfOp(op: Op): number {
  let bytes = 0;
  for (const component of op) {
    bytes += 24;
    if ("insert" in component) bytes += typeof component.insert === "string" ? component.insert.length : 64;
    if ("attributes" in component && component.attributes !== undefined) bytes += 32;
  }
  return bytes;
}
