import { EditorSelection, type Extension, StateEffect } from "@codemirror/state";
import { type EditorView, type LayerMarker, layer, RectangleMarker } from "@codemirror/view";
import { fadeWhenIdle, type PeerTracker, type ShownPeer } from "./peers.ts";

/** Tells the layers that the tracker knows something new. */
export const peersChanged = StateEffect.define<null>();

/**
 * Draws the carets and selections of others in layers of their own, below and above the text: no node of theirs is in the
 * text, where it would disturb input methods, copying and the caret.
 */
export function peerLayers(tracker: PeerTracker): Extension {
  const changed = (update: {
    docChanged: boolean;
    transactions: readonly { effects: readonly StateEffect<unknown>[] }[];
  }) => update.docChanged || update.transactions.some((each) => each.effects.some((effect) => effect.is(peersChanged)));
  return [
    layer({
      above: false,
      class: "cm-peerSelections",
      update: changed,
      markers: (view) => tracker.shown.flatMap((peer) => selectionMarkers(view, peer)),
    }),
    layer({
      above: true,
      class: "cm-peerCarets",
      update: (update) => changed(update) || update.selectionSet,
      markers: (view) => tracker.shown.flatMap((peer) => caretMarkers(view, peer)),
    }),
  ];
}

function selectionMarkers(view: EditorView, peer: ShownPeer): readonly LayerMarker[] {
  const length = view.state.doc.length;
  return peer.selections
    .filter(([anchor, head]) => anchor !== head && Math.max(anchor, head) <= length)
    .flatMap(([anchor, head]) =>
      RectangleMarker.forRange(view, "", EditorSelection.range(anchor, head)).map(
        (place) => new SelectionMarker(place, peer.color),
      ),
    );
}

function caretMarkers(view: EditorView, peer: ShownPeer): readonly LayerMarker[] {
  const length = view.state.doc.length;
  const own = view.hasFocus ? view.coordsAtPos(view.state.selection.main.head) : null;
  return peer.selections
    .filter(([, head]) => head <= length)
    .flatMap(([, head], index) => {
      const [place] = RectangleMarker.forRange(view, "", EditorSelection.cursor(head));
      const line = view.coordsAtPos(head);
      const below = own !== null && line !== null && own.bottom <= line.top + 1 && own.bottom > line.top - 22;
      return place ? [new CaretMarker(place, peer, index === 0, below || head <= view.state.doc.line(1).to)] : [];
    });
}

class SelectionMarker implements LayerMarker {
  readonly place: RectangleMarker;
  readonly color: string;

  constructor(place: RectangleMarker, color: string) {
    this.place = place;
    this.color = color;
  }

  eq(other: SelectionMarker): boolean {
    return other.color === this.color && other.place.eq(this.place);
  }

  draw(): HTMLElement {
    const element = document.createElement("div");
    element.className = "cm-peerSelection";
    element.style.left = `${this.place.left}px`;
    element.style.top = `${this.place.top}px`;
    element.style.height = `${this.place.height}px`;
    if (this.place.width !== null) element.style.width = `${this.place.width}px`;
    element.style.backgroundColor = this.color;
    return element;
  }
}

class CaretMarker implements LayerMarker {
  readonly place: RectangleMarker;
  readonly peer: ShownPeer;
  readonly named: boolean;
  readonly below: boolean;

  constructor(place: RectangleMarker, peer: ShownPeer, named: boolean, below: boolean) {
    this.place = place;
    this.peer = peer;
    this.named = named;
    this.below = below;
  }

  eq(other: CaretMarker): boolean {
    return (
      other.place.eq(this.place) &&
      other.peer.moves === this.peer.moves &&
      other.peer.client === this.peer.client &&
      other.peer.name === this.peer.name &&
      other.peer.color === this.peer.color &&
      other.named === this.named &&
      other.below === this.below
    );
  }

  draw(): HTMLElement {
    const caret = document.createElement("div");
    caret.className = "cm-peerCaret";
    caret.dataset.client = this.peer.client;
    const bar = caret.appendChild(document.createElement("span"));
    bar.className = "cm-peerBar";
    bar.style.backgroundColor = this.peer.color;
    fadeWhenIdle(bar);
    if (this.named) caret.append(this.#label());
    this.#put(caret);
    return caret;
  }

  /** Moves what is drawn; only a move of its owner shows the name again, by starting its animation anew. */
  update(caret: HTMLElement, previous: CaretMarker): boolean {
    const { client, name, color } = this.peer;
    const before = previous.peer;
    if (before.client !== client || before.name !== name || before.color !== color || previous.named !== this.named) {
      return false;
    }
    if (before.moves !== this.peer.moves) {
      if (this.named) caret.lastElementChild?.replaceWith(this.#label());
      fadeWhenIdle(caret.querySelector<HTMLElement>(".cm-peerBar"));
    }
    this.#put(caret);
    return true;
  }

  #put(caret: HTMLElement): void {
    caret.classList.toggle("below", this.below);
    caret.style.left = `${this.place.left - 1}px`;
    caret.style.top = `${this.place.top}px`;
    caret.style.height = `${this.place.height}px`;
  }

  #label(): HTMLElement {
    const label = document.createElement("span");
    label.className = "cm-peerName";
    label.textContent = this.peer.name;
    label.style.backgroundColor = this.peer.color;
    label.style.color = this.peer.ink;
    return label;
  }
}
