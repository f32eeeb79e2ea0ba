import { composeAll } from "../../ot/compose.ts";
import { Doc } from "../../ot/document.ts";
import { normalize, type Op, sameOp } from "../../ot/op.ts";
import { parseOp } from "../../ot/parse.ts";
import { transformPosition } from "../../ot/position.ts";
import { apply } from "../../ot/text.ts";
import { transform } from "../../ot/transform.ts";
import type { Clock } from "../clock.ts";
import type { DocKind, Role, Selection } from "../types.ts";

/** The server's end of a connection. */
export interface ServerEnd {
  received: (frame: string) => void;
  ended: () => void;
  deliver(frame: string): void;
  finish(code: number, reason: string): void;
}

interface LogRecord {
  readonly client: string;
  readonly seq: number;
  readonly op: Op;
  /** As the client sent it. */
  readonly edit: string;
}

interface Peer {
  readonly end: ServerEnd;
  readonly client: string;
  sent: number; // the revision that it has been sent
  readonly next: string[]; // messages for the next frame, when they are bundled
  selections: readonly Selection[];
}

/** The protocol's other side, as small as it can be: accepts, transforms, records, publishes. */
export class FakeServer {
  readonly log: LogRecord[] = [];
  readonly base: Op;
  document: Op;
  lineage = "l1";
  up = true;
  role: Role = "editor";
  limits = { frame: 262144, edit_units: 16384, edit_components: 2000, document_units: 16777216 };
  /** Records are published so many milliseconds after they were accepted, many at once. */
  publishAfter = 0;
  /** Whoever is behind by more records than this gets a catch-up. */
  catchupAbove = 5;
  /** The document and catch-ups come in up to this many parts. */
  parts = 1;
  /** What is said at a moment goes as one frame, and presence tells everybody of everybody. */
  bundled = false;
  /** How often clients said that they were repaired. */
  repaired = 0;
  #clients = 0;
  #peers = new Set<Peer>();
  #publishing = false;

  constructor(
    readonly clock: Clock,
    document: Op = [],
    readonly kind: DocKind = "text",
  ) {
    this.base = this.document = document;
  }

  get head(): number {
    return this.log.length;
  }

  get content(): Op {
    return normalize(this.document);
  }

  accept(end: ServerEnd): void {
    end.received = (frame) => this.#hello(end, JSON.parse(frame));
  }

  /** Closes everybody's connection, as when it stops or fails. What was accepted stays. */
  disconnect(code = 1006, reason = ""): void {
    for (const peer of [...this.#peers]) this.#end(peer, code, reason);
  }

  /** Sends a message to all. */
  tell(message: object): void {
    for (const peer of this.#peers) this.#send(peer, message);
  }

  /** Somebody without a connection edits at the head. */
  write(op: Op): void {
    this.#append({ client: "outside", seq: this.head, op, edit: "" });
  }

  #hello(end: ServerEnd, hello: Record<string, unknown>): void {
    if (hello.type !== "hello") return end.finish(4205, "bad_hello");
    const resumed = hello.client !== undefined;
    if (resumed && hello.secret !== `secret of ${hello.client}`) return end.finish(4100, "unknown_client");
    if (resumed && hello.lineage !== this.lineage) return end.finish(4101, "lineage_changed");
    if (resumed && (hello.revision as number) > this.head) return end.finish(4102, "revision_ahead");
    const client = resumed ? (hello.client as string) : `c${++this.#clients}`;
    for (const other of [...this.#peers]) if (other.client === client) this.#end(other, 4203, "superseded");
    const sent = resumed ? (hello.revision as number) : this.head;
    const peer: Peer = { end, client, sent, next: [], selections: [] };
    this.#peers.add(peer);
    end.received = (frame) => this.#receive(peer, frame);
    end.ended = () => this.#end(peer, 1006, "");
    const parts = cut(this.content, this.parts);
    this.#send(peer, {
      type: "welcome",
      client,
      secret: `secret of ${client}`,
      lineage: this.lineage,
      revision: this.head,
      resumed,
      acked: this.#last(client)?.seq ?? 0,
      kind: this.kind,
      title: "A title",
      role: this.role,
      user: { id: `u-${client}`, name: client, color: "#336699" },
      parts: resumed ? 0 : parts.length,
      limits: this.limits,
      futureMember: true,
    });
    if (resumed) this.#publishTo(peer);
    else parts.forEach((op, i) => void this.#send(peer, { type: "doc", part: i + 1, parts: parts.length, op }));
    this.#tellPresence(peer, true);
    for (const other of this.#peers) if (other !== peer) this.#tellPresence(other, false, peer);
  }

  #receive(peer: Peer, frame: string): void {
    const message = JSON.parse(frame);
    if (message.type === "ping") this.#send(peer, { type: "pong" });
    else if (message.type === "edit") this.#edit(peer, message);
    else if (message.type === "presence") this.#presence(peer, message);
    else if (message.type === "check") this.#check(peer, message.repaired ?? 0);
    else this.#end(peer, 4200, "bad_message");
  }

  #edit(peer: Peer, message: { seq: number; base: number; op: unknown }): void {
    const edit = JSON.stringify(message);
    const known = this.log.findIndex((record) => record.client === peer.client && record.seq === message.seq);
    if (known >= 0) {
      if (this.log[known]!.edit !== edit) return this.#end(peer, 4103, "seq_conflict");
      return this.#send(peer, { type: "ack", seq: message.seq, revision: known + 1 });
    }
    const last = this.#last(peer.client);
    if (this.role === "viewer") return this.#end(peer, 4202, "forbidden");
    if (message.seq !== (last?.seq ?? 0) + 1) return this.#end(peer, 4104, "seq_gap");
    if (message.base > this.head || message.base < (last?.revision ?? 0)) return this.#end(peer, 4106, "bad_base");
    let op = parseOp(message.op);
    for (const record of this.log.slice(message.base)) op = transform(op, record.op, "incoming");
    this.#append({ client: peer.client, seq: message.seq, op, edit });
  }

  #check(peer: Peer, repaired: number): void {
    this.repaired += repaired;
    this.#publishTo(peer);
    this.#send(peer, { type: "check", revision: this.head, hash: Doc.of(this.content).hash() });
  }

  #append(record: LogRecord): void {
    this.document = apply(this.document, record.op);
    this.log.push(record);
    for (const peer of this.#peers) {
      peer.selections = moved(peer.selections, record.op, peer.client === record.client);
    }
    if (this.#publishing) return;
    this.#publishing = true;
    this.clock.setTimeout(() => {
      this.#publishing = false;
      for (const peer of this.#peers) this.#publishTo(peer);
    }, this.publishAfter);
  }

  #publishTo(peer: Peer): void {
    let caughtUp = false;
    while (peer.sent < this.head) {
      const after = peer.sent;
      const own = this.log.findIndex((record, i) => i >= after && record.client === peer.client);
      const to = own < 0 ? this.head : own;
      if (to - after > this.catchupAbove) {
        const records = this.log.slice(after, to).map((record) => record.op);
        const middle = this.parts > 1 ? records.length >> 1 : records.length;
        const parts = [records.slice(0, middle), records.slice(middle)].filter((part) => part.length > 0);
        parts.forEach((part, i) => {
          this.#send(peer, { type: "catchup", after, to, part: i + 1, parts: parts.length, op: composeAll(part) });
        });
        peer.sent = to;
        caughtUp = true;
      } else {
        const records = this.log.slice(after).map(({ client, seq, op }) => ({ client, seq, op }));
        this.#send(peer, { type: "records", after, records });
        peer.sent = this.head;
      }
    }
    // Nobody can move carets over a composed op exactly: it does not say who inserted what.
    if (caughtUp) this.#tellPresence(peer, true);
  }

  #presence(peer: Peer, message: { revision: number; selections: readonly Selection[] }): void {
    peer.selections = message.selections;
    for (const record of this.log.slice(message.revision)) {
      peer.selections = moved(peer.selections, record.op, record.client === peer.client);
    }
    for (const other of this.#peers) if (other !== peer) this.#tellPresence(other, false, peer);
  }

  /** Positions are those at the revision that the receiver has been sent, so it is brought up to the head first. */
  #tellPresence(to: Peer, full: boolean, about?: Peer): void {
    this.#publishTo(to);
    const listed = (peer: Peer) => this.bundled || (peer !== to && (about === undefined || peer === about));
    const peers = [...this.#peers].filter(listed);
    const list = peers.map(({ client, selections }) => ({
      client,
      user: { id: `u-${client}`, name: client, color: "#336699" },
      role: this.role,
      selections,
    }));
    this.#send(to, { type: "presence", full, peers: list, gone: [] });
  }

  /** Where this client's caret is for everybody else, at the head. */
  selectionsOf(client: string): readonly Selection[] {
    return [...this.#peers].find((peer) => peer.client === client)?.selections ?? [];
  }

  #end(peer: Peer, code: number, reason: string): void {
    this.#flush(peer);
    this.#peers.delete(peer);
    peer.end.received = () => {};
    peer.end.ended = () => {};
    peer.end.finish(code, reason);
    for (const other of this.#peers) {
      this.#send(other, { type: "presence", full: false, peers: [], gone: [peer.client] });
    }
  }

  #send(peer: Peer, message: object): void {
    if (!this.bundled) return peer.end.deliver(JSON.stringify(message));
    if (peer.next.push(JSON.stringify(message)) === 1) this.clock.setTimeout(() => this.#flush(peer), 0);
  }

  #flush(peer: Peer): void {
    if (peer.next.length > 0) peer.end.deliver(`[${peer.next.splice(0).join(",")}]`);
  }

  #last(client: string): { seq: number; revision: number } | undefined {
    const at = this.log.findLastIndex((record) => record.client === client);
    return at < 0 ? undefined : { seq: this.log[at]!.seq, revision: at + 1 };
  }
}

/** A document in up to `parts` parts; an empty one has none. */
function cut(doc: Op, parts: number): Op[] {
  const size = Math.max(1, Math.ceil(doc.length / parts));
  const found: Op[] = [];
  for (let i = 0; i < doc.length; i += size) found.push(doc.slice(i, i + size));
  return found;
}

function moved(selections: readonly Selection[], op: Op, own: boolean): readonly Selection[] {
  const move = (position: number) => transformPosition(op, position, own ? "right" : "left");
  return selections.map(([anchor, head]) => [move(anchor), move(head)]);
}

/** Whether two documents hold the same. */
export function sameDocument(a: Op, b: Op): boolean {
  return sameOp(normalize(a), normalize(b));
}
