import Quill, { Delta } from "quill/core";
import "../../bindings/quill.ts"; // the formats and modules of a rich document
import { nameImages } from "../../bindings/quill-formats.ts";
import { bearLargeDocuments } from "../../bindings/quill-large.ts";
import { richFormats } from "../../bindings/schema.ts";
import type { Op } from "../../client/types.ts";
import { Doc } from "../../ot/document.ts";
import { strings } from "../strings.ts";
import { refuseInput } from "./read-only.ts";
import type { HistoryView, ViewBounds } from "./view.ts";

/** From so many components on, Quill shows a document sooner as a whole than by the change that leads to it. */
const manyComponents = 400;

/** A rich document at a revision, shown by a Quill of its own, which takes no input. */
export class RichView implements HistoryView {
  readonly kind = "rich";
  readonly element: HTMLElement;
  readonly text: HTMLElement;
  readonly quill: Quill;
  #doc = Doc.of([{ insert: "\n" }]);
  #listeners = new Set<() => void>();

  constructor(container: HTMLElement) {
    nameImages(strings.image);
    this.element = document.createElement("div");
    container.append(this.element);
    this.quill = new Quill(this.element, { formats: [...richFormats], modules: { history: { maxStack: 0 } } });
    bearLargeDocuments(this.quill);
    this.text = this.quill.root;
    this.text.setAttribute("role", "textbox");
    this.text.setAttribute("aria-multiline", "true");
    this.text.setAttribute("aria-label", strings.historyText);
    refuseInput(this.text);
    this.quill.scroll.isEnabled = () => false; // by the attribute Quill would think that it may be edited
    this.quill.on("text-change", (_change, _before, source) => {
      // An input method has changed the page in spite of all: what it did must not stay.
      if (source === "user") queueMicrotask(() => this.#put(this.#doc.op()));
    });
    this.quill.on("selection-change", () => this.#selected());
  }

  contents(): Op {
    return this.#doc.op();
  }

  load(document: Op): void {
    this.#doc = Doc.of(document);
    this.#leaveFocus();
    this.#put(document);
  }

  show(change: Op): void {
    if (change.length === 0) return;
    this.#doc = this.#doc.apply(change);
    this.#leaveFocus();
    if (change.length > manyComponents) this.#put(this.#doc.op());
    else {
      this.quill.updateContents(delta(change), "api");
      if (this.quill.getLength() !== this.#doc.length) this.#put(this.#doc.op());
    }
  }

  selection(): readonly [number, number] | undefined {
    const range = this.quill.getSelection();
    return range && range.length > 0 ? [range.index, range.index + range.length] : undefined;
  }

  caret(): number | undefined {
    const range = this.quill.hasFocus() ? this.quill.getSelection() : null;
    return range ? range.index + range.length : undefined;
  }

  positionAt(x: number, y: number): number | undefined {
    const place = document.caretPositionFromPoint?.(x, y);
    if (!place || !this.text.contains(place.offsetNode) || place.offsetNode === this.text) return undefined;
    const blot = Quill.find(place.offsetNode, true);
    if (!blot || blot instanceof Quill) return undefined;
    const offset = place.offsetNode === blot.domNode && "index" in blot ? place.offset : 0;
    return blot.offset(this.quill.scroll) + Math.min(offset, blot.length());
  }

  bounds(from: number, to: number): ViewBounds | undefined {
    return this.quill.selection.getBounds(from, to - from) ?? undefined;
  }

  reveal(position: number, top: number): void {
    const bounds = this.quill.selection.getBounds(Math.min(position, this.quill.getLength() - 1));
    if (!bounds || (bounds.top >= top + edge && bounds.bottom <= innerHeight - edge)) return;
    scrollBy({ top: bounds.top - top - (innerHeight - top) / 3, behavior: "instant" });
  }

  select(from: number, to = from): void {
    this.quill.focus({ preventScroll: true });
    this.quill.setSelection(from, to - from, "api");
  }

  onSelect(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  destroy(): void {
    this.element.remove();
  }

  /** Quill puts a selection that is left in the text back after a change, and takes the focus from the slider by that. */
  #leaveFocus(): void {
    const selection = getSelection();
    if (!this.quill.hasFocus() && this.text.contains(selection?.anchorNode ?? null)) selection?.removeAllRanges();
  }

  #put(document: Op): void {
    this.quill.setContents(delta(document), "api");
  }

  #selected(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** A caret nearer than this to an edge of what is in sight is brought away from it, in CSS pixels. */
const edge = 24;

function delta(op: Op): Delta {
  return new Delta([...op] as Delta["ops"]);
}
