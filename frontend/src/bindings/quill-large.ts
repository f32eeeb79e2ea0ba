import type Quill from "quill/core";
import { Delta } from "quill/core";

/**
 * Makes a Quill bear documents and pastes of a megabyte. What it does, three parts of Quill 2.0.3 do in quadratic time:
 *
 * - putting a line into a list of lines first looks through all of them for it (parchment's `LinkedList.contains`);
 * - an op inserts its text line by line, each found anew from the start of the document; `insertContents`, by which Quill
 *   loads a document, makes the lines beside it and puts them in;
 * - the document is read out by appending each line's formats to a copy of all before.
 *
 * The results are the same; a test compares them.
 */
export function bearLargeDocuments(quill: Quill): void {
  const editor = quill.editor;
  const apply = editor.applyDelta.bind(editor);
  rememberMembers(Object.getPrototypeOf(quill.scroll.children) as List);
  editor.getDelta = () => {
    const delta = new Delta();
    for (const line of quill.getLines()) for (const op of line.delta().ops) delta.push(op);
    return delta;
  };
  editor.applyDelta = (delta: Delta): Delta => {
    const { small, large } = divide(delta);
    if (large.length === 0) return apply(delta);
    quill.scroll.update();
    const update = editor.update;
    editor.update = (change) => change ?? new Delta(); // it compares whole documents: once, at the end
    try {
      apply(small);
      for (const { index, inserts } of large) quill.scroll.insertContents(index, inserts);
    } finally {
      editor.update = update;
    }
    return editor.update(delta);
  };
}

/** An insert is large from so many lines on. */
const manyLines = 100;

interface LargeInsert {
  /** Where it is in the document after the op. */
  readonly index: number;
  readonly inserts: Delta;
}

/** An op without its large inserts, and those. */
function divide(delta: Delta): { readonly small: Delta; readonly large: readonly LargeInsert[] } {
  const small = new Delta();
  const large: LargeInsert[] = [];
  let index = 0;
  let run = new Delta();
  const flush = (): void => {
    if (run.ops.length === 0) return;
    let lines = 0;
    for (const { insert } of run.ops) if (typeof insert === "string") lines += insert.split("\n").length - 1;
    if (lines >= manyLines) large.push({ index, inserts: run });
    else for (const op of run.ops) small.push(op);
    index += run.length();
    run = new Delta();
  };
  for (const op of delta.ops) {
    if (op.insert !== undefined) {
      run.push(op);
      continue;
    }
    flush();
    small.push(op);
    if (typeof op.retain === "number") index += op.retain;
  }
  flush();
  return { small, large };
}

/** Parchment's list of blots, as far as it matters here. */
interface List {
  length: number;
  contains(node: object): boolean;
  insertBefore(node: object | null, before: object | null): void;
  remove(node: object): void;
}

const known = new WeakMap<List, Set<object>>();

/** Lets long lists know what is in them. It changes the class of all lists, once. */
function rememberMembers(list: List): void {
  if (Object.hasOwn(list.contains, "known")) return;
  const { contains, insertBefore, remove } = list;
  list.contains = Object.assign(
    function (this: List, node: object): boolean {
      if (this.length < manyLines) return contains.call(this, node);
      let members = known.get(this);
      if (!members) {
        members = new Set();
        for (let each = (this as List & { head: Node | null }).head; each; each = each.next) members.add(each);
        known.set(this, members);
      }
      return members.has(node);
    },
    { known: true },
  );
  list.insertBefore = function (this: List, node, before) {
    insertBefore.call(this, node, before);
    if (node) known.get(this)?.add(node);
  };
  list.remove = function (this: List, node) {
    remove.call(this, node);
    known.get(this)?.delete(node);
  };
}

interface Node {
  readonly next: Node | null;
}
