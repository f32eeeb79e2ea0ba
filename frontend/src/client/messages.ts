import type { Op } from "../ot/op.ts";
import { parseDocument, parseOp } from "../ot/parse.ts";
import type { DocKind, Notice, Peer, Role, Selection, User } from "./types.ts";

/** How large things may be, as the server said. */
export interface Limits {
  /** Bytes of a message from the client. */
  readonly frame: number;
  /** Inserted UTF-16 code units of one edit. */
  readonly editUnits: number;
  /** Components of one edit. */
  readonly editComponents: number;
}

export interface Welcome {
  readonly type: "welcome";
  readonly client: string;
  readonly secret: string;
  readonly lineage: string;
  readonly revision: number;
  readonly resumed: boolean;
  readonly acked: number;
  readonly kind: DocKind;
  readonly title: string;
  readonly role: Role;
  readonly user: User;
  readonly parts: number;
  readonly limits: Limits;
}

/** A part of the document; `part` counts from 1. */
export interface DocPart {
  readonly type: "doc";
  readonly part: number;
  readonly parts: number;
  readonly op: Op;
}

export interface AcceptedRecord {
  readonly client: string;
  readonly seq: number;
  readonly op: Op;
}

/** Accepted edits; the first one makes revision `after + 1`. */
export interface Records {
  readonly type: "records";
  readonly after: number;
  readonly records: readonly AcceptedRecord[];
}

/** A part of many records as one op, from revision `after` to `to`; `part` counts from 1. */
export interface CatchupPart {
  readonly type: "catchup";
  readonly after: number;
  readonly to: number;
  readonly part: number;
  readonly parts: number;
  readonly op: Op;
}

export interface PresenceChange {
  readonly type: "presence";
  readonly full: boolean;
  readonly peers: readonly Peer[];
  readonly gone: readonly string[];
}

export type ServerMessage =
  | Welcome
  | DocPart
  | Records
  | CatchupPart
  | PresenceChange
  | { readonly type: "title"; readonly title: string }
  | { readonly type: "role"; readonly role: Role }
  | { readonly type: "goaway"; readonly retryMs: number }
  | { readonly type: "error"; readonly code: string; readonly message: string }
  /** What we sent waits for so long: we send more than the server takes. */
  | { readonly type: "slow"; readonly waitMs: number }
  /** Whether the server can write at the moment. */
  | { readonly type: "store"; readonly ok: boolean }
  | ({ readonly type: "notice" } & Notice)
  /** The hash of the server's document at the revision that the stream has reached. */
  | { readonly type: "check"; readonly revision: number; readonly hash: string }
  /** Messages that ask for nothing: `ack`, `pong`, and types that we do not know. */
  | { readonly type: "other" };

/** A frame that is not of this protocol. Never holds what was in it. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** The first message: of a new client, or of one that resumes as whom the server has welcomed. */
export function hello(known: Welcome | undefined, revision: number): string {
  const { client, secret, lineage } = known ?? {};
  return JSON.stringify({ type: "hello", ...(known && { client, secret, lineage, revision }) });
}

/** Whether both are the same person under the same name. */
export function sameUser(a: User, b: User): boolean {
  return a.id === b.id && a.name === b.name && a.color === b.color;
}

/** Reads a frame of the server: one message, or a list of messages. Throws ProtocolError or OtError. */
export function decode(frame: string): readonly ServerMessage[] {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    throw new ProtocolError("a frame that is not JSON");
  }
  return Array.isArray(value) ? value.map(message) : [message(value)];
}

function message(value: unknown): ServerMessage {
  const m = new Members(value);
  switch (m.text("type")) {
    case "welcome":
      return {
        type: "welcome",
        client: m.text("client"),
        secret: m.text("secret"),
        lineage: m.text("lineage"),
        revision: m.count("revision"),
        resumed: m.flag("resumed"),
        acked: m.count("acked"),
        kind: m.text("kind") as DocKind,
        title: m.text("title"),
        role: m.text("role") as Role,
        user: user(m.object("user")),
        parts: m.count("parts"),
        limits: limits(m.object("limits")),
      };
    case "doc":
      return { type: "doc", part: m.count("part"), parts: m.count("parts"), op: parseDocument(m.value("op")) };
    case "records":
      return { type: "records", after: m.count("after"), records: m.list("records").map(record) };
    case "catchup":
      return {
        type: "catchup",
        after: m.count("after"),
        to: m.count("to"),
        part: m.count("part"),
        parts: m.count("parts"),
        op: parseOp(m.value("op")),
      };
    case "presence":
      return {
        type: "presence",
        full: m.flag("full"),
        peers: m.list("peers").map(peer),
        gone: m.optionalList("gone").map(String),
      };
    case "title":
      return { type: "title", title: m.text("title") };
    case "role":
      return { type: "role", role: m.text("role") as Role };
    case "goaway":
      return { type: "goaway", retryMs: m.count("retry_ms") };
    case "error":
      return { type: "error", code: m.text("code"), message: m.text("message") };
    case "slow":
      return { type: "slow", waitMs: m.count("wait_ms") };
    case "store":
      return { type: "store", ok: m.flag("ok") };
    case "notice":
      return {
        type: "notice",
        kind: m.text("kind"),
        user: user(m.object("user")),
        revision: m.count("revision"),
        of: m.count("of"),
        part: m.flag("part"),
      };
    case "check":
      return { type: "check", revision: m.count("revision"), hash: m.text("hash") };
    default:
      return { type: "other" };
  }
}

function user(m: Members): User {
  return { id: m.text("id"), name: m.text("name"), color: m.text("color") };
}

function limits(m: Members): Limits {
  return { frame: m.count("frame"), editUnits: m.count("edit_units"), editComponents: m.count("edit_components") };
}

function record(value: unknown): AcceptedRecord {
  const m = new Members(value);
  return { client: m.text("client"), seq: m.count("seq"), op: parseOp(m.value("op")) };
}

function peer(value: unknown): Peer {
  const m = new Members(value);
  return {
    client: m.text("client"),
    user: user(m.object("user")),
    role: m.text("role") as Role,
    selections: m.optionalList("selections").map(selection),
  };
}

function selection(value: unknown): Selection {
  if (Array.isArray(value) && value.length === 2 && isCount(value[0]) && isCount(value[1])) return [value[0], value[1]];
  throw new ProtocolError("a selection that is no pair of positions");
}

/** The members of a JSON object, checked as they are taken. */
class Members {
  #members: Map<string, unknown>;

  constructor(value: unknown) {
    if (typeof value !== "object" || value === null) throw new ProtocolError("not an object");
    this.#members = new Map(Object.entries(value));
  }

  value(name: string): unknown {
    return this.#members.get(name);
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value === "string") return value;
    throw new ProtocolError(`${name} is no text`);
  }

  count(name: string): number {
    const value = this.value(name);
    if (isCount(value)) return value;
    throw new ProtocolError(`${name} is no whole number`);
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (typeof value === "boolean") return value;
    throw new ProtocolError(`${name} is not true or false`);
  }

  object(name: string): Members {
    return new Members(this.value(name));
  }

  list(name: string): readonly unknown[] {
    const value = this.value(name);
    if (Array.isArray(value)) return value;
    throw new ProtocolError(`${name} is no list`);
  }

  optionalList(name: string): readonly unknown[] {
    return this.value(name) === undefined ? [] : this.list(name);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
