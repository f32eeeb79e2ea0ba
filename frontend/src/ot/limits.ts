/** How large an op may be. The names and the defaults are those of Go. */
export interface Limits {
  /** Of the JSON, in UTF-8. */
  readonly bytes: number;
  /** As they are written, before neighbours are merged. */
  readonly components: number;
  /** UTF-16 code units inserted by one op. */
  readonly insertUnits: number;
  /** Of one component. */
  readonly attributes: number;
  /** Of the attributes of one component, and of an embed, as JSON. */
  readonly attributeBytes: number;
  /** Nesting inside the value of an attribute or embed. */
  readonly depth: number;
  /** UTF-16 code units of an op's base length and target length; at most 2^53-1. */
  readonly units: number;
}

/** What a server takes of a stranger as one edit. */
export const EDIT_LIMITS: Limits = {
  bytes: 4 << 20,
  components: 50_000,
  insertUnits: 1 << 20,
  attributes: 32,
  attributeBytes: 8 << 10,
  depth: 8,
  units: 2 ** 30,
};

/**
 * For what is in memory already and comes from the server, which has its own limits, or from the editor, whose edits are
 * cut before they are sent: nothing that could overflow a stack or a number.
 */
export const ANY_SIZE: Limits = {
  bytes: Number.POSITIVE_INFINITY,
  components: Number.POSITIVE_INFINITY,
  insertUnits: Number.POSITIVE_INFINITY,
  attributes: Number.POSITIVE_INFINITY,
  attributeBytes: Number.POSITIVE_INFINITY,
  depth: EDIT_LIMITS.depth,
  units: Number.MAX_SAFE_INTEGER,
};
