import { standardKeymap } from "@codemirror/commands";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { loadMode, type Mode } from "../../bindings/codemirror-modes.ts";
import { changesOfOp } from "../../bindings/codemirror-ops.ts";
import type { Op } from "../../client/types.ts";
import { Doc } from "../../ot/document.ts";
import { plainText } from "../../ot/text.ts";
import { strings } from "../strings.ts";
import type { HistoryView, ViewBounds } from "./view.ts";

/** A text document at a revision, shown by a CodeMirror of its own, which takes no input. */
export class TextView implements HistoryView {
  readonly kind = "text";
  readonly element: HTMLElement;
  readonly text: HTMLElement;
  readonly view: EditorView;
  #doc = Doc.of([]);
  #language = new Compartment();
  #listeners = new Set<() => void>();

  constructor(container: HTMLElement, { mode, wrap }: { readonly mode: Mode; readonly wrap: boolean }) {
    this.view = new EditorView({
      parent: container,
      state: EditorState.create({ extensions: this.#extensions(wrap) }),
    });
    this.element = this.view.dom;
    this.text = this.view.contentDOM;
    void loadMode(mode).then(
      (extension) => {
        this.view.dispatch({ effects: this.#language.reconfigure(extension) });
      },
      () => {}, // it can be read without colours
    );
  }

  contents(): Op {
    return this.#doc.op();
  }

  load(document: Op): void {
    this.#doc = Doc.of(document);
    // Not another state: what others have added to this one, to draw on the text, stays.
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: plainText(document) } });
  }

  show(change: Op): void {
    if (change.length === 0) return;
    const changes = changesOfOp(change, this.#doc.length);
    this.#doc = this.#doc.apply(change);
    this.view.dispatch({ changes });
  }

  selection(): readonly [number, number] | undefined {
    const { from, to } = this.view.state.selection.main;
    return from < to ? [from, to] : undefined;
  }

  caret(): number | undefined {
    return this.view.hasFocus ? this.view.state.selection.main.head : undefined;
  }

  positionAt(x: number, y: number): number | undefined {
    return this.view.posAtCoords({ x, y }) ?? undefined;
  }

  bounds(from: number, to: number): ViewBounds | undefined {
    const start = this.view.coordsAtPos(from, 1);
    const end = this.view.coordsAtPos(to, -1);
    if (!start || !end) return undefined;
    return {
      left: Math.min(start.left, end.left),
      right: Math.max(start.right, end.right),
      top: start.top,
      bottom: end.bottom,
    };
  }

  reveal(position: number, top: number): void {
    const at = Math.min(position, this.view.state.doc.length);
    const { top: above, bottom } = this.view.lineBlockAt(at);
    const { documentTop } = this.view;
    if (above + documentTop >= top + edge && bottom + documentTop <= innerHeight - edge) return;
    const coords = this.view.coordsAtPos(at); // of a line that goes over many rows
    if (coords && coords.top >= top + edge && coords.bottom <= innerHeight - edge) return;
    const yMargin = top + (innerHeight - top) / 3;
    this.view.dispatch({ effects: EditorView.scrollIntoView(at, { y: "start", yMargin }) });
  }

  select(from: number, to = from): void {
    this.view.dispatch({ selection: { anchor: from, head: to } });
    this.view.focus();
  }

  onSelect(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  destroy(): void {
    this.view.destroy();
  }

  #extensions(wrap: boolean): Extension {
    return [
      EditorState.lineSeparator.of("\n"),
      EditorState.readOnly.of(true),
      EditorView.cspNonce.of(document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? ""),
      EditorView.contentAttributes.of({
        "aria-label": strings.historyText,
        "aria-readonly": "true",
        inputmode: "none", // no keyboard comes up on a touch screen
      }),
      EditorState.phrases.of({ ...strings.phrases }),
      this.#language.of([]),
      wrap ? EditorView.lineWrapping : [],
      lineNumbers(),
      highlightSpecialChars(),
      drawSelection(),
      search({ top: true }),
      keymap.of([...standardKeymap, ...searchKeymap]),
      EditorView.updateListener.of((update) => {
        if (update.selectionSet || update.docChanged || update.focusChanged) {
          for (const listener of this.#listeners) listener();
        }
      }),
    ];
  }
}

/** A line nearer than this to an edge of what is in sight is brought away from it, in CSS pixels. */
const edge = 24;
