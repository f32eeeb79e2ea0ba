import type { Editor, Op, Peer } from "../client/types.ts";
import { insertedLength } from "../ot/op.ts";
import { transformPosition } from "../ot/position.ts";
import { apply, plainText } from "../ot/text.ts";
import { UndoStack } from "../ot/undo.ts";
import { type Bridge, edited, level, received, shown, told } from "./bridge.ts";
import type { EditorHost } from "./host.ts";
import { inDocument, inShown, opOfInput, shownOf } from "./textarea-ops.ts";

/** Letters typed within so many milliseconds are undone together. */
const TOGETHER_MS = 1000;

/**
 * A plain `<textarea>` for a `text` document. It keeps selection and scroll while others type, leaves an input method
 * alone while it composes, and takes back its own user's edits only. It cannot show the carets of others: a textarea has
 * no place to draw them. `destroy` it before the element is used for something else.
 */
export class TextareaEditor implements Editor {
  readonly area: HTMLTextAreaElement;
  readonly #host: EditorHost;
  readonly #listening = new AbortController();
  #text = ""; // the document that the element shows
  #bridge: Bridge = level;
  #undo = new UndoStack();
  #composing = false;
  #typed = { at: -1, when: 0 }; // where the last letter ended, and when

  constructor(area: HTMLTextAreaElement, host: EditorHost) {
    this.area = area;
    this.#host = host;
    const { signal } = this.#listening;
    area.addEventListener("input", () => this.#look(), { signal });
    area.addEventListener("beforeinput", (event) => this.#before(event), { signal });
    area.addEventListener("keydown", (event) => this.#key(event), { signal });
    area.addEventListener("compositionstart", () => this.#compose(), { signal });
    area.addEventListener("compositionend", () => queueMicrotask(() => this.#composed()), { signal });
    area.addEventListener("blur", () => host.select([]), { signal });
    area.ownerDocument.addEventListener("selectionchange", () => this.#selected(), { signal });
  }

  load(document: Op): void {
    this.#text = plainText(document);
    this.#bridge = level;
    this.#undo = new UndoStack();
    const { selectionStart, selectionEnd } = this.area;
    this.#write(selectionStart, selectionEnd);
  }

  applyRemote(op: Op, _author: string): void {
    this.#bridge = received(this.#bridge, op);
    if (!this.#composing) this.#show();
  }

  showPeers(_peers: readonly Peer[]): void {}

  setReadOnly(readOnly: boolean): void {
    this.area.readOnly = readOnly;
  }

  /** The document as the element shows it. */
  contents(): Op {
    return this.#text === "" ? [] : [{ insert: this.#text }];
  }

  /** Takes the user's last edit back; others' stay. False if there is none. */
  undo(): boolean {
    return this.#take(this.#undo.undo(this.contents()));
  }

  /** Does again what was taken back last. False if there is nothing. */
  redo(): boolean {
    return this.#take(this.#undo.redo(this.contents()));
  }

  focus(): void {
    this.area.focus();
  }

  /** Listens to the element no more. */
  destroy(): void {
    this.#listening.abort();
  }

  /** Finds out what the user did, and tells of it. */
  #look(): void {
    const { value, selectionEnd } = this.area;
    if (value === shownOf(this.#text)) return;
    const op = opOfInput(this.#text, value, selectionEnd);
    const caret = insertedEnd(op);
    const letter = insertedLength(op) > 0 && op.every((component) => !("delete" in component));
    const now = Date.now();
    const join = letter && caret - insertedLength(op) === this.#typed.at && now - this.#typed.when < TOGETHER_MS;
    this.#undo.record(op, this.contents(), join);
    this.#typed = { at: letter ? caret : -1, when: now };
    this.#edit(op);
    // Not all that an element can show can be in a document: then it shows what is.
    if (value !== shownOf(this.#text)) this.#write(selectionEnd, selectionEnd);
    this.#send();
  }

  #edit(op: Op): void {
    this.#text = plainText(apply(this.contents(), op));
    this.#bridge = edited(this.#bridge, op);
  }

  #send(): void {
    const { outbox } = this.#bridge;
    if (outbox.length === 0) return;
    this.#bridge = told(this.#bridge);
    this.#host.localEdit(outbox);
  }

  /** Shows what others did, around the user's selection. */
  #show(): void {
    const { held } = this.#bridge;
    if (held.length === 0) return;
    const { selectionStart, selectionEnd } = this.area;
    const move = (at: number) => transformPosition(held, inDocument(this.#text, at), "left");
    const [from, to] = [move(selectionStart), move(selectionEnd)];
    this.#text = plainText(apply(this.contents(), held));
    this.#bridge = shown(this.#bridge);
    this.#undo.remote(held);
    this.#typed = {
      at: this.#typed.at < 0 ? -1 : transformPosition(held, this.#typed.at, "left"),
      when: this.#typed.when,
    };
    this.#write(inShown(this.#text, from), inShown(this.#text, to));
  }

  /** Makes the element show the document, with this selection. */
  #write(from: number, to: number): void {
    const { area } = this;
    const { scrollTop, scrollLeft, selectionDirection } = area;
    area.value = shownOf(this.#text);
    area.setSelectionRange(from, to, selectionDirection ?? "none");
    area.scrollTop = scrollTop;
    area.scrollLeft = scrollLeft;
  }

  #compose(): void {
    this.#composing = true;
  }

  #composed(): void {
    this.#composing = false;
    this.#look();
    this.#show();
  }

  #take(op: Op | undefined): boolean {
    if (op === undefined) return false;
    if (op.length > 0) {
      this.#edit(op);
      const caret = inShown(this.#text, insertedEnd(op));
      this.#write(caret, caret);
      this.#send();
      this.#selected();
    }
    return true;
  }

  /** The browser's own undo knows nothing of others, so it must never happen, whatever asks for it. */
  #before(event: InputEvent): void {
    const back = event.inputType === "historyUndo";
    if (!back && event.inputType !== "historyRedo") return;
    event.preventDefault();
    if (back) this.undo();
    else this.redo();
  }

  #key(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== "z" && key !== "y")) return;
    event.preventDefault();
    if (key === "z" && !event.shiftKey) this.undo();
    else this.redo();
  }

  #selected(): void {
    const { area } = this;
    if (area.ownerDocument.activeElement !== area) return;
    const from = inDocument(this.#text, area.selectionStart);
    const to = inDocument(this.#text, area.selectionEnd);
    this.#host.select([area.selectionDirection === "backward" ? [to, from] : [from, to]]);
  }
}

/** The place behind the last thing that an op changes, in the document after it. */
function insertedEnd(op: Op): number {
  let at = 0;
  for (const component of op) {
    if ("retain" in component) at += component.retain;
    else if ("insert" in component) at += typeof component.insert === "string" ? component.insert.length : 1;
  }
  return at;
}
