import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
  redo,
  redoDepth,
  undo,
  undoDepth,
} from "@codemirror/commands";
import { openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, type Extension, Transaction } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
  type ViewUpdate,
} from "@codemirror/view";
import type { Editor, Op, Peer } from "../client/types.ts";
import { plainText } from "../ot/text.ts";
import { loadMode, type Mode } from "./codemirror-modes.ts";
import { changesOfOp, loneSurrogates, opOfChanges } from "./codemirror-ops.ts";
import { outlineOf } from "./codemirror-outline.ts";
import { peerLayers, peersChanged } from "./codemirror-peers.ts";
import type { EditorHost } from "./host.ts";
import { PeerTracker } from "./peers.ts";
import type { Section } from "./places.ts";

/** Marks what did not come from this user, so that it is not sent back and not undone. */
const remote = Annotation.define<boolean>();

/** What a text editor needs of its page. */
export interface TextEditorOptions {
  readonly placeholder: string;
  /** The accessible name of the text. */
  readonly label: string;
  /** How to leave the text by the keyboard, since Tab indents. */
  readonly hint?: string;
  /** The nonce of the content security policy, for the style element that CodeMirror adds. */
  readonly nonce: string;
  /** What CodeMirror says in its panels and to screen readers, by the English text of it. */
  readonly phrases?: Readonly<Record<string, string>>;
  /** The number of a line was clicked; the first line is 1. */
  readonly onLineNumber?: (line: number) => void;
}

/** The editor of a `text` document, by CodeMirror. */
export class TextEditor implements Editor {
  readonly view: EditorView;
  #host: EditorHost;
  #options: TextEditorOptions;
  #tracker = new PeerTracker();
  #access = new Compartment();
  #language = new Compartment();
  #wrapping = new Compartment();
  #mode: Mode = "plain";
  #modeExtension: Extension = [];
  #wrap = true;
  #readOnly = false;
  #listeners = new Set<() => void>();

  constructor(container: HTMLElement, host: EditorHost, options: TextEditorOptions) {
    this.#host = host;
    this.#options = options;
    this.view = new EditorView({ parent: container, state: this.#state("") });
  }

  load(document: Op): void {
    const { anchor, head } = this.view.state.selection.main;
    this.view.setState(this.#state(plainText(document)));
    const end = this.view.state.doc.length;
    const selection = { anchor: Math.min(anchor, end), head: Math.min(head, end) };
    this.view.dispatch({ selection, annotations: remote.of(true) });
    this.#moved();
  }

  applyRemote(op: Op, _author: string): void {
    this.#tracker.shift(op);
    this.view.dispatch({
      changes: changesOfOp(op, this.view.state.doc.length),
      annotations: [remote.of(true), Transaction.remote.of(true), Transaction.addToHistory.of(false)],
    });
  }

  showPeers(peers: readonly Peer[]): void {
    this.#tracker.report(peers);
    this.view.dispatch({ effects: peersChanged.of(null) });
  }

  setReadOnly(readOnly: boolean): void {
    this.#readOnly = readOnly;
    this.view.dispatch({ effects: this.#access.reconfigure(access(readOnly)) });
  }

  /** The document as it is shown. */
  contents(): Op {
    const text = this.view.state.sliceDoc();
    return text === "" ? [] : [{ insert: text }];
  }

  /** Puts the caret into the text. */
  focus(): void {
    this.view.focus();
  }

  /** Brings the caret of a peer into view; does nothing when it is not in the text. */
  reveal(client: string): void {
    const head = this.#tracker.shown.find((peer) => peer.client === client)?.selections[0]?.[1];
    if (head === undefined || head > this.view.state.doc.length) return;
    this.view.dispatch({ effects: EditorView.scrollIntoView(head, { y: "center" }) });
  }

  undo(): void {
    undo(this.view);
  }

  redo(): void {
    redo(this.view);
  }

  /** How many steps can be undone and redone. */
  get steps(): { readonly undo: number; readonly redo: number } {
    return { undo: undoDepth(this.view.state), redo: redoDepth(this.view.state) };
  }

  /** Opens the panel for finding and replacing. */
  find(): void {
    openSearchPanel(this.view);
  }

  /** The language that the text is shown in. */
  get mode(): Mode {
    return this.#mode;
  }

  /** Shows the text in a language, as soon as that is loaded. Fails when it cannot be loaded: all stays as it was. */
  async setMode(mode: Mode): Promise<void> {
    const before = this.#mode;
    this.#mode = mode;
    try {
      const extension = await loadMode(mode);
      if (this.#mode !== mode) return; // another one was chosen meanwhile
      this.#modeExtension = extension;
      this.view.dispatch({ effects: this.#language.reconfigure(extension) });
    } catch (error) {
      if (this.#mode === mode) this.#mode = before;
      throw error;
    } finally {
      this.#notify();
    }
  }

  /** Whether long lines go on below, rather than out of sight. */
  get wrap(): boolean {
    return this.#wrap;
  }

  setWrap(wrap: boolean): void {
    this.#wrap = wrap;
    this.view.dispatch({ effects: this.#wrapping.reconfigure(wrapping(wrap)) });
    this.#notify();
  }

  /** The number of the line with the caret; the first is 1. */
  get line(): number {
    const { doc, selection } = this.view.state;
    return doc.lineAt(selection.main.head).number;
  }

  /** Headings, or what code defines, in the order of the document. */
  sections(): readonly Section[] {
    return outlineOf(this.view.state.doc, this.#mode);
  }

  /** Calls back when the content or the history may have changed; returns the way to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #state(text: string): EditorState {
    return EditorState.create({ doc: text, extensions: this.#extensions() });
  }

  #extensions(): Extension {
    return [
      EditorState.lineSeparator.of("\n"), // any other would make of "\r" a line end, which counts two units for some
      EditorView.cspNonce.of(this.#options.nonce),
      EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n")),
      EditorState.transactionFilter.of(keepPairsWhole),
      EditorView.contentAttributes.of({
        "aria-label": this.#options.label,
        ...(this.#options.hint && { "aria-description": this.#options.hint }),
        spellcheck: "true",
      }),
      EditorState.phrases.of({ ...this.#options.phrases }),
      this.#wrapping.of(wrapping(this.#wrap)),
      this.#language.of(this.#modeExtension),
      EditorView.updateListener.of((update) => this.#updated(update)),
      placeholder(this.#options.placeholder),
      history(),
      lineNumbers({ domEventHandlers: { click: (view, block) => this.#lineClicked(view, block.from) } }),
      highlightSpecialChars(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      drawSelection(),
      search({ top: true }),
      peerLayers(this.#tracker),
      // CodeMirror lets Tab go on to what comes next when Escape was pressed before it.
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
      this.#access.of(access(this.#readOnly)),
    ];
  }

  #updated(update: ViewUpdate): void {
    for (const transaction of update.transactions) {
      if (!transaction.docChanged || transaction.annotation(remote)) continue;
      const op = opOfChanges(transaction.changes, transaction.startState.doc, transaction.newDoc);
      this.#tracker.shift(op);
      // Collab answers with showPeers, and a view must not be changed while it tells of a change.
      queueMicrotask(() => this.#host.localEdit(op));
    }
    if (update.docChanged || update.selectionSet || update.focusChanged) queueMicrotask(() => this.#moved());
  }

  #moved(): void {
    const { ranges } = this.view.state.selection;
    this.#host.select(this.view.hasFocus ? ranges.slice(0, 16).map(({ anchor, head }) => [anchor, head]) : []);
    this.#notify();
  }

  #lineClicked(view: EditorView, at: number): boolean {
    this.#options.onLineNumber?.(view.state.doc.lineAt(at).number);
    return this.#options.onLineNumber !== undefined;
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function wrapping(wrap: boolean): Extension {
  return wrap ? EditorView.lineWrapping : [];
}

function access(readOnly: boolean): Extension {
  return [EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)];
}

/** An edit that leaves half of a surrogate pair, which no server would take, removes the other half too. */
function keepPairsWhole(transaction: Transaction): Transaction | readonly object[] {
  if (!transaction.docChanged || transaction.annotation(remote)) return transaction;
  const halves = loneSurrogates(transaction.changes, transaction.newDoc);
  return halves.length === 0 ? transaction : [transaction, { changes: halves, sequential: true }];
}
