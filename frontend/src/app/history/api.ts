import type { Op } from "../../client/types.ts";
import { parseDocument, parseOp } from "../../ot/parse.ts";
import type { Face } from "../api.ts";
import { request } from "../request.ts";

/** A name that somebody gave to a revision. `at` is RFC 3339. */
export interface RevisionName {
  readonly revision: number;
  readonly name: string;
  readonly user: Face;
  readonly at: string;
}

/** Who wrote when, as the server tells it. Times are RFC 3339; `authors` of a span are indices. */
export interface HistorySummary {
  readonly head: number;
  readonly created_at: string;
  readonly authors: readonly (Face & { readonly records: number })[];
  readonly spans: readonly {
    readonly from: number;
    readonly to: number;
    readonly start: string;
    readonly end: string;
    readonly authors: readonly number[];
  }[];
  readonly names: readonly RevisionName[];
}

/** What makes one revision of another, and who made the latter. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly op: Op;
  /** Of revision `to`; undefined for revision 0. */
  readonly record?: { readonly revision: number; readonly user: Face; readonly at: string };
}

/** Revisions `from` (without it) to `revision` as one op. */
export interface Step {
  readonly from: number;
  readonly revision: number;
  readonly op: Op;
  /** The id of the user of the last of them. */
  readonly user: string;
  readonly at: string;
}

/** What became of a wish to change the document. */
export interface Written {
  /** The revision that it made, or the head when there was nothing to change. */
  readonly revision: number;
  readonly changed: boolean;
}

/** The most characters of the name of a revision. */
export const maxRevisionName = 80;

/** What the history reads of the server; a test has another one. */
export interface HistorySource {
  summary(signal?: AbortSignal): Promise<HistorySummary>;
  /** The document at a revision. */
  document(revision: number, signal?: AbortSignal): Promise<Op>;
  /** The op from one revision to another, in either direction. */
  change(from: number, to: number, signal?: AbortSignal): Promise<Change>;
  /** At most `limit` steps of `each` revisions after a revision. */
  steps(after: number, each: number, limit: number, signal?: AbortSignal): Promise<readonly Step[]>;
}

/** The history of a document on the server. */
export class ServerHistory implements HistorySource {
  #path: string;

  constructor(id: string) {
    this.#path = `/api/docs/${encodeURIComponent(id)}`;
  }

  summary(signal?: AbortSignal): Promise<HistorySummary> {
    return request("GET", `${this.#path}/history`, by(signal));
  }

  async document(revision: number, signal?: AbortSignal): Promise<Op> {
    const answer = await request<{ readonly op: unknown }>(
      "GET",
      `${this.#path}/content?format=delta&revision=${revision}`,
      by(signal),
    );
    return parseDocument(answer.op);
  }

  async change(from: number, to: number, signal?: AbortSignal): Promise<Change> {
    const answer = await request<Change>("GET", `${this.#path}/change?from=${from}&to=${to}`, by(signal));
    return { ...answer, op: parseOp(answer.op) };
  }

  async steps(after: number, each: number, limit: number, signal?: AbortSignal): Promise<readonly Step[]> {
    const query = new URLSearchParams({ after: `${after}`, each: `${each}`, limit: `${limit}` });
    const answer = await request<{ readonly records: readonly Step[] }>(
      "GET",
      `${this.#path}/records?${query}`,
      by(signal),
    );
    return answer.records.map((step) => ({ ...step, op: parseOp(step.op) }));
  }

  /** Makes the document what it was at a revision, or what has become of a range of that one; as a new revision. */
  restore(revision: number, range?: readonly [from: number, to: number]): Promise<Written> {
    return request("POST", `${this.#path}/restore`, { body: { revision, ...(range && { range }) } });
  }

  /** Takes back what a revision did, as a new revision. */
  undo(revision: number): Promise<Written> {
    return request("POST", `${this.#path}/revisions/${revision}/undo`);
  }

  name(revision: number, name: string): Promise<RevisionName> {
    return request("PUT", `${this.#path}/revisions/${revision}/name`, { body: { name } });
  }

  async unname(revision: number): Promise<void> {
    await request("DELETE", `${this.#path}/revisions/${revision}/name`);
  }
}

function by(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}
