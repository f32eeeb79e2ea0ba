// What the contenders that have operations share. An algebra is
//
//	splice(pos, deleted, inserted, length)  the op of an edit of a document of that length
//	parse(delta, length)                    an op from its Delta
//	compose(a, b), transform(op, over)      over is the history and wins ties
//	pair(history, incoming)                 both halves of the diamond
//	create(text), apply(doc, op), text(doc)
//	lasting                                 documents are values: apply leaves the old one as it was
import { createRequire } from "node:module";

export const load = createRequire(import.meta.url);

/** The versions of packages. Some do not export package.json: npm's lock file has them all. */
export function versionsOf(...names) {
  const { packages } = load("../package-lock.json");
  return Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`].version]));
}

/** A balanced tree: each op takes part in as many compositions as the tree is deep. */
export function composeAll(ops, compose, from = 0, to = ops.length) {
  if (to - from === 1) return ops[from];
  const half = (from + to) >>> 1;
  return compose(composeAll(ops, compose, from, half), composeAll(ops, compose, half, to));
}

export function opsOf(algebra, edits, length) {
  return edits.map(([pos, deleted, inserted]) => {
    const op = algebra.splice(pos, deleted, inserted, length);
    length += inserted.length - deleted;
    return op;
  });
}

/** Types a session, an op for each edit. */
export function replay(algebra, { edits }) {
  let doc;
  return {
    count: edits.length,
    begin() {
      doc = algebra.create("");
    },
    run() {
      let length = 0;
      for (const [pos, deleted, inserted] of edits) {
        doc = algebra.apply(doc, algebra.splice(pos, deleted, inserted, length));
        length += inserted.length - deleted;
      }
    },
    result: () => algebra.text(doc),
  };
}

/**
 * The server's part of a session with several authors: each edit is rebased over
 * what its author had not seen, and applied. queues has, for each author, what
 * the others did and the author has not seen, as it is behind the author's own.
 */
export function concurrent(algebra, { entries, agents }) {
  const typed = entries.map(([, , pos, deleted, inserted, length]) => algebra.splice(pos, deleted, inserted, length));
  let doc;
  return {
    count: entries.length,
    begin() {
      doc = algebra.create("");
    },
    run() {
      const queues = Array.from({ length: agents }, () => ({ from: 0, list: [] }));
      for (let i = 0; i < entries.length; i++) {
        const [base, agent] = entries[i];
        const mine = queues[agent];
        while (mine.from < mine.list.length && mine.list[mine.from].index < base) mine.from++;
        let op = typed[i];
        for (let k = mine.from; k < mine.list.length; k++) {
          const [theirs, ours] = algebra.pair(mine.list[k].op, op);
          mine.list[k].op = theirs;
          op = ours;
        }
        doc = algebra.apply(doc, op);
        for (let other = 0; other < agents; other++) {
          if (other !== agent) queues[other].list.push({ index: i, op });
        }
      }
    },
    result: () => algebra.text(doc),
  };
}

/** Inserts at random places into a document of plain text. */
export function inserts(algebra, { text, doc: delta, inserts: list }) {
  if (delta) return "it has no attributes";
  const start = algebra.create(text);
  let doc;
  const task = {
    count: list.length,
    limit(n) {
      task.count = n;
    },
    begin() {
      doc = algebra.lasting ? start : algebra.create(text);
    },
    run() {
      for (let i = 0, length = text.length; i < task.count; i++) {
        const [pos, inserted] = list[i];
        doc = algebra.apply(doc, algebra.splice(pos, 0, inserted, length));
        length += inserted.length;
      }
    },
    result: () => algebra.text(doc),
  };
  return task;
}

/** A document with attributes as JSON, their names sorted. */
export function json(ops) {
  const sorted = (attributes) => Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(
    ops.map(({ insert, attributes }) => (attributes ? { insert, attributes: sorted(attributes) } : { insert })),
  );
}

const textOf = (delta) => delta.map((c) => c.insert).join("");

/** How long a document is behind a Delta. */
function lengthAfter(delta, length) {
  for (const c of delta) length += (c.insert?.length ?? 0) - (c.delete ?? 0);
  return length;
}

/** One of two ops after the other: compose, or transform. */
export function pairs(algebra, { kind, attributes, pairs: list }) {
  if (attributes) return "it has no attributes";
  const ready = list.map(({ doc, a, b }) => {
    const text = textOf(doc);
    const length = kind === "compose" ? lengthAfter(a, text.length) : text.length;
    return { text, a: algebra.parse(a, text.length), b: algebra.parse(b, length) };
  });
  const out = new Array(ready.length);
  return {
    count: ready.length,
    run:
      kind === "compose"
        ? () => {
            for (let i = 0; i < ready.length; i++) out[i] = algebra.compose(ready[i].a, ready[i].b);
          }
        : () => {
            for (let i = 0; i < ready.length; i++) out[i] = algebra.transform(ready[i].b, ready[i].a);
          },
    result: () =>
      ready
        .map(({ text, a }, i) => {
          const doc = algebra.create(text);
          return algebra.text(algebra.apply(kind === "compose" ? doc : algebra.apply(doc, a), out[i]));
        })
        .join("\n"),
  };
}

/** Brings a branch home: both sides composed, one rebased over the other, and applied. */
export function merge(algebra, { text, history, branch }) {
  const theirs = opsOf(algebra, history, text.length);
  const mine = opsOf(algebra, branch, text.length);
  const head = algebra.text(theirs.reduce(algebra.apply, algebra.create(text)));
  let doc;
  return {
    count: 1,
    begin() {
      doc = algebra.create(head);
    },
    run() {
      const over = composeAll(theirs, algebra.compose);
      doc = algebra.apply(doc, algebra.transform(composeAll(mine, algebra.compose), over));
    },
    result: () => algebra.text(doc),
  };
}

/** Brings a branch home edit by edit: each is rebased over the history, and the history over it. */
export function rebase(algebra, { text, history, branch }) {
  const theirs = opsOf(algebra, history, text.length);
  const over = composeAll(theirs, algebra.compose);
  const mine = opsOf(algebra, branch, text.length);
  const head = algebra.text(theirs.reduce(algebra.apply, algebra.create(text)));
  let doc;
  const task = {
    count: mine.length,
    limit(n) {
      task.count = n;
    },
    begin() {
      doc = algebra.create(head);
    },
    run() {
      let [left, right] = [over];
      for (let i = 0; i < task.count; i++) {
        [left, right] = algebra.pair(left, mine[i]);
        doc = algebra.apply(doc, right);
      }
    },
    result: () => algebra.text(doc),
  };
  return task;
}

/** One op of a whole session. */
export function session(algebra, { edits }) {
  const ops = opsOf(algebra, edits, 0);
  let composed;
  return {
    count: 1,
    run() {
      composed = composeAll(ops, algebra.compose);
    },
    result: () => algebra.text(algebra.apply(algebra.create(""), composed)),
  };
}
