import Quill from "quill/core";
import type { Places, Section } from "./places.ts";
import type { RichEditor } from "./quill.ts";

/** Where things are in a rich document. */
export class RichPlaces implements Places {
  #editor: RichEditor;

  constructor(editor: RichEditor) {
    this.#editor = editor;
  }

  get composing(): boolean {
    return this.#quill.composition.isComposing;
  }

  below(height: number): number | undefined {
    const blocks = this.#quill.root.children;
    // The blocks stand one below the other, so the first one that ends below is found by halving.
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (blocks[middle]!.getBoundingClientRect().bottom > height) high = middle;
      else low = middle + 1;
    }
    const block = blocks[low];
    if (!block) return undefined;
    const { left, top } = block.getBoundingClientRect();
    return (top < height ? this.#at(left + 60, height + 12) : undefined) ?? indexOf(block);
  }

  top(position: number): number | undefined {
    return this.#quill.selection.getBounds(Math.min(position, this.#quill.getLength() - 1))?.top;
  }

  caret(): { top: number; bottom: number } | undefined {
    const range = this.#quill.hasFocus() ? this.#quill.selection.lastRange : null;
    return (range && this.#quill.selection.getBounds(range.index + range.length)) ?? undefined;
  }

  scrollTo(position: number, height: number): void {
    const top = this.top(position);
    if (top !== undefined) scrollBy(0, top - height);
  }

  select(position: number): void {
    this.#quill.focus({ preventScroll: true });
    this.#quill.setSelection(Math.min(position, this.#quill.getLength() - 1), 0, "user");
  }

  sections(): readonly Section[] {
    const sections: Section[] = [];
    let at = 0;
    this.#quill.scroll.children.forEach((blot) => {
      const level = /^H([1-6])$/.exec((blot.domNode as Element).tagName)?.[1];
      const text = level && blot.domNode.textContent?.trim();
      if (text) sections.push({ level: Number(level), text, at });
      at += blot.length();
    });
    return sections;
  }

  line(): undefined {
    return undefined;
  }

  *pieces(): Iterable<string> {
    for (let node = this.#quill.root.firstChild; node; node = node.nextSibling) {
      const lines = node instanceof Element && /^(OL|UL|DIV|TABLE)$/.test(node.tagName) ? node.children : [node];
      for (const line of lines) yield line.textContent ?? "";
    }
  }

  selected(most: number): string {
    const { index, length } = this.#quill.selection.savedRange;
    return length === 0 ? "" : this.#quill.getText(index, Math.min(length, most));
  }

  onChange(listener: () => void): () => void {
    return this.#editor.onChange(listener);
  }

  get #quill(): Quill {
    return this.#editor.quill;
  }

  /** The position of the text at a point of the window, if it is text and in sight there. */
  #at(x: number, y: number): number | undefined {
    const place = document.caretPositionFromPoint?.(x, y);
    if (!place || !this.#quill.root.contains(place.offsetNode) || place.offsetNode === this.#quill.root)
      return undefined;
    const blot = Quill.find(place.offsetNode, true);
    if (!blot || blot instanceof Quill) return undefined;
    const offset = place.offsetNode === blot.domNode && "index" in blot ? place.offset : 0;
    return blot.offset(this.#quill.scroll) + Math.min(offset, blot.length());
  }
}

function indexOf(block: Element): number | undefined {
  const blot = Quill.find(block);
  return blot && !(blot instanceof Quill) ? blot.offset(blot.scroll) : undefined;
}
