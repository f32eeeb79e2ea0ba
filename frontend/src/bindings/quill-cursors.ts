import Quill from "quill/core";
import QuillCursors, { type Cursor } from "quill-cursors/core";
import { fadeWhenIdle, type ShownPeer } from "./peers.ts";

Quill.register("modules/cursors", QuillCursors, true);

/** How long a name stays after its caret moved, in milliseconds. */
const labelTime = 2400;
const fadeTime = 300;

/** Draws the carets and selections of others over the text of Quill, with names that show on a move and fade. */
export class PeerCursors {
  #quill: Quill;
  #cursors: QuillCursors;
  #drawn = new Map<string, { peer: ShownPeer; timer: ReturnType<typeof setTimeout> | undefined }>();

  constructor(quill: Quill) {
    this.#quill = quill;
    this.#cursors = new QuillCursors(quill, {
      hideDelayMs: labelTime,
      hideSpeedMs: fadeTime,
      selectionChangeSource: null as unknown as string, // its own announcements would look like ours
      positionFlag: (flag, caret, container) => this.#placeLabel(flag, caret, container),
    });
  }

  /** Draws these peers and no others. A peer with several selections has the name at the first one. */
  show(peers: readonly ShownPeer[]): void {
    const wanted = new Map(peers.flatMap((peer) => peer.selections.map((_, index) => [cursorId(peer, index), peer])));
    for (const [id, drawn] of this.#drawn) {
      const peer = wanted.get(id);
      if (peer && peer.name === drawn.peer.name && peer.color === drawn.peer.color) continue;
      clearTimeout(drawn.timer);
      this.#cursors.removeCursor(id);
      this.#drawn.delete(id);
    }
    for (const peer of peers) for (const index of peer.selections.keys()) this.#draw(peer, index);
  }

  #draw(peer: ShownPeer, index: number): void {
    const id = cursorId(peer, index);
    const drawn = this.#drawn.get(id);
    const cursor = this.#cursors.createCursor(id, peer.name, peer.color);
    if (!drawn) dress(cursor, peer);
    const [anchor, head] = peer.selections[index]!;
    this.#cursors.moveCursor(id, { index: Math.min(anchor, head), length: Math.abs(head - anchor) });
    if (head < anchor) this.#putCaret(cursor, head);
    const moved = drawn?.peer.moves !== peer.moves;
    if (moved) fadeWhenIdle(caretOf(id));
    this.#drawn.set(id, { peer, timer: moved && index === 0 ? this.#label(id) : drawn?.timer });
  }

  /** Quill-cursors draws a caret at the end of its range; of a backward selection the caret is at the start. */
  #putCaret(cursor: Cursor, head: number): void {
    const bounds = this.#quill.getBounds(head);
    if (bounds) cursor.updateCaret(bounds as DOMRect, this.#quill.container.getBoundingClientRect());
  }

  #label(id: string): ReturnType<typeof setTimeout> {
    clearTimeout(this.#drawn.get(id)?.timer);
    this.#cursors.toggleFlag(id, true);
    return setTimeout(() => this.#cursors.toggleFlag(id, false), labelTime);
  }

  /** Above its line, but below it where it would cover the line in which the user types. */
  #placeLabel(flag: HTMLElement, caret: DOMRect | ClientRect, container: DOMRect | ClientRect): void {
    const { width, height } = flag.getBoundingClientRect();
    const own = this.#quill.selection.lastRange;
    const line = own && this.#quill.hasFocus() ? this.#quill.getBounds(own.index) : null;
    const covers = line !== null && line.bottom > caret.top - height && line.bottom <= caret.top + 1;
    flag.classList.toggle("below", covers || caret.top < height);
    flag.classList.toggle("flag-flipped", caret.left + width > container.width);
    flag.style.left = `${caret.left}px`;
    flag.style.top = `${covers || caret.top < height ? caret.top + caret.height : caret.top}px`;
  }
}

function cursorId(peer: ShownPeer, index: number): string {
  return `${peer.client}-${index}`;
}

function caretOf(id: string): HTMLElement | null | undefined {
  return document.getElementById(`ql-cursor-${id}`)?.querySelector<HTMLElement>(".ql-cursor-caret");
}

function dress(cursor: Cursor, peer: ShownPeer): void {
  const flag = document.getElementById(`ql-cursor-${cursor.id}`)?.querySelector<HTMLElement>(".ql-cursor-flag");
  if (flag) flag.style.color = peer.ink;
}
