import type Quill from "quill/core";
import { Delta, type Range } from "quill/core";
import Uploader from "quill/modules/uploader.js";

/** An image that is on its way to the server. Where it will stand moves with what people type meanwhile. */
export interface ImagePlace {
  /** In UTF-16 code units, now. */
  readonly index: number;
  /** Where that is in the window; null while the place is not shown. */
  bounds(): { left: number; right: number; top: number; bottom: number } | null;
  /** Puts the image there, as its user, and ends the place. */
  insert(address: string): void;
  /** Ends the place without an image. */
  drop(): void;
}

/** Called with files that were pasted, dropped or chosen, in their order, and where each shall stand. */
export type TakeFiles = (files: readonly File[], place: () => ImagePlace) => void;

/** Gives all files that are pasted or dropped to the page, images or not: who is refused is told why. */
export class DocumentUploader extends Uploader {
  override upload(range: Range, files: FileList | File[]): void {
    if (files.length > 0 && this.quill.isEnabled())
      this.options.handler?.call(this as { quill: Quill }, range, [...files]);
  }
}

/** A place for an image in front of the unit at `index`. */
export function imagePlace(quill: Quill, index: number): ImagePlace {
  let at = index;
  const follow = (change: Delta): void => {
    at = change.transformPosition(at);
  };
  const drop = (): void => {
    quill.off("text-change", follow);
  };
  quill.on("text-change", follow);
  return {
    get index() {
      return at;
    },
    bounds: () => quill.selection.getBounds(Math.min(at, quill.getLength() - 1)),
    insert(address) {
      drop();
      const place = Math.min(at, quill.getLength() - 1);
      const caret = quill.hasFocus() ? quill.getSelection() : null;
      quill.history.cutoff();
      quill.updateContents(new Delta().retain(place).insert({ image: address }), "user");
      quill.history.cutoff();
      // Who still waits there goes on behind it.
      if (caret?.length === 0 && caret.index === place) quill.setSelection(place + 1, 0, "user");
    },
    drop,
  };
}

/** Lets a click select an image, so that it can be deleted, cut or dragged by keys; a browser would put a caret beside it. */
export function selectImages(quill: Quill): void {
  quill.root.addEventListener("click", (event) => {
    if (!(event.target instanceof HTMLImageElement)) return;
    const blot = quill.scroll.find(event.target);
    if (blot) quill.setSelection(blot.offset(quill.scroll), 1, "user");
  });
}
