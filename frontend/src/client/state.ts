/**
 * The life of an edit in a client, as values: what is known and what is unsent, before and after each thing that can
 * happen. No clock, no connection, no editor.
 *
 *     synchronized ──local──▶ inflight ──local──▶ inflight+pending ──local──▶ (composed into pending)
 *          ▲                     │ acknowledged          │ acknowledged
 *          └─────────────────────┘                       └──▶ inflight, with what was pending
 *
 * The document that the user sees is always: the document at `revision`, then inflight, then pending.
 */
import { compose } from "../ot/compose.ts";
import type { Op } from "../ot/op.ts";
import { type SplitLimits, split } from "../ot/split.ts";
import { transform } from "../ot/transform.ts";

/** An edit as it is sent. It never changes, however often it is sent. */
export interface Edit {
  /** Counts this client's edits from 1. */
  readonly seq: number;
  /** The revision that `op` was made on. */
  readonly base: number;
  readonly op: Op;
}

/** What the server has not acknowledged. */
export interface Unsent {
  /** Applies to the document at `revision`, or after inflight: rebased over all that came since it was made. */
  readonly op: Op;
  /** How many user changes end with it. */
  readonly changes: number;
}

export interface Synchronized {
  readonly kind: "synchronized";
  /** The last revision applied. */
  readonly revision: number;
  /** The `seq` of the last acknowledged edit, 0 if none. */
  readonly acked: number;
}

export interface Inflight {
  readonly kind: "inflight";
  readonly revision: number;
  readonly acked: number;
  readonly edit: Edit;
  readonly inflight: Unsent;
}

export interface InflightAndPending {
  readonly kind: "inflight+pending";
  readonly revision: number;
  readonly acked: number;
  readonly edit: Edit;
  readonly inflight: Unsent;
  /** Applies after inflight. */
  readonly pending: Unsent;
}

export type State = Synchronized | Inflight | InflightAndPending;

/** The state of a client that has just loaded the document. */
export function synchronized(revision: number, acked: number): Synchronized {
  return { kind: "synchronized", revision, acked };
}

/** The user changed the document. The op is not empty. */
export function local(state: State, op: Op, limits: SplitLimits): State {
  switch (state.kind) {
    case "synchronized":
      return next(state, { op, changes: 1 }, limits);
    case "inflight":
      return withPending(state, { op, changes: 1 });
    case "inflight+pending": {
      const { pending } = state;
      return withPending(state, { op: compose(pending.op, op), changes: pending.changes + 1 });
    }
  }
}

/**
 * Others changed the document: `op` made `revision` of the one that we have. The result's op does the same to the
 * document that the user sees.
 */
export function remote(state: State, op: Op, revision: number): { readonly state: State; readonly op: Op } {
  if (state.kind === "synchronized") return { state: { ...state, revision }, op };
  const { inflight } = state;
  const afterInflight = transform(op, inflight.op, "history");
  const rebased = { ...state, revision, inflight: { ...inflight, op: transform(inflight.op, op, "incoming") } };
  if (rebased.kind === "inflight") return { state: rebased, op: afterInflight };
  const { pending } = rebased;
  return {
    state: withPending(rebased, { ...pending, op: transform(pending.op, afterInflight, "incoming") }),
    op: transform(afterInflight, pending.op, "history"),
  };
}

/** The inflight edit is accepted as `revision`. What was pending becomes inflight and is to be sent. */
export function acknowledged(state: Inflight | InflightAndPending, revision: number, limits: SplitLimits): State {
  const settled = synchronized(revision, state.edit.seq);
  return state.kind === "inflight" ? settled : next(settled, state.pending, limits);
}

/**
 * An edit of ours with the number `acked` was accepted that we know nothing of, and `state` is after it. What is unsent
 * here was never sent, so it can have the next number.
 */
export function renumbered(state: State, acked: number, limits: SplitLimits): State {
  const settled = synchronized(state.revision, acked);
  const op = unsentOp(state);
  return op.length === 0 ? settled : next(settled, { op, changes: unsentChanges(state) }, limits);
}

/** All that is unsent, as one op on the document at `revision`; `[]` if nothing is. */
export function unsentOp(state: State): Op {
  if (state.kind === "synchronized") return [];
  return state.kind === "inflight" ? state.inflight.op : compose(state.inflight.op, state.pending.op);
}

/** How many user changes are not acknowledged. */
export function unsentChanges(state: State): number {
  if (state.kind === "synchronized") return 0;
  return state.inflight.changes + (state.kind === "inflight" ? 0 : state.pending.changes);
}

/** Puts what is unsent in flight, as much of it as one edit may hold. */
function next(state: Synchronized, unsent: Unsent, limits: SplitLimits): State {
  const { revision, acked } = state;
  const [first, rest] = split(unsent.op, limits);
  const edit = { seq: acked + 1, base: revision, op: first };
  if (rest.length === 0) return { kind: "inflight", revision, acked, edit, inflight: { ...unsent, op: first } };
  // The changes count as unsent until the last of them is acknowledged.
  return {
    kind: "inflight+pending",
    revision,
    acked,
    edit,
    inflight: { op: first, changes: 0 },
    pending: { ...unsent, op: rest },
  };
}

/** What is typed and deleted again, here or by others, is not pending any more. */
function withPending(state: Inflight | InflightAndPending, pending: Unsent): State {
  const { revision, acked, edit, inflight } = state;
  if (pending.op.length > 0) return { kind: "inflight+pending", revision, acked, edit, inflight, pending };
  // Changes of an edit that was cut end with its last part, wherever that is now.
  const changes = inflight.changes === 0 ? pending.changes : inflight.changes;
  return { kind: "inflight", revision, acked, edit, inflight: { ...inflight, changes } };
}
