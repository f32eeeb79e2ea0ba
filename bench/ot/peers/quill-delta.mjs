// quill-delta: a document is a Delta of inserts, and compose applies.
import * as algebras from "./algebra.mjs";
import { json } from "./algebra.mjs";

const Delta = algebras.load("quill-delta");
export const versions = algebras.versionsOf("quill-delta");

const algebra = {
  lasting: true,
  splice: (pos, deleted, inserted) => new Delta().retain(pos).insert(inserted).delete(deleted),
  parse: (delta) => new Delta(delta),
  compose: (a, b) => a.compose(b),
  transform: (op, over) => over.transform(op, true),
  pair: (history, incoming) => [incoming.transform(history, false), history.transform(incoming, true)],
  create: (text) => new Delta().insert(text),
  apply: (doc, op) => doc.compose(op),
  text: (doc) => doc.ops.map((c) => c.insert).join(""),
};

export const replay = (input) => algebras.replay(algebra, input);
export const concurrent = (input) => algebras.concurrent(algebra, input);
export const merge = (input) => algebras.merge(algebra, input);
export const rebase = (input) => algebras.rebase(algebra, input);
export const session = (input) => algebras.session(algebra, input);

export function inserts(input) {
  if (!input.doc) return algebras.inserts(algebra, input);
  const start = new Delta(input.doc);
  let doc;
  const task = {
    count: input.inserts.length,
    limit(n) {
      task.count = n;
    },
    begin() {
      doc = start;
    },
    run() {
      for (let i = 0; i < task.count; i++) {
        const [pos, text, attributes] = input.inserts[i];
        doc = doc.compose(new Delta().retain(pos).insert(text, attributes));
      }
    },
    result: () => json(doc.ops),
  };
  return task;
}

function pairs(input) {
  const task = algebras.pairs(algebra, { ...input, attributes: false });
  if (!input.attributes) return task;
  const list = input.pairs.map(({ doc, a, b }) => ({ doc: new Delta(doc), a: new Delta(a), b: new Delta(b) }));
  task.result = () =>
    list
      .map(({ doc, a, b }) =>
        json((input.kind === "compose" ? doc.compose(a.compose(b)) : doc.compose(a).compose(a.transform(b, true))).ops),
      )
      .join("\n");
  return task;
}

export const transform = pairs;
export const compose = pairs;
