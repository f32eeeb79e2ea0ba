// Yjs: a CRDT. Its updates take the place of ops: they need no transform.
import * as Y from "yjs";
import { composeAll, json, versionsOf } from "./algebra.mjs";

export const versions = versionsOf("yjs");

function create(clientID) {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  return doc;
}

const textOf = (doc) => doc.getText("t");

function splice(doc, [pos, deleted, inserted]) {
  const text = textOf(doc);
  doc.transact(() => {
    if (deleted > 0) text.delete(pos, deleted);
    if (inserted !== "") text.insert(pos, inserted);
  });
}

export function replay({ edits }) {
  let doc;
  return {
    count: edits.length,
    begin() {
      doc = create(1);
    },
    run() {
      for (const edit of edits) splice(doc, edit);
    },
    result: () => textOf(doc).toString(),
  };
}

/** The updates of a session, one for each edit. */
function updatesOf(doc, edits) {
  const updates = [];
  doc.on("update", (update) => updates.push(update));
  for (const edit of edits) splice(doc, edit);
  return updates;
}

/** The server's part: it applies each author's updates. */
export function concurrent({ entries, agents }) {
  const authors = Array.from({ length: agents }, (_, i) => ({ doc: create(i + 1), seen: 0, made: undefined }));
  for (const author of authors) {
    author.doc.on("update", (update, _origin, _doc, { local }) => {
      if (local) author.made = update;
    });
  }
  const updates = [];
  for (const [base, agent, ...edit] of entries) {
    const author = authors[agent];
    for (; author.seen < base; author.seen++) Y.applyUpdate(author.doc, updates[author.seen]);
    splice(author.doc, edit);
    updates.push(author.made);
  }
  let doc;
  return {
    count: entries.length,
    begin() {
      doc = create(99);
    },
    run() {
      for (const update of updates) Y.applyUpdate(doc, update);
    },
    result: () => textOf(doc).toString(),
  };
}

/** What is inserted takes the attributes of what is in front of it, which Yjs does by itself. */
export function inserts({ text, doc: delta, inserts: list }) {
  const first = create(1);
  textOf(first).applyDelta(delta ?? [{ insert: text }]);
  const state = Y.encodeStateAsUpdate(first);
  let doc;
  const task = {
    count: list.length,
    limit(n) {
      task.count = n;
    },
    begin() {
      doc = create(2);
      Y.applyUpdate(doc, state);
    },
    run() {
      const t = textOf(doc);
      for (let i = 0; i < task.count; i++) t.insert(list[i][0], list[i][1]);
    },
    result: () => (delta ? json(merged(textOf(doc).toDelta())) : textOf(doc).toString()),
  };
  return task;
}

/** Marks that change nothing divide what toDelta returns. */
function merged(delta) {
  const out = [];
  for (const { insert, attributes } of delta) {
    const last = out.at(-1);
    if (last && JSON.stringify(last.attributes) === JSON.stringify(attributes)) last.insert += insert;
    else out.push({ insert, attributes });
  }
  return out;
}

/** Both sides of a branch: the state after the history, and the updates and document of the branch. */
function sides({ text, history, branch }) {
  const first = create(1);
  textOf(first).insert(0, text);
  const start = Y.encodeStateAsUpdate(first);
  const at = (clientID, edits) => {
    const doc = create(clientID);
    Y.applyUpdate(doc, start);
    return { updates: updatesOf(doc, edits), doc };
  };
  return { home: Y.encodeStateAsUpdate(at(2, history).doc), away: at(3, branch) };
}

export function merge(input) {
  const { home, away } = sides(input);
  let doc;
  return {
    count: 1,
    begin() {
      doc = create(4);
      Y.applyUpdate(doc, home);
    },
    run() {
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(away.doc, Y.encodeStateVector(doc)));
    },
    result: () => textOf(doc).toString(),
  };
}

export function rebase(input) {
  const { home, away } = sides(input);
  let doc;
  const task = {
    count: away.updates.length,
    whole: true,
    limit(n) {
      task.count = n;
    },
    begin() {
      doc = create(4);
      Y.applyUpdate(doc, home);
    },
    run() {
      for (let i = 0; i < task.count; i++) Y.applyUpdate(doc, away.updates[i]);
    },
    result: () => textOf(doc).toString(),
  };
  return task;
}

export function session({ edits }) {
  const updates = updatesOf(create(1), edits);
  let composed;
  return {
    count: 1,
    run() {
      // Given all at once, it sorts them again for each struct that it writes, and does not end in minutes.
      composed = composeAll(updates, (a, b) => Y.mergeUpdates([a, b]));
    },
    result() {
      const doc = create(2);
      Y.applyUpdate(doc, composed);
      return textOf(doc).toString();
    },
  };
}
