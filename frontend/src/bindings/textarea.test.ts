// @vitest-environment happy-dom
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op, Selection } from "../client/types.ts";
import { Dice } from "../ot/testing.ts";
import { apply, plainText } from "../ot/text.ts";
import { TextareaEditor } from "./textarea.ts";
import { inDocument, inShown, opOfInput, shownOf } from "./textarea-ops.ts";

/** Collab as a binding knows it: a document, and what it is told. */
class Host {
  document: Op = [];
  edits: Op[] = [];
  selections: readonly Selection[] = [];

  localEdit(op: Op): void {
    this.document = apply(this.document, op);
    this.edits.push(op);
  }

  select(selections: readonly Selection[]): void {
    this.selections = selections;
  }
}

function open(text: string) {
  const area = document.createElement("textarea");
  document.body.append(area);
  const host = new Host();
  host.document = [{ insert: text }];
  const editor = new TextareaEditor(area, host);
  editor.load(host.document);
  const type = (from: number, to: number, inserted: string) => {
    const caret = from + inserted.length;
    area.value = area.value.slice(0, from) + inserted + area.value.slice(to);
    area.setSelectionRange(caret, caret);
    area.dispatchEvent(new Event("input"));
  };
  const remote = (op: Op) => {
    host.document = apply(host.document, op);
    editor.applyRemote(op, "other");
  };
  const event = (name: string) => area.dispatchEvent(new Event(name));
  return { area, host, editor, type, remote, event, text: () => plainText(host.document) };
}

describe("opOfInput", () => {
  it("is the stretch at the caret, where several explain the same", () => {
    expect(opOfInput("aa", "aaa", 3)).toEqual([{ retain: 2 }, { insert: "a" }]);
    expect(opOfInput("aa", "aaa", 1)).toEqual([{ insert: "a" }]);
    expect(opOfInput("aaa", "aa", 1)).toEqual([{ retain: 1 }, { delete: 1 }]);
    expect(opOfInput("abab", "ab", 0)).toEqual([{ delete: 2 }]);
  });

  it("is the smallest where the caret is elsewhere", () => {
    expect(opOfInput("one two", "1 two", 5)).toEqual([{ delete: 3 }, { insert: "1" }]);
  });

  it("keeps surrogate pairs whole, and leaves out halves", () => {
    expect(opOfInput("😀", "😁", 2)).toEqual([{ delete: 2 }, { insert: "😁" }]);
    expect(opOfInput("ab", "a\ud83db", 2)).toEqual([]);
  });

  it("knows that line ends look alike", () => {
    expect(opOfInput("a\r\nb", "a\nbc", 4)).toEqual([{ retain: 4 }, { insert: "c" }]);
    expect(opOfInput("a\r\nb", "ab", 1)).toEqual([{ retain: 1 }, { delete: 2 }]);
    const text = "a\r\nb\rc\nd";
    expect(shownOf(text)).toBe("a\nb\nc\nd");
    for (let at = 0; at <= 7; at++) expect(inShown(text, inDocument(text, at))).toBe(at);
  });

  it("has the effect of what the user did, for any text", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const dice = new Dice(seed, false);
        const some = () =>
          Array.from({ length: dice.int(0, 6) }, () => dice.pick(["a", "b", "\n", "😀", "😁"])).join("");
        const [before, after] = [some(), some()];
        const op = opOfInput(before, after, dice.int(0, after.length));
        expect(
          plainText(
            apply(
              [{ insert: before }].filter(({ insert }) => insert !== ""),
              op,
            ),
          ),
        ).toBe(after);
      }),
      { numRuns: 3000, endOnFailure: true },
    );
  });
});

describe("TextareaEditor", () => {
  it("tells of what is typed, and where the caret is", () => {
    const { area, host, type, event } = open("hello");
    area.focus();
    type(5, 5, "!");
    expect(host.edits).toEqual([[{ retain: 5 }, { insert: "!" }]]);
    document.dispatchEvent(new Event("selectionchange"));
    expect(host.selections).toEqual([[6, 6]]);
    area.setSelectionRange(1, 3, "backward");
    document.dispatchEvent(new Event("selectionchange"));
    expect(host.selections).toEqual([[3, 1]]);
    event("blur");
    expect(host.selections).toEqual([]);
  });

  it("keeps selection and scroll while others type", () => {
    const { area, host, remote } = open("hello world");
    area.setSelectionRange(6, 11, "backward");
    area.scrollTop = 40;
    remote([{ insert: "oh, " }]);
    expect(area.value).toBe("oh, hello world");
    expect([area.selectionStart, area.selectionEnd, area.selectionDirection]).toEqual([10, 15, "backward"]);
    expect(area.scrollTop).toBe(40);
    expect(host.edits).toEqual([]);
  });

  it("leaves an input method alone, and shows what others did when it is done", async () => {
    const { area, event, type, remote, text } = open("abc");
    event("compositionstart");
    type(3, 3, "ni");
    remote([{ insert: "X" }]);
    expect(area.value).toBe("abcni");
    type(3, 5, "你");
    event("compositionend");
    await Promise.resolve();
    expect(area.value).toBe("Xabc你");
    expect(text()).toBe("Xabc你");
  });

  it("takes back the user's own edits, letters of a word at once, and leaves those of others", () => {
    const { area, editor, type, remote, text } = open("");
    for (const [at, letter] of [..."word"].entries()) type(at, at, letter);
    remote([{ insert: "their " }]);
    area.dispatchEvent(Object.assign(new Event("beforeinput", { cancelable: true }), { inputType: "historyUndo" }));
    expect(area.value).toBe("their ");
    expect(text()).toBe("their ");
    expect(editor.undo()).toBe(false);
    expect(editor.redo()).toBe(true);
    expect(area.value).toBe("their word");
    expect(area.selectionStart).toBe(10);
  });

  it("stops typing when it must", () => {
    const { area, editor } = open("abc");
    editor.setReadOnly(true);
    expect(area.readOnly).toBe(true);
  });

  it("shows what the document holds, whatever is typed, composed or done by others", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (seed) => {
        const dice = new Dice(seed, false);
        const { area, editor, host, type, remote, event } = open("begin\r\nhere 😀\n");
        let composing = false;
        for (let n = 0; n < 20; n++) {
          const fate = dice.int(0, 9);
          const { length } = area.value;
          const from = dice.int(0, length);
          if (fate < 5) type(from, dice.int(from, Math.min(length, from + 3)), dice.pick(["a", "bb", "😀", "\n", ""]));
          else if (fate < 8) remote(dice.op(host.document));
          else if (fate === 8) composing ? editor.undo() : editor.redo();
          else if (!composing) {
            event("compositionstart");
            composing = true;
          }
        }
        event("compositionend");
        await Promise.resolve();
        expect(area.value).toBe(shownOf(plainText(host.document)));
        expect(plainText(editor.contents())).toBe(plainText(host.document));
      }),
      { numRuns: 300, endOnFailure: true },
    ));
});
