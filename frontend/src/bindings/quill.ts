import Quill, { Delta, type EmitterSource, Range } from "quill/core";
import type History from "quill/modules/history.js";
import type { Editor, Op, Peer } from "../client/types.ts";
import { sameOp } from "../ot/op.ts";
import { documentLength } from "../ot/text.ts";
import { type Bridge, edited, level, received, shown, told } from "./bridge.ts";
import { keepFinalNewline } from "./final-newline.ts";
import type { EditorHost } from "./host.ts";
import { PeerTracker } from "./peers.ts";
import { DocumentClipboard } from "./quill-clipboard.ts";
import { PeerCursors } from "./quill-cursors.ts";
import { nameImages } from "./quill-formats.ts";
import { DocumentUploader, imagePlace, selectImages, type TakeFiles } from "./quill-images.ts";
import { keyBindings, leaveByEscape } from "./quill-keys.ts";
import { bearLargeDocuments } from "./quill-large.ts";
import { type LinkTarget, linkTarget, setLink } from "./quill-links.ts";
import { isBackward, turnBackward } from "./quill-selection.ts";
import { convertMarks } from "./quill-shortcuts.ts";
import { richFormats, sanitize } from "./schema.ts";
import { settleLines } from "./settle.ts";

Quill.register({ "modules/clipboard": DocumentClipboard, "modules/uploader": DocumentUploader }, true);
Quill.debug("error");

/** What a rich editor needs of its page. */
export interface RichEditorOptions {
  readonly placeholder: string;
  /** The accessible name of the text. */
  readonly label: string;
  /** The accessible name of an image. */
  readonly imageLabel: string;
}

/**
 * The editor of a `rich` document. Quill shows it; this keeps what Quill shows equal to what Collab knows.
 *
 * Quill cannot show every document of the schema as it is, and an input method must not be disturbed while it
 * composes, so the two may differ for a while: bridge.ts holds the difference in both directions.
 */
export class RichEditor implements Editor {
  readonly quill: Quill;
  #host: EditorHost;
  #bridge: Bridge = level;
  #receiving = false;
  #readOnly = false;
  /** Whether the outbox holds only what Quill made of the document as it was loaded: nobody has asked for that. */
  #unasked = false;
  #tracker = new PeerTracker();
  #cursors: PeerCursors;
  #listeners = new Set<() => void>();
  #reporting = false;
  #takeFiles: TakeFiles = () => {};

  constructor(container: HTMLElement, host: EditorHost, options: RichEditorOptions) {
    this.#host = host;
    nameImages(options.imageLabel);
    this.quill = new Quill(container, {
      formats: [...richFormats],
      placeholder: options.placeholder,
      modules: {
        history: { userOnly: true, maxStack: 500 },
        keyboard: { bindings: keyBindings },
        uploader: { handler: (range: Range, files: File[]) => this.takeFiles(files, range.index) },
      },
    });
    this.quill.root.setAttribute("role", "textbox");
    this.quill.root.setAttribute("aria-multiline", "true");
    this.quill.root.setAttribute("aria-label", options.label);
    this.#cursors = new PeerCursors(this.quill);
    this.quill.on("text-change", (change, before, source) => this.#changed(change, before, source));
    bearLargeDocuments(this.quill);
    leaveByEscape(this.quill.root);
    selectImages(this.quill);
    convertMarks(this.quill); // after #changed, so that what it makes is told after what was typed
    this.quill.on("selection-change", () => this.#moved());
    this.quill.on("scroll-optimize", () => this.#moved()); // a format for what will be typed changes neither
    this.quill.on("composition-end", () => queueMicrotask(() => this.#show()));
  }

  load(document: Op): void {
    const caret = this.quill.getSelection();
    this.#bridge = level;
    this.quill.setContents(new Delta([...document] as Delta["ops"]), "api");
    this.#unasked = true;
    this.#settle(document);
    this.quill.history.clear();
    if (caret) this.quill.setSelection(caret.index, caret.length, "silent");
    this.#moved();
  }

  applyRemote(op: Op, _author: string): void {
    this.#receiving = true;
    if (!this.quill.composition.isComposing) this.quill.update("user"); // typed this very moment, and not seen yet
    this.#bridge = received(this.#bridge, op);
    this.#show();
    this.#receiving = false;
    if (this.#bridge.outbox.length > 0) queueMicrotask(() => this.#send());
  }

  showPeers(peers: readonly Peer[]): void {
    this.#tracker.report(peers);
    if (!this.quill.composition.isComposing) this.#cursors.show(this.#tracker.shown);
  }

  setReadOnly(readOnly: boolean): void {
    this.#readOnly = readOnly;
    this.quill.enable(!readOnly);
    this.quill.root.setAttribute("aria-readonly", String(readOnly));
    this.#notify();
  }

  /** The document as it is shown. */
  contents(): Op {
    return this.quill.getContents().ops as Op;
  }

  /** Puts the caret into the text, at the start if it was nowhere. */
  focus(): void {
    this.quill.focus({ preventScroll: true });
  }

  /** Brings the caret of a peer into view; does nothing when it is not in the text. */
  reveal(client: string): void {
    const head = this.#tracker.shown.find((peer) => peer.client === client)?.selections[0]?.[1];
    const bounds = head === undefined ? null : this.quill.selection.getBounds(head);
    if (bounds) this.quill.scrollRectIntoView(bounds);
  }

  /** The formats at the caret, or those that all of the selection has. */
  formats(): Readonly<Record<string, unknown>> {
    const range = this.#range();
    return range.index + range.length < this.quill.getLength() ? this.quill.getFormat(range) : {};
  }

  /** Gives the selection a format as its user; `false` removes it. */
  format(name: string, value: unknown): void {
    this.quill.focus({ preventScroll: true });
    this.quill.format(name, value, "user");
    this.#notify();
  }

  /** Makes an edit of the document as its user. */
  edit(op: Op): void {
    if (op.length > 0 && !this.#readOnly)
      this.quill.updateContents(delta(keepFinalNewline(op, this.contents())), "user");
  }

  /** Puts a piece of a document in the place of the selection, as a step of its own in the history. */
  insert(piece: Op): void {
    if (this.#readOnly || piece.length === 0) return;
    const { index, length } = this.#range();
    this.history.cutoff();
    this.quill.updateContents(new Delta().retain(index).concat(delta(piece)).delete(length), "user");
    this.history.cutoff();
    this.quill.focus({ preventScroll: true });
    this.quill.setSelection(index + documentLength(piece), 0, "user");
  }

  /** Takes all formats from the selection, or from the line of the caret. */
  clearFormats(): void {
    const { index, length } = this.#range();
    const [line, offset] = this.quill.getLine(index);
    if (length > 0) this.quill.removeFormat(index, length, "user");
    else if (line) this.quill.removeFormat(index - offset, line.length(), "user");
    this.#notify();
  }

  /** Who stores the files that are pasted, dropped or chosen as images. */
  onFiles(take: TakeFiles): void {
    this.#takeFiles = take;
  }

  /** Hands files over to be stored and to stand at `index`, at the caret if that is left out. */
  takeFiles(files: readonly File[], index = this.#range().index): void {
    if (!this.#readOnly) this.#takeFiles(files, () => imagePlace(this.quill, index));
  }

  /** The link at the caret, or what a new one would be put on. */
  linkTarget(): LinkTarget {
    return linkTarget(this.quill, this.#range());
  }

  /** Gives the piece a link, or takes it away. */
  setLink(target: LinkTarget, link: string | undefined): void {
    setLink(this.quill, target, link);
    this.#notify();
  }

  /** Where a piece of the text is in the window. */
  bounds(target: LinkTarget): { left: number; right: number; top: number; bottom: number } | null {
    return this.quill.selection.getBounds(target.index, target.length);
  }

  get history(): History {
    return this.quill.history;
  }

  /** Calls back when the formats at the caret, the selection or the history may have changed; returns the way to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The selection, or where it was when the focus went elsewhere. */
  #range(): Range {
    // Asking for it looks at the browser's, of which Quill hears late: a key may come before.
    return (this.quill.hasFocus() ? this.quill.getSelection() : null) ?? this.quill.selection.savedRange;
  }

  #changed(change: Delta, before: Delta, source: EmitterSource): void {
    // Deleting everything, the last line too, leaves Quill without any. It then makes an empty one, sometimes tells of that
    // before it tells of the deletion, and keepFinalNewline has it already.
    if (source === "user" && before.length() > 0) this.#typed(change.ops as Op, before.ops as Op);
    this.#moved();
  }

  #typed(change: Op, before: Op): void {
    const clean = sanitize(change);
    const op = keepFinalNewline(clean, before);
    if (clean !== change || this.quill.getLength() === 0) this.#put(before, op);
    this.#tracker.shift(op);
    this.#bridge = edited(this.#bridge, op);
    this.#unasked = false;
    this.#send();
  }

  /** Makes Quill show `before` after `op`, where it shows something else. */
  #put(before: Op, op: Op): void {
    const wanted = delta(before).compose(delta(op));
    for (let tries = 0; tries < 3; tries++) {
      const change = this.quill.getContents().diff(wanted);
      if (change.ops.length === 0) return;
      this.quill.updateContents(change, "api"); // on an empty scroll this makes one line too many
    }
  }

  #send(): void {
    const { outbox } = this.#bridge;
    if (outbox.length === 0 || this.#receiving || this.#unasked || this.#readOnly) return;
    this.#bridge = told(this.#bridge);
    this.#host.localEdit(outbox);
  }

  /** Shows what was held, unless an input method composes: then it waits for the end of that. */
  #show(): void {
    if (this.quill.composition.isComposing) return;
    const { held } = this.#bridge;
    if (held.length > 0) {
      this.#bridge = shown(this.#bridge);
      const before = this.quill.getContents();
      const backward = isBackward(this.quill);
      const made = this.quill.updateContents(delta(held), "api");
      if (backward) turnBackward(this.quill);
      if (!this.quill.hasFocus()) this.#keepPlace(made);
      this.#tracker.shift(held);
      // Quill tells what really became of it. Mostly that is what was asked for, and there is nothing to compare.
      if (!sameOp(made.ops as Op, asQuillOrders(held))) this.#settle(before.compose(delta(held)).ops as Op);
    }
    this.#cursors.show(this.#tracker.shown);
  }

  /** Quill moves the selection over a change only while it has the focus; coming back must lead to the same words. */
  #keepPlace(change: Delta): void {
    const { index, length } = this.quill.selection.savedRange;
    const start = change.transformPosition(index, true);
    this.quill.selection.savedRange = new Range(start, change.transformPosition(index + length, true) - start);
  }

  /** Quill should show `wanted`, and may not be able to: what it shows instead goes out as a change. */
  #settle(wanted: Op): void {
    const lines = settleLines(wanted);
    if (lines.length > 0) this.quill.updateContents(delta(lines), "api");
    const repair = delta(wanted).diff(this.quill.getContents()).ops as Op;
    if (repair.length > 0) this.#bridge = edited(this.#bridge, keepFinalNewline(repair, wanted));
  }

  /** Reports the selection once, after all that happens in this turn. */
  #moved(): void {
    if (this.#reporting) return;
    this.#reporting = true;
    queueMicrotask(() => {
      this.#reporting = false;
      if (!this.quill.composition.isComposing) {
        this.#host.select(this.#selections());
        this.#cursors.show(this.#tracker.shown);
      }
      this.#notify();
    });
  }

  #selections(): readonly (readonly [number, number])[] {
    const range = this.quill.getSelection();
    if (!range) return [];
    const end = range.index + range.length;
    return [isBackward(this.quill) ? [end, range.index] : [range.index, end]];
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function delta(op: Op): Delta {
  return new Delta([...op] as Delta["ops"]);
}

/** Quill's Delta puts an insert in front of a delete at the same place; the effect is the same. */
function asQuillOrders(op: Op): Op {
  return op.reduce((ordered, part) => ordered.push(part as Delta["ops"][number]), new Delta()).ops as Op;
}
