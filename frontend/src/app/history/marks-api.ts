import type { Op } from "../../client/types.ts";
import { parseDocument, parseOp } from "../../ot/parse.ts";
import { request } from "../request.ts";
import type { BlameSpans } from "./blame-spans.ts";
import type { Author } from "./credit.ts";
import type { Attribution } from "./merged.ts";

/** Who wrote a document, as of a revision. */
export interface Blame {
  readonly revision: number;
  /** What the authors of the spans are indices of. */
  readonly authors: readonly Author[];
  readonly spans: BlameSpans;
}

/** What makes one revision of an earlier one, and whose that was. */
export interface Difference {
  readonly from: number;
  readonly to: number;
  readonly op: Op;
  /** What the authors of the attributions are indices of. */
  readonly authors: readonly Author[];
  /** At their places in the later revision, in order. */
  readonly inserted: readonly Attribution[];
  /** At their places in the earlier revision, in order. */
  readonly deleted: readonly Attribution[];
}

/** What the marks ask of the server; a test has another one. All requests fail by an ApiError, or when aborted. */
export interface MarksSource {
  blame(revision: number, signal: AbortSignal): Promise<Blame>;
  /** The difference between two revisions, of which `from` is not the later one. */
  difference(from: number, to: number, signal: AbortSignal): Promise<Difference>;
  /** The document at a revision. */
  document(revision: number, signal: AbortSignal): Promise<Op>;
}

type SpanAnswer = readonly [units: number, author: number, revision: number, at: number];
type StretchAnswer = readonly [from: number, units: number, author: number, revision: number, at: number];

/** The marks of a document on the server. */
export class ServerMarks implements MarksSource {
  #path: string;

  constructor(doc: string) {
    this.#path = `/api/docs/${encodeURIComponent(doc)}`;
  }

  async blame(revision: number, signal: AbortSignal): Promise<Blame> {
    const answer = await request<{ readonly authors: readonly Author[]; readonly spans: readonly SpanAnswer[] }>(
      "GET",
      `${this.#path}/blame?revision=${revision}`,
      { signal },
    );
    const spans = answer.spans.map(([units, author, revision, at]) => ({ units, author, revision, at }));
    return { revision, authors: answer.authors, spans };
  }

  async difference(from: number, to: number, signal: AbortSignal): Promise<Difference> {
    const answer = await request<{
      readonly op: unknown;
      readonly authors: readonly Author[];
      readonly inserted: readonly StretchAnswer[];
      readonly deleted: readonly StretchAnswer[];
    }>("GET", `${this.#path}/difference?from=${from}&to=${to}`, { signal });
    return {
      from,
      to,
      op: parseOp(answer.op),
      authors: answer.authors,
      inserted: answer.inserted.map(stretch),
      deleted: answer.deleted.map(stretch),
    };
  }

  async document(revision: number, signal: AbortSignal): Promise<Op> {
    const path = `${this.#path}/content?format=delta&revision=${revision}`;
    return parseDocument((await request<{ readonly op: unknown }>("GET", path, { signal })).op);
  }
}

function stretch([from, units, author, revision, at]: StretchAnswer): Attribution {
  return { from, units, author, revision, at };
}
