import type { Op } from "../../client/types.ts";
import { composeAll } from "../../ot/compose.ts";
import { Doc } from "../../ot/document.ts";
import { invert } from "../../ot/invert.ts";
import type { Change, HistorySource, HistorySummary, Step } from "./api.ts";

/** A history in memory, for tests: ops from an empty document on, a second apart, all of one person. */
export class MemoryHistory implements HistorySource {
  /** What was asked for, such as `change 3 7`. */
  readonly asked: string[] = [];
  /** Each answer waits for this first. */
  gate: (signal?: AbortSignal) => Promise<void> = () => Promise.resolve();
  /** Whether it answers also what was given up. */
  deaf = false;
  #ops: readonly Op[];
  #docs: readonly Doc[];

  constructor(ops: readonly Op[]) {
    this.#ops = ops;
    let doc = Doc.of([]);
    this.#docs = [doc, ...ops.map((op) => (doc = doc.apply(op)))];
  }

  get head(): number {
    return this.#ops.length;
  }

  at(revision: number): Op {
    return this.#docs[revision]!.op();
  }

  async summary(): Promise<HistorySummary> {
    const start = "2026-03-01T12:00:00Z";
    const authors = [{ id: "ana", name: "Ana", color: "#c2335b", records: this.head }];
    const spans = [{ from: 1, to: this.head, start, end: start, authors: [0] }];
    return { head: this.head, created_at: start, authors, spans, names: [] };
  }

  async document(revision: number, signal?: AbortSignal): Promise<Op> {
    await this.#ask(`document ${revision}`, signal);
    return this.at(revision);
  }

  async change(from: number, to: number, signal?: AbortSignal): Promise<Change> {
    await this.#ask(`change ${from} ${to}`, signal);
    const forward = composeAll(this.#ops.slice(Math.min(from, to), Math.max(from, to)));
    return { from, to, op: to >= from ? forward : invert(forward, this.at(to)) };
  }

  async steps(after: number, each: number, limit: number, signal?: AbortSignal): Promise<readonly Step[]> {
    await this.#ask(`steps ${after} ${each}`, signal);
    const steps: Step[] = [];
    for (let from = after; from < this.head && steps.length < limit; from += each) {
      const revision = Math.min(from + each, this.head);
      const op = composeAll(this.#ops.slice(from, revision));
      steps.push({ from, revision, op, user: "ana", at: "2026-03-01T12:00:00Z" });
    }
    return steps;
  }

  async #ask(question: string, signal: AbortSignal | undefined): Promise<void> {
    this.asked.push(question);
    await this.gate(signal);
    if (!this.deaf) signal?.throwIfAborted();
  }
}

/** A view that keeps the document and nothing else. */
export class PlainView {
  #doc = Doc.of([]);
  /** How often it was given something to show. */
  shown = 0;

  contents(): Op {
    return this.#doc.op();
  }

  load(document: Op): void {
    this.#doc = Doc.of(document);
    this.shown++;
  }

  show(change: Op): void {
    this.#doc = this.#doc.apply(change);
    this.shown++;
  }
}
