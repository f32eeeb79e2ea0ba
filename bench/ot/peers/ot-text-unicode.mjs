// ot-text-unicode on a rope of npm jumprope. It counts code points and the rope
// UTF-16 units, so it is right only where both are the same.
import * as algebras from "./algebra.mjs";

const { makeType } = algebras.load("ot-text-unicode");
const Rope = algebras.load("jumprope");
export const versions = algebras.versionsOf("ot-text-unicode", "jumprope");

const type = makeType({
  create: (text) => new Rope(text),
  toString: (rope) => rope.toString(),
  builder(rope) {
    let pos = 0;
    return {
      skip(n) {
        pos += n;
      },
      append(text) {
        rope.insert(pos, text);
        pos += text.length;
      },
      del(n) {
        rope.del(pos, n);
      },
      build: () => rope,
    };
  },
});

const algebra = {
  lasting: false,
  splice(pos, deleted, inserted) {
    const op = [];
    if (pos > 0) op.push(pos);
    if (inserted !== "") op.push(inserted);
    if (deleted > 0) op.push({ d: deleted });
    return op;
  },
  parse: (delta) => delta.map((c) => c.retain ?? c.insert ?? { d: c.delete }),
  compose: type.compose,
  transform: (op, over) => type.transform(op, over, "right"),
  pair: (history, incoming) => [
    type.transform(history, incoming, "left"),
    type.transform(incoming, history, "right"),
  ],
  create: (text) => type.create(text),
  apply: (doc, op) => type.apply(doc, op),
  text: (doc) => doc.toString(),
};

const plain = (make) => (input) => (input.astral ? "it counts code points" : make(algebra, input));

export const replay = plain(algebras.replay);
export const concurrent = plain(algebras.concurrent);
export const inserts = plain(algebras.inserts);
export const transform = plain(algebras.pairs);
export const compose = plain(algebras.pairs);
export const merge = plain(algebras.merge);
export const rebase = plain(algebras.rebase);
export const session = plain(algebras.session);
