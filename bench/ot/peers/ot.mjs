// ot.js: TextOperation on strings. An op spans the whole document, and transform
// gives both halves of the diamond at once.
import * as algebras from "./algebra.mjs";

const { TextOperation } = algebras.load("ot");
export const versions = algebras.versionsOf("ot");

function parse(delta, length) {
  const op = new TextOperation();
  for (const c of delta) {
    if (c.insert !== undefined) op.insert(c.insert);
    else if (c.delete !== undefined) op.delete(c.delete);
    else op.retain(c.retain);
  }
  return op.retain(length - op.baseLength);
}

const algebra = {
  lasting: true,
  splice: (pos, deleted, inserted, length) =>
    new TextOperation().retain(pos).insert(inserted).delete(deleted).retain(length - pos - deleted),
  parse,
  compose: (a, b) => a.compose(b),
  transform: (op, over) => TextOperation.transform(over, op)[1],
  pair: (history, incoming) => TextOperation.transform(history, incoming),
  create: (text) => text,
  apply: (doc, op) => op.apply(doc),
  text: (doc) => doc,
};

export const replay = (input) => algebras.replay(algebra, input);
export const concurrent = (input) => algebras.concurrent(algebra, input);
export const inserts = (input) => algebras.inserts(algebra, input);
export const transform = (input) => algebras.pairs(algebra, input);
export const compose = (input) => algebras.pairs(algebra, input);
export const merge = (input) => algebras.merge(algebra, input);
export const rebase = (input) => algebras.rebase(algebra, input);
export const session = (input) => algebras.session(algebra, input);
