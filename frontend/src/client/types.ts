/**
 * The types that editors, pages and the client core share. They hold values only: nothing here has behaviour.
 * Lengths and positions are UTF-16 code units everywhere, as in JavaScript strings.
 */

import type { Op } from "../ot/op.ts";

export type { Attributes, Component, Delete, Insert, Op, Retain } from "../ot/op.ts";

/** `rich` has attributes and embeds from a closed list, `text` has neither. */
export type DocKind = "rich" | "text";

/** What a person may do; only `owner` and `editor` may send edits. */
export type Role = "owner" | "editor" | "commenter" | "viewer";

/** A person. */
export interface User {
  readonly id: string;
  readonly name: string;
  /** `#rrggbb` */
  readonly color: string;
}

/** A selection, or a caret when both are the same. */
export type Selection = readonly [anchor: number, head: number];

/** Somebody else who is here: one tab or program. */
export interface Peer {
  readonly client: string;
  readonly user: User;
  readonly role: Role;
  /** In units of the content that the attached editor shows; empty while their caret is not in the document. */
  readonly selections: readonly Selection[];
}

/** What an editor binding implements; Collab calls it. None of these may call `localEdit` in return. */
export interface Editor {
  /** Replace everything: at the first load and after a resync. */
  load(doc: Op): void;
  /** Apply somebody else's change; it is already transformed over what is unsent here. */
  applyRemote(op: Op, author: string): void;
  /** Show these carets and no others; positions are in the editor's own content. */
  showPeers(peers: readonly Peer[]): void;
  /** Stop or allow typing. */
  setReadOnly(readOnly: boolean): void;
}

/** What the connection element shows. */
export type ConnectionState =
  | "connecting"
  | "connected"
  | "saving"
  | "saved"
  | "offline"
  | "reconnecting"
  | "readonly"
  | "error";

/** How things stand between this client and the server. */
export interface Status {
  readonly state: ConnectionState;
  /** How many changes of the user the server has not acknowledged yet. */
  readonly unsent: number;
  /** The server cannot write at the moment: nothing is saved until it can again, and nothing is lost. */
  readonly storeDown?: true;
  /** We send more than the server takes from one; it takes it later. */
  readonly slowed?: true;
  /** The browser does not keep what is unsent: it would be lost with this page. Only with a journal. */
  readonly unkept?: true;
  /** How often the document was found to differ from the server's, and was put right. Each is a fault of a program. */
  readonly repaired?: number;
  /** Why it stopped for good (`state` is `error`). */
  readonly error?: { readonly code: string; readonly message: string };
}

/**
 * What could not be saved: taken out of the document by a resync, or still shown but never to be sent after a stop or
 * without the role for it. Its user decides what becomes of it.
 */
export interface UnsentCopy {
  /** Tells copies apart. */
  readonly id: string;
  /** The unsent change, as one op. */
  readonly op: Op;
  /** The text that the change inserted, piece after piece, embeds left out. */
  readonly text: string;
  /** The document as the user saw it last. All that was unsent is in it, except an `invalid_edit`. */
  readonly document: Op;
  /** When it was taken aside, in milliseconds since 1970. */
  readonly at: number;
  /**
   * The name of a close reason, such as `lineage_changed`, or `diverged`, `not_resumed`, `role_changed`, `invalid_edit`,
   * `taken` (another page went on with this client) or `damaged` (what was stored could not be read).
   */
  readonly reason: string;
}

/** What is known when the document is here for the first time. */
export interface Ready {
  readonly kind: DocKind;
  readonly title: string;
  readonly role: Role;
  readonly user: User;
  readonly revision: number;
}

/** A change by somebody else, as it was given to the editor. */
export interface RemoteChange {
  readonly op: Op;
  /** The client that made it; empty when it is a catch-up, which has many. */
  readonly author: string;
  readonly revision: number;
}

/** What somebody, maybe oneself, did to the document that its readers may want to be told of. */
export interface Notice {
  /** `restored`; there may be others one day. */
  readonly kind: string;
  readonly user: User;
  /** The revision that it made, which is here already. */
  readonly revision: number;
  /** The revision that was restored. */
  readonly of: number;
  /** Whether only a part of the document was restored. */
  readonly part: boolean;
}

/** The events of a Collab and what they carry. */
export interface CollabEvents {
  status: Status;
  title: string;
  user: User;
  role: Role;
  peers: readonly Peer[];
  ready: Ready;
  copy: UnsentCopy;
  remote: RemoteChange;
  notice: Notice;
}
