import type { Op } from "../ot/op.ts";
import type { Clock } from "./clock.ts";
import type { Journal } from "./journal.ts";
import type { Transport } from "./transport.ts";

/** What a Collab needs from around it. */
export interface CollabOptions {
  /** The document, `https://…/api/docs/{id}`. */
  readonly url: string;
  readonly transport: Transport;
  /** By default the system's. */
  readonly clock?: Clock;
  /** A number from 0 to 1; by default Math.random. */
  readonly random?: () => number;
  /** Whether there is a network at all; by default what `notifyOnline` said last. */
  readonly online?: () => boolean;
  /** Where the client is kept between two lives of the page; by default nowhere. */
  readonly journal?: Journal;
  /**
   * The document at a revision, as `GET url/content?revision=…&format=delta` gives it: for repairs. By default a client
   * that differs begins anew instead. Ends when the promise is settled.
   */
  readonly fetchDocument?: (url: string, revision: number) => Promise<Op>;
}
