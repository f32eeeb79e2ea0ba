/** Why an op or a document is refused; the same names as in Go. */
export type OtErrorCode =
  /** No list of components in Delta form: types, unknown or missing names, two kinds in one component. */
  | "shape"
  /** A length that is not a whole number from 1 to 2^53-1. */
  | "length"
  /** An insert of no text. */
  | "empty"
  /** A number that JavaScript does not hold exactly, or the name `__proto__`. */
  | "value"
  /** Nested too deep. */
  | "limit"
  /** Half a surrogate pair, or a cut through one. */
  | "surrogate"
  /** Reaches past the end of the document. */
  | "range"
  /** A document was expected, and this does not only insert. */
  | "document";

/** A refused op. The message never holds text of the document. */
export class OtError extends Error {
  override readonly name = "OtError";

  constructor(
    readonly code: OtErrorCode,
    message: string,
  ) {
    super(message);
  }
}
