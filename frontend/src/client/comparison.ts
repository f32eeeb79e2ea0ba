import { OtError } from "../ot/error.ts";
import type { Op } from "../ot/op.ts";
import { type Answer, Checker, Repair } from "./checking.ts";
import type { Clock } from "./clock.ts";
import type { Replica } from "./replica.ts";

/** What Comparison asks, and does. */
export interface ComparisonOwner {
  replica(): Replica | undefined;
  live(): boolean;
  send(frame: string): void;
  /** The server's document at a revision; undefined if nobody can get it. */
  fetch(revision: number): Promise<Op> | undefined;
  /** The replica was put right: this is what changed in what the user sees. */
  repaired(op: Op): void;
  /** A frame that was held back. */
  frame(frame: string): void;
  /** The document does not come: try it on another connection. */
  retry(): void;
  /** It cannot be repaired: begin anew. */
  hopeless(): void;
}

/** Compares the document with the server's now and then, and makes ours of theirs where they differ. */
export class Comparison {
  readonly #checker: Checker;
  #repair: Repair | undefined; // under way

  constructor(
    readonly clock: Clock,
    readonly owner: ComparisonOwner,
  ) {
    this.#checker = new Checker(clock, {
      comparable: () => owner.live() && owner.replica()?.state.kind === "synchronized",
      send: (frame) => owner.send(frame),
      here: () => ({ revision: owner.replica()?.revision ?? 0, hash: owner.replica()?.hash ?? "" }),
      differs: () => this.#differs(),
      hopeless: () => owner.hopeless(),
    });
  }

  /** How often the document was put right. */
  get repaired(): number {
    return this.#checker.count;
  }

  /** The document changed. */
  changed(): void {
    this.#checker.changed();
  }

  /** The client was resumed: whatever happened to it meanwhile, it is compared soon. */
  resumed(): void {
    this.#checker.soon();
  }

  answered(answer: Answer): void {
    this.#checker.answered(answer);
  }

  /** Whether a frame is held back, because the stream must not go on before the repair is done. */
  holds(frame: string): boolean {
    const repair = this.#repair; // to hold the frame may end it, and the connection
    repair?.hold(frame);
    return repair !== undefined;
  }

  /** The connection is gone. */
  stop(): void {
    this.#checker.stop();
    this.#repair?.cancel();
    this.#repair = undefined;
  }

  /** Gets the server's document at our revision; what is typed meanwhile stays what it is. */
  #differs(): void {
    const { owner } = this;
    const document = owner.fetch(owner.replica()?.revision ?? 0);
    if (document === undefined) return owner.hopeless();
    const done = (op: Op) => {
      this.#take(op);
      const held = this.#repair?.held ?? [];
      this.#repair = undefined;
      for (const frame of held) owner.frame(frame);
    };
    this.#repair = new Repair(this.clock, document, done, () => owner.retry());
  }

  #take(document: Op): void {
    try {
      const op = this.owner.replica()?.repair(document) ?? [];
      if (op.length === 0) return;
      this.#checker.repaired();
      this.owner.repaired(op);
    } catch (error) {
      if (!(error instanceof OtError)) throw error;
      this.owner.hopeless();
    }
  }
}
