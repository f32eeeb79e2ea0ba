import { EditorView } from "@codemirror/view";
import type { TextEditor } from "./codemirror.ts";
import type { Places, Section } from "./places.ts";

/** Where things are in a text document. */
export class TextPlaces implements Places {
  #editor: TextEditor;

  constructor(editor: TextEditor) {
    this.#editor = editor;
  }

  get composing(): boolean {
    return this.#view.composing;
  }

  below(height: number): number | undefined {
    const view = this.#view;
    const block = view.lineBlockAtHeight(height - view.documentTop);
    if (block.top + view.documentTop >= height || block.to === view.state.doc.length) return block.from;
    // A long line goes over many rows, of which the first ones may be above.
    const { left } = view.contentDOM.getBoundingClientRect();
    const at = view.posAtCoords({ x: left + 60, y: height + view.defaultLineHeight / 2 }, false);
    return Math.min(Math.max(at, block.from), block.to);
  }

  top(position: number): number | undefined {
    const view = this.#view;
    const at = Math.min(position, view.state.doc.length);
    return view.coordsAtPos(at)?.top ?? view.lineBlockAt(at).top + view.documentTop;
  }

  caret(): { top: number; bottom: number } | undefined {
    const view = this.#view;
    return view.hasFocus ? (view.coordsAtPos(view.state.selection.main.head) ?? undefined) : undefined;
  }

  scrollTo(position: number, height: number): void {
    const view = this.#view;
    const at = Math.min(position, view.state.doc.length);
    view.dispatch({ effects: EditorView.scrollIntoView(at, { y: "start", yMargin: height }) });
  }

  select(position: number): void {
    this.#view.dispatch({ selection: { anchor: Math.min(position, this.#view.state.doc.length) } });
    this.#view.focus();
  }

  sections(): readonly Section[] {
    return this.#editor.sections();
  }

  line(number: number): number | undefined {
    const { doc } = this.#view.state;
    return number >= 1 && number <= doc.lines ? doc.line(number).from : undefined;
  }

  *pieces(): Iterable<string> {
    yield* this.#view.state.doc.iterLines();
  }

  selected(most: number): string {
    const { state } = this.#view;
    let text = "";
    for (const { from, to } of state.selection.ranges) {
      if (to > from && text.length < most) text += `${state.sliceDoc(from, Math.min(to, from + most))}\n`;
    }
    return text;
  }

  onChange(listener: () => void): () => void {
    return this.#editor.onChange(listener);
  }

  get #view(): EditorView {
    return this.#editor.view;
  }
}
