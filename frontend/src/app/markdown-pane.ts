import { markdownOf, markdownOfLines } from "../bindings/markdown.ts";
import { diffText, type Source, sourceOf, sync } from "../bindings/markdown-source.ts";
import { viewLines } from "../bindings/markdown-view.ts";
import type { RichEditor } from "../bindings/quill.ts";
import { normalize, sameOp } from "../ot/op.ts";
import { transformPosition } from "../ot/position.ts";
import { h } from "./dom.ts";
import { strings } from "./strings.ts";

/** How long after the last key the document follows, in milliseconds; longer where bringing it up to date takes long. */
const pause = 250;

/**
 * The document as Markdown, in the place of the document. What is typed in it becomes edits of the document while it is
 * typed, and what others do shows in it. Loaded when it is first asked for.
 */
export class MarkdownPane {
  #editor: RichEditor;
  #field = h("textarea", {
    class: "markdown-source",
    "aria-label": strings.markdownLabel,
    spellcheck: "false",
    autocapitalize: "off",
  });
  #source: Source | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #took = 0;
  #composing = false;
  #syncing = false;

  constructor(editor: RichEditor) {
    this.#editor = editor;
    this.#field.addEventListener("input", () => this.#later());
    this.#field.addEventListener("compositionstart", () => {
      this.#composing = true;
    });
    this.#field.addEventListener("compositionend", () => {
      this.#composing = false;
      this.#later();
    });
    this.#field.addEventListener("blur", () => this.#sync());
    editor.quill.on("text-change", () => {
      if (!this.#syncing) this.#later();
    });
    editor.onChange(() => {
      this.#field.readOnly = !editor.quill.isEnabled();
    });
    // Before the page is asked whether there is something unsent.
    addEventListener("beforeunload", () => this.#sync(), { capture: true });
    addEventListener("pagehide", () => this.#sync());
  }

  get shown(): boolean {
    return this.#source !== undefined;
  }

  show(): void {
    const { quill } = this.#editor;
    const [line] = quill.getLine(quill.selection.savedRange.index);
    const index = line ? quill.getLines().indexOf(line) : 0;
    const document = this.#editor.contents();
    this.#source = sourceOf(document);
    this.#field.value = this.#source.text;
    this.#field.readOnly = !quill.isEnabled();
    quill.root.hidden = true;
    quill.container.append(this.#field);
    const start = markdownOfLines(viewLines(document)).starts[index] ?? 0;
    this.#field.focus({ preventScroll: true });
    this.#field.setSelectionRange(start, start);
  }

  hide(): void {
    this.#sync();
    const { quill } = this.#editor;
    const at = this.#field.selectionStart;
    const { starts } = markdownOfLines(viewLines(this.#editor.contents()));
    const index = Math.max(
      0,
      starts.findLastIndex((start) => start <= at),
    );
    this.#source = undefined;
    this.#field.remove();
    quill.root.hidden = false;
    this.#editor.focus();
    const line = quill.getLines()[index];
    if (line) quill.setSelection(line.offset(quill.scroll), 0, "user");
  }

  #later(): void {
    if (!this.#source) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sync(), pause + 2 * this.#took);
  }

  #sync(): void {
    clearTimeout(this.#timer);
    if (!this.#source || this.#composing) return;
    const start = performance.now();
    const text = this.#field.value;
    const synced = sync(this.#source, text, this.#editor.contents());
    this.#syncing = true;
    this.#editor.edit(synced.edit);
    this.#syncing = false;
    const document = this.#editor.contents();
    // The editor may show something else than it was told, where formats exclude each other.
    const same = sameOp(normalize(document), normalize(synced.source.document));
    this.#source = same ? synced.source : { document, text: markdownOf(document) };
    if (this.#source.text !== text) this.#rewrite(text, this.#source.text);
    this.#took = performance.now() - start;
  }

  /** Puts another text in the field and leaves the caret between the same words. */
  #rewrite(from: string, to: string): void {
    const field = this.#field;
    const op = diffText(from, to);
    const start = transformPosition(op, field.selectionStart, "left");
    const end = transformPosition(op, field.selectionEnd, "left");
    const direction = field.selectionDirection;
    field.value = to;
    field.setSelectionRange(start, end, direction);
  }
}
