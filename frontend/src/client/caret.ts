import type { Op } from "../ot/op.ts";
import type { Gravity } from "../ot/position.ts";
import { moveSelections, sameSelections, selectionsToSend } from "./presence.ts";
import type { State } from "./state.ts";
import type { Selection } from "./types.ts";

/**
 * The user's own selections, and what the server knows of them. The server moves what it knows over every record, as
 * we do here; so text that is typed needs no presence message at all, and only what moves otherwise is sent.
 */
export class Caret {
  #here: readonly Selection[] = []; // in the document that the user sees
  #there: readonly Selection[] = []; // as the server has it, at the last revision applied

  /** The user selected something. */
  select(selections: readonly Selection[]): void {
    this.#here = selections;
  }

  /** The document that the user sees changed. */
  moveHere(op: Op, gravity: Gravity): void {
    this.#here = moveSelections(this.#here, op, gravity);
  }

  /** A record was applied; of this client's own, the caret goes behind what was inserted. */
  moveThere(op: Op, own: boolean): void {
    this.#there = moveSelections(this.#there, op, own ? "right" : "left");
  }

  /** The server knows nothing of us: a new connection. */
  forgotten(): void {
    this.#there = [];
  }

  /** What to send now; nothing if the server knows it already. */
  take(state: State): readonly Selection[] | undefined {
    const selections = selectionsToSend(this.#here, state);
    if (sameSelections(selections, this.#there)) return undefined;
    this.#there = selections;
    return selections;
  }
}
