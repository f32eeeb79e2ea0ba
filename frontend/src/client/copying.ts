import type { Op } from "../ot/op.ts";
import { plainText } from "../ot/text.ts";
import type { KeptCopy } from "./journal.ts";
import type { UnsentCopy } from "./types.ts";

/** A copy of `op`, which could not be sent; `document` is what its user saw last. */
export function copyOf(op: Op, document: Op, at: number, reason: string, random: () => number): UnsentCopy {
  const text = plainText(op).replaceAll("\ufffc", "");
  const id = `${at.toString(36)}-${Math.floor(random() * 2 ** 48).toString(36)}`;
  return { id, op, text, document, at, reason };
}

/** The same with whose it is. */
export function keptCopy(copy: UnsentCopy, url: string, user: string): KeptCopy {
  return { ...copy, url, user };
}
