import type { Op } from "../../client/types.ts";

/** A change that leads from one revision to another. */
export interface Edge {
  readonly to: number;
  readonly op: Op;
}

/** The most changes that are remembered, and the most components that all of them have. */
const mostEdges = 2000;
const mostComponents = 200_000;

/** Changes between revisions that were asked for lately: to go there again, or back, needs no server. */
export class ChangeCache {
  /** By the revision that they lead from; in the order of their last use. */
  #edges = new Map<string, Edge>();
  #from = new Map<number, Map<number, Edge>>();
  #components = 0;

  /** How many there are. */
  get size(): number {
    return this.#edges.size;
  }

  add(from: number, to: number, op: Op): void {
    const key = keyOf(from, to);
    if (from === to || op.length > mostComponents / 10 || this.#edges.has(key)) return;
    const edge = { to, op };
    this.#edges.set(key, edge);
    let leading = this.#from.get(from);
    if (!leading) {
      leading = new Map();
      this.#from.set(from, leading);
    }
    leading.set(to, edge);
    this.#components += op.length + 1;
    while (this.#edges.size > mostEdges || this.#components > mostComponents) this.#forgetOldest();
  }

  /**
   * The changes that lead from one revision to another, one after the other, none of them past it; undefined when there
   * is no such way among the changes that are remembered, or it has more than `most` of them.
   */
  path(from: number, to: number, most: number): readonly Edge[] | undefined {
    const path: Edge[] = [];
    for (let at = from; at !== to; ) {
      const edge = path.length < most ? this.#farthest(at, to) : undefined;
      if (!edge) return undefined;
      path.push(edge);
      this.#use(at, edge);
      at = edge.to;
    }
    return path;
  }

  #farthest(from: number, to: number): Edge | undefined {
    const leading = this.#from.get(from);
    if (!leading) return undefined;
    let best: Edge | undefined;
    for (const edge of leading.values()) {
      const towards = to > from ? edge.to > from && edge.to <= to : edge.to < from && edge.to >= to;
      if (towards && (!best || Math.abs(edge.to - to) < Math.abs(best.to - to))) best = edge;
    }
    return best;
  }

  #use(from: number, edge: Edge): void {
    const key = keyOf(from, edge.to);
    this.#edges.delete(key);
    this.#edges.set(key, edge);
  }

  #forgetOldest(): void {
    const [key, edge] = this.#edges.entries().next().value!;
    const from = Number(key.slice(0, key.indexOf(" ")));
    this.#edges.delete(key);
    this.#components -= edge.op.length + 1;
    const leading = this.#from.get(from)!;
    leading.delete(edge.to);
    if (leading.size === 0) this.#from.delete(from);
  }
}

function keyOf(from: number, to: number): string {
  return `${from} ${to}`;
}
