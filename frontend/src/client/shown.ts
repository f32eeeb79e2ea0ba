import type { Op } from "../ot/op.ts";
import type { Clock } from "./clock.ts";
import { samePeers } from "./presence.ts";
import { Throttle } from "./throttle.ts";
import type { Editor, Peer } from "./types.ts";

/** What there is to show. */
export interface ShownOwner {
  document(): Op;
  readOnly(): boolean;
  /** The others who are here, with positions in the document. */
  peers(): readonly Peer[];
  /** Others came or went, or moved. */
  peersChanged(peers: readonly Peer[]): void;
}

/** The attached editor, if there is one, and what it shows. */
export class Shown {
  #editor: Editor | undefined;
  #broken = false; // the editor shows something else than the document
  #peers: readonly Peer[] = []; // as they were shown last
  #later: Throttle;

  constructor(
    readonly clock: Clock,
    readonly owner: ShownOwner,
  ) {
    this.#later = new Throttle(clock, 0, () => this.showPeers());
  }

  /** The editor and the document are not of one mind, and it has not been loaded again yet. */
  get broken(): boolean {
    return this.#broken;
  }

  attach(editor: Editor): void {
    this.#editor = editor;
    this.load();
  }

  detach(): void {
    this.#later.stop();
    this.#editor = undefined;
  }

  load(): void {
    this.#broken = false;
    this.#editor?.load(this.owner.document());
    this.showRole();
    this.showPeers();
  }

  showRole(): void {
    this.#editor?.setReadOnly(this.owner.readOnly());
  }

  /**
   * Applies a change of others. False if the editor failed: it is then loaded again, since nobody knows what it shows,
   * and its error still comes out.
   */
  apply(op: Op, author: string): boolean {
    try {
      this.#editor?.applyRemote(op, author);
      return true;
    } catch (error) {
      this.clock.setTimeout(() => {
        throw error;
      }, 0);
      this.load();
      return false;
    }
  }

  /** The editor showed something else than we thought. It is loaded again soon, not in the middle of its own change. */
  break(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.clock.setTimeout(() => this.load(), 0);
  }

  /** The user's own change may have moved carets of others. */
  moved(): void {
    if (this.#peers.length > 0) this.#later.ask(); // not now: the editor is in the middle of its own change
  }

  showPeers(): void {
    this.#later.stop();
    const peers = this.owner.peers();
    const before = this.#peers;
    this.#peers = peers;
    // The editor is told in any case: it may have moved its carets in its own way meanwhile.
    if (peers.length > 0 || before.length > 0) this.#editor?.showPeers(peers);
    if (!samePeers(peers, before)) this.owner.peersChanged(peers);
  }
}
