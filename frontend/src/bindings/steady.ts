import type { Editor, Op, Peer } from "../client/types.ts";
import { transformPosition } from "../ot/position.ts";
import type { Places } from "./places.ts";

/** What a SteadyEditor needs to know of the page. */
export interface View {
  /** Where the text begins to be in sight: the height of what lies over it at the top, in CSS pixels. */
  top(): number;
  /** Whether something else is shown in the place of the text: then there is nothing to hold. */
  away?(): boolean;
}

/** The line at the top of what is in sight. */
interface Mark {
  readonly position: number;
  readonly top: number;
}

/**
 * An editor under whose reader nothing moves: when others change the text above what is in sight, the page is scrolled
 * by as much as the line at the top of the window has moved.
 *
 * Browsers do this too (`overflow-anchor`), but not in all of them, and not for an editable element that has the focus.
 */
export class SteadyEditor implements Editor {
  #editor: Editor;
  #places: Places;
  #view: View;
  #mark: Mark | undefined;
  #anchor: number | undefined; // the position of the last mark
  #pending = false;
  #owed = 0; // what the browser rounded away, so that many small moves do not add up

  constructor(editor: Editor, places: Places, view: View) {
    this.#editor = editor;
    this.#places = places;
    this.#view = view;
  }

  load(doc: Op): void {
    this.#mark = undefined;
    this.#anchor = undefined;
    this.#editor.load(doc);
  }

  applyRemote(op: Op, author: string): void {
    this.#remember();
    this.#editor.applyRemote(op, author);
    if (this.#mark) this.#mark = { ...this.#mark, position: transformPosition(op, this.#mark.position, "right") };
  }

  showPeers(peers: readonly Peer[]): void {
    this.#editor.showPeers(peers);
  }

  setReadOnly(readOnly: boolean): void {
    this.#editor.setReadOnly(readOnly);
  }

  /** Its user has made this change. */
  edited(op: Op): void {
    if (this.#anchor !== undefined) this.#anchor = transformPosition(op, this.#anchor, "right");
  }

  /** Remembers the line before the first change of this turn, and puts it back after the last one. */
  #remember(): void {
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      this.#restore();
    });
    this.#mark = this.#look();
  }

  #look(): Mark | undefined {
    // At the very top of the page one sees the beginning, and what comes there is what one wants to see.
    if (scrollY <= 0 || this.#places.composing || this.#view.away?.()) return undefined;
    const from = this.#view.top();
    // The same position as long as it is in sight: where lines break elsewhere, each new one would be a little off.
    let position = this.#anchor;
    let top = position === undefined ? undefined : this.#places.top(position);
    if (top === undefined || top < from - 8 || top > innerHeight / 2) {
      position = this.#places.below(from);
      top = position === undefined ? undefined : this.#places.top(position);
    }
    return position === undefined || top === undefined ? undefined : { position, top };
  }

  #restore(): void {
    const mark = this.#mark;
    this.#mark = undefined;
    this.#anchor = mark?.position;
    if (!mark) return;
    const top = this.#places.top(mark.position);
    if (top === undefined) return;
    const move = top - mark.top + this.#owed;
    if (Math.abs(move) < 0.5) return;
    const before = scrollY;
    scrollBy({ top: move, behavior: "instant" });
    const owed = move - (scrollY - before);
    this.#owed = Math.abs(owed) < 1 ? owed : 0; // more than rounding: the page has no more room to scroll
  }
}
