import { composeAll } from "../ot/compose.ts";
import { difference } from "../ot/difference.ts";
import { Doc } from "../ot/document.ts";
import { OtError } from "../ot/error.ts";
import { normalize, type Op, sameOp } from "../ot/op.ts";
import { parseOp } from "../ot/parse.ts";
import type { SplitLimits } from "../ot/split.ts";
import { Caret } from "./caret.ts";
import type { Snapshot } from "./journal.ts";
import { type AcceptedRecord, type PresenceChange, ProtocolError, type Welcome } from "./messages.ts";
import { movePeers, type Peers, shownPeers, updatePeers } from "./presence.ts";
import { acknowledged, local, remote, renumbered, type State, synchronized, unsentChanges, unsentOp } from "./state.ts";
import type { Peer, RemoteChange } from "./types.ts";

/** What an edit message has around its op, generously. */
const EDIT_OVERHEAD_BYTES = 128;
/** Messages with more records than this are given to the editor as one change. */
const MANY_RECORDS = 64;

/**
 * One client's copy of a document: the document as its user sees it, what of it is unsent, and who is where in it.
 * It knows no connection and no editor, only what came from them.
 */
export class Replica {
  readonly caret = new Caret();
  #state: State;
  #document: Doc; // with what is unsent
  #peers: Peers = new Map();
  #limits: SplitLimits;
  /** Of a client that was restored and has not been resumed: edits above this number may have been forgotten. */
  #remembers: number | undefined;
  /** The numbers of edits that were accepted and that the journal had lost: after the first, up to the second. */
  #forgotten: readonly [after: number, to: number] = [0, 0];

  constructor(document: Op, welcome: Pick<Welcome, "revision" | "acked" | "limits">) {
    this.#document = Doc.of(document);
    this.#state = synchronized(welcome.revision, welcome.acked);
    this.#limits = splitLimits(welcome);
  }

  /** The replica as it was when this was stored. */
  static restored({ document, state, welcome }: Snapshot): Replica {
    const replica = new Replica(document, welcome);
    replica.#state = state;
    return replica;
  }

  /** What `restored` makes the same replica of. */
  get stored(): Pick<Snapshot, "document" | "state"> {
    return { document: this.document, state: this.#state };
  }

  /**
   * A page goes on with what another left behind. What that one did last may be missing in the journal, though the server
   * has it: see `resume`.
   */
  reborn(): void {
    const state = this.#state;
    const [, expected] = this.#forgotten;
    // What waits gets the number under which the other page may have sent it: nothing can be told by numbers then.
    if (state.kind === "inflight+pending" || expected > state.acked) this.#remembers = Number.POSITIVE_INFINITY;
    else this.#remembers = state.kind === "inflight" ? state.edit.seq : state.acked;
  }

  /** The last revision applied. */
  get revision(): number {
    return this.#state.revision;
  }

  get state(): State {
    return this.#state;
  }

  /** The hash of the document as its user sees it, as `docs/protocol.md` defines it: 16 digits. */
  get hash(): string {
    return this.#document.hash();
  }

  /** The document as its user sees it. */
  get document(): Op {
    return normalize(this.#document.op());
  }

  /** All that is not acknowledged, as one op that ends in `document`. */
  get unsent(): Op {
    return unsentOp(this.#state);
  }

  /** How many user changes are not acknowledged. */
  get changes(): number {
    return unsentChanges(this.#state);
  }

  /** The other people who are here, with positions in `document`. */
  get peers(): readonly Peer[] {
    return shownPeers(this.#peers, this.#state);
  }

  /**
   * The same client is connected again. A restored one may find that the server has edits of it that are not in the
   * journal: they come as records, and are taken for what they are, changes that are not here yet. Otherwise throws
   * OtError if the server cannot have what it says that it has of us.
   */
  resume(welcome: Pick<Welcome, "acked" | "limits">): void {
    const { acked } = welcome;
    const last = this.#state.kind === "synchronized" ? this.#state.acked : this.#state.edit.seq;
    if (acked > (this.#remembers ?? last)) {
      if (this.#remembers === undefined) {
        throw new OtError("document", "the server has an edit of ours that we have not made");
      }
      this.#forgotten = [this.#remembers, acked];
    }
    this.#remembers = undefined;
    this.#limits = splitLimits(welcome);
    this.caret.forgotten();
  }

  /** The user's change. Whether there is any. Throws OtError if it does not fit, and then nothing has changed. */
  localEdit(op: Op): boolean {
    const change = parseOp(op);
    if (change.length === 0) return false;
    this.#document = this.#document.apply(change);
    this.#state = local(this.#state, change, this.#limits);
    this.caret.moveHere(change, "right");
    return true;
  }

  /**
   * Accepted edits, our own and those of others; gives what the editor has to apply, in this order. Records that are
   * here already are passed over. Throws ProtocolError when a revision is left out, OtError when they do not fit.
   */
  records(client: string, after: number, records: readonly AcceptedRecord[]): readonly RemoteChange[] {
    const known = this.revision - after;
    if (known >= records.length) return [];
    if (known < 0) throw new ProtocolError("a revision was left out");
    // One change for a run of records of one author, or of anybody if there are very many.
    const many = records.length > MANY_RECORDS;
    const changes: RemoteChange[] = [];
    let run: AcceptedRecord[] = [];
    const flush = () => {
      if (run.length > 0) changes.push(this.#remote(run, this.revision + run.length));
      run = [];
    };
    for (const record of records.slice(known)) {
      if (record.client === client) {
        flush();
        if (record.seq > this.#forgotten[0] && record.seq <= this.#forgotten[1]) {
          changes.push(this.#remote([record], this.revision + 1));
          this.#state = renumbered(this.#state, record.seq, this.#limits);
        } else {
          this.#acknowledge(record.seq, record.op);
        }
      } else {
        if (!many && run.some((each) => each.client !== record.client)) flush();
        run.push(record);
      }
    }
    flush();
    return changes;
  }

  /**
   * This is what the server has at our revision. Gives what the editor has to apply to show that, with what is unsent.
   * Throws OtError if that does not fit, and then nothing has changed.
   */
  repair(document: Op): Op {
    const next = Doc.of(document).apply(this.unsent);
    const op = difference(this.#document.op(), next.op());
    this.#document = next;
    this.caret.moveHere(op, "left");
    return op;
  }

  /** Many records of others as one op. Throws as `records` does. */
  catchup(after: number, to: number, op: Op): readonly RemoteChange[] {
    if (to <= this.revision) return [];
    if (after !== this.revision) throw new ProtocolError("a revision was left out");
    return [this.#remote([{ client: "", op }], to)];
  }

  /** News of who is here; `client` is this one. */
  presence(client: string, change: PresenceChange): void {
    this.#peers = updatePeers(this.#peers, change, client);
  }

  /** Nobody is known to be here: the connection is gone. */
  alone(): void {
    this.#peers = new Map();
  }

  #remote(run: readonly { readonly client: string; readonly op: Op }[], revision: number): RemoteChange {
    const shown: Op[] = [];
    for (const { op, client } of run) {
      const result = remote(this.#state, op, revision);
      this.#state = result.state;
      this.#peers = movePeers(this.#peers, op, client);
      this.caret.moveThere(op, false);
      this.caret.moveHere(result.op, "left");
      shown.push(result.op);
    }
    const op = composeAll(shown);
    this.#document = this.#document.apply(op);
    const author = run[0]!.client;
    return { op, author: run.every((each) => each.client === author) ? author : "", revision };
  }

  #acknowledge(seq: number, op: Op): void {
    const state = this.#state;
    // The server transforms the edit as we do. If it came to something else, the documents differ from here on.
    if (state.kind === "synchronized" || state.edit.seq !== seq || !sameOp(state.inflight.op, op)) {
      throw new OtError("document", "the record of our edit is not what we made of it");
    }
    this.#state = acknowledged(state, this.revision + 1, this.#limits);
    this.#peers = movePeers(this.#peers, op, "");
    this.caret.moveThere(op, true);
  }
}

function splitLimits({ limits }: Pick<Welcome, "limits">): SplitLimits {
  return { units: limits.editUnits, components: limits.editComponents, bytes: limits.frame - EDIT_OVERHEAD_BYTES };
}
