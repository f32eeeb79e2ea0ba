import type { Clock } from "./clock.ts";
import type { Replica } from "./replica.ts";
import type { Edit } from "./state.ts";
import { Throttle } from "./throttle.ts";

/** At most one presence message in so many milliseconds. */
const PRESENCE_PACE_MS = 50;

/** What Outgoing asks, and where what it sends goes. */
export interface OutgoingOwner {
  replica(): Replica | undefined;
  live(): boolean;
  mayEdit(): boolean;
  /** Whether the edit may be sent already: it has to be in the journal. */
  mayGo(edit: Edit): boolean;
  send(frame: string, edit: boolean): void;
}

/** What a client sends of its own: its edits, one at a time, and where its user's carets are. */
export class Outgoing {
  readonly #presence: Throttle;
  #onWire = 0; // the last seq that was sent on this connection

  constructor(
    clock: Clock,
    readonly owner: OutgoingOwner,
  ) {
    this.#presence = new Throttle(clock, PRESENCE_PACE_MS, () => this.#sendPresence());
  }

  /** A connection begins, on which the server says that it has our edits up to `acked`. */
  begin(acked: number): void {
    this.#onWire = acked;
  }

  /** Sends the inflight edit, unless this connection has had it. It is always the same message. */
  edit(): void {
    const { owner } = this;
    const replica = owner.replica();
    if (!owner.live() || !owner.mayEdit() || replica === undefined || replica.state.kind === "synchronized") return;
    const { edit } = replica.state;
    if (edit.seq <= this.#onWire || !owner.mayGo(edit)) return;
    this.#onWire = edit.seq;
    owner.send(JSON.stringify({ type: "edit", ...edit }), true);
  }

  /** The carets may have moved otherwise than the server can know: tells it soon. */
  presence(): void {
    this.#presence.ask();
  }

  stop(): void {
    this.#presence.stop();
  }

  #sendPresence(): void {
    const replica = this.owner.replica();
    if (!this.owner.live() || replica === undefined) return;
    const selections = replica.caret.take(replica.state);
    if (selections === undefined) return;
    this.owner.send(JSON.stringify({ type: "presence", revision: replica.revision, selections }), false);
  }
}
