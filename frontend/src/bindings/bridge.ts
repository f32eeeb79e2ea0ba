import type { Op } from "../client/types.ts";
import { compose } from "../ot/compose.ts";
import { transform } from "../ot/transform.ts";

/**
 * What stands between the document that Collab knows and the one that an editor shows, while the two differ.
 *
 * ```
 *   Collab's document ──outbox──▶ what both will show ◀──held── the editor's document
 * ```
 *
 * `outbox` is what the editor has done and Collab has not been told yet; `held` is what others have done and the
 * editor does not show yet, because it must not be disturbed while an input method composes. Both are empty nearly
 * always. A bridge is a value: the functions return the next one.
 */
export interface Bridge {
  readonly outbox: Op;
  readonly held: Op;
}

/** The bridge between two equal documents. */
export const level: Bridge = { outbox: [], held: [] };

/** The editor has applied `op` to its own document. */
export function edited(bridge: Bridge, op: Op): Bridge {
  return {
    outbox: compose(bridge.outbox, transform(op, bridge.held, "incoming")),
    held: transform(bridge.held, op, "history"),
  };
}

/** Somebody else's `op` has been applied to Collab's document. */
export function received(bridge: Bridge, op: Op): Bridge {
  return {
    outbox: transform(bridge.outbox, op, "incoming"),
    held: compose(bridge.held, transform(op, bridge.outbox, "history")),
  };
}

/** Collab has been told of the outbox. */
export function told(bridge: Bridge): Bridge {
  return { outbox: [], held: bridge.held };
}

/** The editor shows what was held. */
export function shown(bridge: Bridge): Bridge {
  return { outbox: bridge.outbox, held: [] };
}
