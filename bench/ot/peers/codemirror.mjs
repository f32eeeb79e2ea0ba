// CodeMirror: Text and ChangeSet of @codemirror/state, without an editor's state.
import { ChangeSet, Text } from "@codemirror/state";
import * as algebras from "./algebra.mjs";

export const versions = algebras.versionsOf("@codemirror/state");

function parse(delta, length) {
  const changes = [];
  let pos = 0;
  for (const c of delta) {
    if (c.insert !== undefined) changes.push({ from: pos, insert: c.insert });
    if (c.delete !== undefined) changes.push({ from: pos, to: pos + c.delete });
    pos += c.retain ?? c.delete ?? 0;
  }
  return ChangeSet.of(changes, length);
}

const algebra = {
  lasting: true,
  splice: (pos, deleted, inserted, length) =>
    ChangeSet.of({ from: pos, to: pos + deleted, insert: inserted }, length),
  parse,
  compose: (a, b) => a.compose(b),
  transform: (op, over) => op.map(over),
  pair: (history, incoming) => [history.map(incoming, true), incoming.map(history)],
  create: (text) => Text.of(text.split("\n")),
  apply: (doc, op) => op.apply(doc),
  text: (doc) => doc.toString(),
};

export const replay = (input) => algebras.replay(algebra, input);
export const concurrent = (input) => algebras.concurrent(algebra, input);
export const inserts = (input) => algebras.inserts(algebra, input);
export const transform = (input) => algebras.pairs(algebra, input);
export const compose = (input) => algebras.pairs(algebra, input);
export const merge = (input) => algebras.merge(algebra, input);
export const rebase = (input) => algebras.rebase(algebra, input);
export const session = (input) => algebras.session(algebra, input);
