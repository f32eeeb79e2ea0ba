import { RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { PlacedSpan } from "./blame-spans.ts";
import type { Marker } from "./marker.ts";
import type { MarkedText } from "./marks-host.ts";

const marked = StateEffect.define<DecorationSet>();
const pointed = StateEffect.define<DecorationSet>();

// Between two drawings the marks move with the text.
const marks = decorationsBy(marked);
const point = decorationsBy(pointed);

function decorationsBy(effect: typeof marked): StateField<DecorationSet> {
  return StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update: (decorations, transaction) =>
      transaction.effects.reduce(
        (result, each) => (each.is(effect) ? each.value : result),
        decorations.map(transaction.changes),
      ),
    provide: (field) => EditorView.decorations.from(field),
  });
}

/** Marks a text document by decorations, of which CodeMirror draws those in sight. */
export class TextMarker implements Marker {
  readonly #view: EditorView;

  constructor(view: MarkedText) {
    const editor = EditorView.findFromDOM(view.text);
    if (!editor) throw new Error("the text of a text document is no CodeMirror");
    this.#view = editor;
    if (!editor.state.field(marks, false)) {
      editor.dispatch({ effects: StateEffect.appendConfig.of([marks, point]) });
    }
  }

  mark(spans: readonly PlacedSpan[]): void {
    this.#view.dom.classList.toggle("author-colored", spans.length > 0);
    this.#dispatch(
      marked,
      spans.filter(({ author }) => author >= 0),
      ({ author }) => `author-${author}`,
    );
  }

  point(span: { readonly from: number; readonly to: number } | undefined): void {
    this.#dispatch(pointed, span ? [span] : [], () => "author-point");
  }

  clear(): void {
    this.mark([]);
    this.point(undefined);
  }

  #dispatch<Span extends { readonly from: number; readonly to: number }>(
    effect: typeof marked,
    spans: readonly Span[],
    className: (span: Span) => string,
  ): void {
    const builder = new RangeSetBuilder<Decoration>();
    const { length } = this.#view.state.doc;
    for (const span of spans) {
      const to = Math.min(span.to, length);
      if (span.from < to) builder.add(span.from, to, Decoration.mark({ class: className(span) }));
    }
    this.#view.dispatch({ effects: effect.of(builder.finish()) });
  }
}
