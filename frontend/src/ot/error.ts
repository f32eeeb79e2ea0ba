/** Why an op or a document is refused; the same names as in Go. */
export type OtErrorCode =
  /** Not JSON. */
  | "syntax"
  /** No list of components in Delta form: types, unknown or missing names, two kinds in one component. */
  | "shape"
  /** A length that is not a whole number from 1 to 2^53-1. */
  | "length"
  /** An insert of no text. */
  | "empty"
  /** A number that JavaScript does not hold exactly, or the name `__proto__`. */
  | "value"
  /** Larger than the limits allow, or nested too deep. */
  | "limit"
  /** Half a surrogate pair, or a cut through one. */
  | "surrogate"
  /** Reaches past the end of the document. */
  | "range"
  /** A document was expected, and this does not only insert. */
  | "document"
  /** The kind of document does not allow this content. */
  | "schema"
  /** A rich document would no longer end in its line break. */
  | "last-line";

/** A refused op. The message never holds text of the document; names of attributes and embeds it may, quoted. */
export class OtError extends Error {
  override readonly name = "OtError";

  constructor(
    readonly code: OtErrorCode,
    message: string,
    /** The index of the component at fault, -1 if it is none or is not known. */
    readonly at = -1,
  ) {
    super(message);
  }
}
