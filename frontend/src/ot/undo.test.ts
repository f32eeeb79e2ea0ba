import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Builder, normalize, type Op, sameOp } from "./op.ts";
import { Dice } from "./testing.ts";
import { apply, documentLength, plainText } from "./text.ts";
import { UndoStack } from "./undo.ts";

/** Runs the law for many seeds. A failure tells the seed. */
function forSeeds(check: (dice: Dice) => void, runs: number): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => check(new Dice(seed))),
    { numRuns: runs },
  );
}

function sameDocument(actual: Op, expected: Op): void {
  const [a, b] = [normalize(actual), normalize(expected)];
  if (!sameOp(a, b)) expect(a).toEqual(b);
}

describe("undo", () => {
  it("leads, without others, through every document back to the first, and redo forth to the last", () => {
    forSeeds((dice) => {
      const stack = new UndoStack();
      let doc = dice.document();
      const docs = [doc];
      for (let i = 0, n = dice.int(0, 5); i < n; i++) {
        const edit = dice.op(doc);
        const join = i > 0 && dice.int(0, 2) === 0;
        stack.record(edit, doc, join);
        doc = apply(doc, edit);
        if (edit.length === 0) continue;
        if (join && docs.length > 1) docs[docs.length - 1] = doc;
        else docs.push(doc);
      }
      const move = (op: Op | undefined, expected: Op) => {
        expect(op).toBeDefined();
        doc = apply(doc, op!);
        sameDocument(doc, expected);
      };
      for (let round = 0; round < 2; round++) {
        for (let i = docs.length - 2; i >= 0; i--) move(stack.undo(doc), docs[i]!);
        expect(stack.canUndo).toBe(false);
        expect(stack.undo(doc)).toBeUndefined();
        for (let i = 1; i < docs.length; i++) move(stack.redo(doc), docs[i]!);
        expect(stack.canRedo).toBe(false);
        expect(stack.redo(doc)).toBeUndefined();
      }
    }, 2000);
  });

  it("leaves nothing of one's own among others, and all of theirs as they left it", () => {
    forSeeds((dice) => new Room(dice).play(), 2000);
  });

  it("composes what waits at the top", () => {
    const stack = new UndoStack();
    const own: Op = [{ retain: 1 }, { insert: "OWN" }];
    let doc: Op = [{ insert: "ab" }];
    stack.record(own, doc);
    doc = apply(doc, own);
    for (let n = 0; n < 1000; n++) {
      const theirs: Op = [{ retain: 2 }, { insert: "x" }];
      stack.remote(theirs);
      doc = apply(doc, theirs);
    }
    doc = apply(doc, stack.undo(doc)!);
    expect(plainText(doc)).toBe(`a${"x".repeat(1000)}b`);
  });

  it("joins what is typed together, and not across an edit of somebody else", () => {
    const stack = new UndoStack();
    let doc: Op = [{ insert: "\n" }];
    const type = (text: string, at: number, join: boolean) => {
      const op = new Builder().retain(at).insert(text).op();
      stack.record(op, doc, join);
      doc = apply(doc, op);
    };
    type("a", 0, true);
    type("b", 1, true);
    stack.remote([{ insert: "X" }]);
    doc = apply(doc, [{ insert: "X" }]);
    type("c", 3, true);
    doc = apply(doc, stack.undo(doc)!);
    expect(plainText(doc)).toBe("Xab\n");
    doc = apply(doc, stack.undo(doc)!);
    expect(plainText(doc)).toBe("X\n");
    expect(stack.canUndo).toBe(false);
  });

  it("takes formats back to what they were", () => {
    const stack = new UndoStack();
    const doc: Op = [{ insert: "a", attributes: { bold: true } }, { insert: "b" }];
    const op: Op = [{ retain: 2, attributes: { bold: null, italic: true } }];
    stack.record(op, doc);
    sameDocument(apply(apply(doc, op), stack.undo(apply(doc, op))!), doc);
  });

  it("remembers nothing of what does not fit", () => {
    const stack = new UndoStack();
    stack.record([{ insert: "a" }], []);
    stack.undo([{ insert: "a" }]);
    expect(() => stack.record([{ delete: 1 }], [])).toThrow();
    expect([stack.canUndo, stack.canRedo]).toEqual([false, true]);
  });
});

/** One user with an undo stack among others. Each letter is inserted once, so that it says who wrote it. */
class Room {
  readonly #stack = new UndoStack();
  readonly #dice: Dice;
  #letter = 0x4e00;
  #doc: Op = [];
  /** What must be left in the end: all but the user's, less what others deleted. */
  readonly #theirs = new Set<string>();

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#others();
  }

  play(): void {
    const dice = this.#dice;
    for (let n = dice.int(4, 14); n > 0; n--) {
      if (dice.int(0, 1) === 0) this.#others();
      else if (this.#stack.canUndo && dice.int(0, 3) === 0) this.#move(this.#stack.undo(this.#doc));
      else if (this.#stack.canRedo && dice.int(0, 2) === 0) this.#move(this.#stack.redo(this.#doc));
      else this.#own();
    }
    while (this.#stack.canUndo) {
      this.#move(this.#stack.undo(this.#doc));
      if (dice.int(0, 3) === 0) this.#others();
    }
    expect(plainText(this.#doc).split("").sort()).toEqual([...this.#theirs].sort());
  }

  #own(): void {
    const { op } = this.#edit();
    this.#stack.record(op, this.#doc, this.#dice.int(0, 2) === 0);
    this.#move(op);
  }

  #others(): void {
    const { op, gone, added } = this.#edit();
    for (const letter of gone) this.#theirs.delete(letter);
    for (const letter of added) this.#theirs.add(letter);
    this.#stack.remote(op);
    this.#move(op);
  }

  #move(op: Op | undefined): void {
    expect(op).toBeDefined();
    this.#doc = apply(this.#doc, op!);
  }

  #edit(): { op: Op; gone: string; added: string } {
    const dice = this.#dice;
    const text = plainText(this.#doc);
    const builder = new Builder();
    let at = 0;
    let [gone, added] = ["", ""];
    do {
      const to = dice.int(at, documentLength(this.#doc));
      builder.retain(to - at);
      at = to;
      if (dice.int(0, 1) === 0) {
        const end = Math.min(text.length, at + dice.int(0, 2));
        builder.delete(end - at);
        gone += text.slice(at, end);
        at = end;
      } else {
        const typed = Array.from({ length: dice.int(1, 2) }, () => String.fromCharCode(this.#letter++)).join("");
        builder.insert(typed);
        added += typed;
      }
    } while (dice.int(0, 1) === 0);
    return { op: builder.op(), gone, added };
  }
}
