import type { HistorySummary, RevisionName } from "./api.ts";
import { Stops } from "./stops.ts";

/** Who wrote something; an author of the history. */
export interface Author {
  readonly id: string;
  readonly name: string;
  /** `#rrggbb` */
  readonly color: string;
  /** How many revisions are of this person. */
  readonly records: number;
}

/** Revisions `from` to `to` that were written without a pause worth telling. Times are milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
  /** Indices of authors, mostly one. */
  readonly authors: readonly number[];
}

/** Revisions between two pauses of ten minutes. */
export interface Session extends Span {
  /** The names given to revisions of it. */
  readonly names: readonly RevisionName[];
}

/** Who made a revision, and when. */
export interface Moment {
  /** The authors; several when it is not known which of them. */
  readonly authors: readonly Author[];
  /** Milliseconds since 1970; where only its span is known, a time within that. */
  readonly at: number;
}

/** A pause that parts sessions, in milliseconds. */
export const sessionPause = 10 * 60_000;

/** Who wrote when, for the slider and the list: a value, made of what the server tells of a history. */
export class Timeline {
  /** The last revision. */
  readonly head: number;
  /** When the document was made, in milliseconds since 1970: the time of revision 0. */
  readonly created: number;
  readonly authors: readonly Author[];
  readonly spans: readonly Span[];
  /** From the first to the last. */
  readonly sessions: readonly Session[];
  /** By revision. */
  readonly names: readonly RevisionName[];

  constructor(summary: HistorySummary) {
    this.head = summary.head;
    this.created = Date.parse(summary.created_at);
    this.authors = summary.authors;
    this.spans = summary.spans.map((span) => ({ ...span, start: Date.parse(span.start), end: Date.parse(span.end) }));
    this.names = [...summary.names].sort((a, b) => a.revision - b.revision);
    this.sessions = sessionsOf(this.spans, this.names);
  }

  /** The revisions at which one stops, all or those of the authors with these ids; revision 0 is always one. */
  stops(authors: ReadonlySet<string> = new Set()): Stops {
    if (authors.size === 0) return new Stops([[0, this.head]]);
    const runs = this.spans.filter((span) => span.authors.some((index) => authors.has(this.authors[index]!.id)));
    return new Stops([[0, 0], ...runs.map(({ from, to }) => [from, to] as const)]);
  }

  /** The span of a revision; undefined for 0 and for what comes after the head. */
  span(revision: number): Span | undefined {
    return find(this.spans, revision);
  }

  /** The session of a revision; undefined for 0 and for what comes after the head. */
  session(revision: number): Session | undefined {
    return find(this.sessions, revision);
  }

  /** The ends of sessions, at which one stops with PageUp and PageDown. */
  sessionBefore(revision: number): number {
    return this.sessions.findLast(({ to }) => to < revision)?.to ?? 0;
  }

  sessionAfter(revision: number): number {
    return this.sessions.find(({ to }) => to > revision)?.to ?? this.head;
  }

  /** The name of a revision, if it has one. */
  name(revision: number): RevisionName | undefined {
    return this.names.find((name) => name.revision === revision);
  }

  /** What is known of a revision; undefined for revision 0, which nobody made. */
  moment(revision: number): Moment | undefined {
    const span = this.span(revision);
    if (!span) return undefined;
    const part = span.to === span.from ? 1 : (revision - span.from) / (span.to - span.from);
    return {
      authors: span.authors.map((index) => this.authors[index]!),
      at: Math.round(span.start + part * (span.end - span.start)),
    };
  }

  /** The same with other names. */
  named(names: readonly RevisionName[]): Timeline {
    const changed = Object.create(Timeline.prototype) as Timeline;
    const sorted = [...names].sort((a, b) => a.revision - b.revision);
    return Object.assign(changed, this, { names: sorted, sessions: sessionsOf(this.spans, sorted) });
  }
}

function sessionsOf(spans: readonly Span[], names: readonly RevisionName[]): readonly Session[] {
  const groups: Span[][] = [];
  for (const span of spans) {
    const last = groups.at(-1);
    if (last && span.start - last.at(-1)!.end < sessionPause) last.push(span);
    else groups.push([span]);
  }
  let next = 0;
  return groups.map((group) => {
    const to = group.at(-1)!.to;
    const first = next;
    while (next < names.length && names[next]!.revision <= to) next++;
    return {
      from: group[0]!.from,
      to,
      start: group[0]!.start,
      end: group.at(-1)!.end,
      authors: [...new Set(group.flatMap(({ authors }) => authors))],
      names: names.slice(first, next),
    };
  });
}

/** The one of these, which follow each other, that holds a revision. */
function find<Part extends Span>(parts: readonly Part[], revision: number): Part | undefined {
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (parts[middle]!.to < revision) low = middle + 1;
    else high = middle;
  }
  const part = parts[low];
  return part && part.from <= revision ? part : undefined;
}
