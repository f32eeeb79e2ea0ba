import type { Toasts } from "../list-toast.ts";
import { strings } from "../strings.ts";
import type { ServerHistory } from "./api.ts";
import { timeText } from "./wording.ts";

interface RestorerOptions {
  readonly server: ServerHistory;
  readonly toasts: Toasts;
  /** Goes back to the live text. */
  readonly close: () => void;
}

/** Makes an old text the text of the document again, and offers to take that back. */
export class Restorer {
  #options: RestorerOptions;
  #busy = false;

  constructor(options: RestorerOptions) {
    this.#options = options;
  }

  /** Restores a revision, made at `at` (milliseconds since 1970), or what has become of a range of it. */
  async restore(revision: number, at: number | undefined, range?: readonly [from: number, to: number]): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const { server, toasts, close } = this.#options;
    try {
      const written = await server.restore(revision, range);
      if (!written.changed) return toasts.show(strings.restoredNothing);
      close();
      const text =
        at === undefined ? strings.restoredStart : (range ? strings.restoredPart : strings.restored)(timeText(at));
      toasts.show(text, () => void this.#undo(written.revision));
    } catch {
      toasts.show(strings.restoreFailed);
    } finally {
      this.#busy = false;
    }
  }

  async #undo(revision: number): Promise<void> {
    const { server, toasts } = this.#options;
    try {
      await server.undo(revision);
      toasts.show(strings.restoreUndone);
    } catch {
      toasts.show(strings.restoreUndoFailed);
    }
  }
}
