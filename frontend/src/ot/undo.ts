import { compose, composeAll } from "./compose.ts";
import { invert } from "./invert.ts";
import type { Op } from "./op.ts";
import { transform } from "./transform.ts";

/** What takes one thing back. */
interface Inverse {
  op: Op;
  /** Of others, made after `op` was; not yet under it. */
  over: Op[];
}

/** How many ops of others wait for one that takes something back, before they are composed. */
const WAITING = 64;

/**
 * Takes one user's edits back, the last first, while others go on writing: what they wrote stays. It holds for each of
 * the user's edits the op that takes it back, and moves these ops over what others do.
 *
 *     d0 ──edit 1──▶ d1 ──edit 2──▶ d2 ──another's edit──▶ d3
 *                                   ◀── T(inverse of 2) ── d3'
 *
 * The top of a stack applies to the present document, and each op below to the document that the one above leads to. Ops
 * of others wait at the top until it is taken: law L3 makes one composed op of them, and nothing is paid for what is
 * never undone.
 */
export class UndoStack {
  readonly #undo: Inverse[] = [];
  readonly #redo: Inverse[] = [];

  /** Whether there is an edit to take back. Others may have deleted all it did; taking it back then changes nothing. */
  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  /** Whether there is an edit that was taken back. */
  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  /**
   * Remembers how to take back `op`, which the user made on `doc`. What could be done again no longer can. With `join` it
   * is one with the edit before, as letters of a word are, unless another's edit lies between. Throws as `invert` does,
   * and then remembers nothing.
   */
  record(op: Op, doc: Op, join = false): void {
    const back = invert(op, doc);
    if (op.length === 0) return;
    const last = this.#undo.at(-1);
    if (join && last !== undefined && last.over.length === 0) last.op = compose(back, last.op);
    else this.#undo.push({ op: back, over: [] });
    this.#redo.length = 0;
  }

  /** Somebody else has made `op` on the present document. */
  remote(op: Op): void {
    moveOver(this.#undo, op);
    moveOver(this.#redo, op);
  }

  /**
   * The op that takes the last edit back from `doc`, the present document; undefined if there is none. The op is the
   * user's like any edit, but it is not to be recorded.
   */
  undo(doc: Op): Op | undefined {
    return take(this.#undo, this.#redo, doc);
  }

  /** The op that does again on `doc`, the present document, what was taken back last; undefined if there is nothing. */
  redo(doc: Op): Op | undefined {
    return take(this.#redo, this.#undo, doc);
  }
}

/** Takes the top of one stack, and puts what takes it back on the other. */
function take(from: Inverse[], to: Inverse[], doc: Op): Op | undefined {
  const top = from.at(-1);
  if (top === undefined) return undefined;
  const over = composeAll(top.over);
  const op = transform(top.op, over, "incoming");
  const back = invert(op, doc); // throws before anything is changed
  from.pop();
  moveOver(from, transform(over, top.op, "history"));
  to.push({ op: back, over: [] });
  return op;
}

function moveOver(stack: Inverse[], op: Op): void {
  const top = stack.at(-1);
  if (top === undefined || op.length === 0) return;
  top.over.push(op);
  if (top.over.length === WAITING) top.over = [composeAll(top.over)];
}
