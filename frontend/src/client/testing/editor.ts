import { normalize, type Op } from "../../ot/op.ts";
import { apply, plainText } from "../../ot/text.ts";
import type { Collab } from "../session.ts";
import type { Editor, Peer } from "../types.ts";

/** An editor without a screen: a document that changes as a binding's would. */
export class ToyEditor implements Editor {
  document: Op = [];
  peers: readonly Peer[] = [];
  readOnly = false;
  loads = 0;
  remote: { op: Op; author: string }[] = [];

  constructor(readonly collab: Collab) {
    collab.attach(this);
  }

  load(doc: Op): void {
    this.loads++;
    this.document = doc;
  }

  applyRemote(op: Op, author: string): void {
    this.remote.push({ op, author });
    this.document = apply(this.document, op);
  }

  showPeers(peers: readonly Peer[]): void {
    this.peers = peers;
  }

  setReadOnly(readOnly: boolean): void {
    this.readOnly = readOnly;
  }

  /** The user changes the document. */
  edit(op: Op): void {
    this.document = apply(this.document, op);
    this.collab.localEdit(op);
  }

  /** The user types text at a place, and the caret goes behind it. */
  type(at: number, text: string): void {
    this.edit(at === 0 ? [{ insert: text }] : [{ retain: at }, { insert: text }]);
    this.collab.select([[at + text.length, at + text.length]]);
  }

  get text(): string {
    return plainText(this.document);
  }

  get content(): Op {
    return normalize(this.document);
  }
}
