import { changeDocument, type DocumentChange, type DocumentInfo } from "./api.ts";
import { nameOf } from "./list-row.ts";
import { type StateCell, withDocument } from "./list-state.ts";
import type { Toasts } from "./list-toast.ts";
import { locale, strings } from "./strings.ts";

/** How many requests run at the same time when many documents are changed. */
const atOnce = 4;

interface ActionOptions {
  readonly toasts: Toasts;
  readonly failed: (text: string, error: unknown) => void;
  /** Called when documents have gone to another folder or left one. */
  readonly moved: () => void;
}

/** What can be done to documents. The list shows it at once, and takes it back if the server refuses it. */
export class Actions {
  #cell: StateCell;
  #options: ActionOptions;

  constructor(cell: StateCell, options: ActionOptions) {
    this.#cell = cell;
    this.#options = options;
  }

  async rename(id: string, title: string): Promise<void> {
    await this.#change([id], { title }, strings.renameFailed);
  }

  /** Pins all of them, or unpins them when all are pinned. */
  async pin(ids: readonly string[]): Promise<void> {
    const pinned = !this.#documents(ids).every((doc) => doc.pinned);
    await this.#change(ids, { pinned }, strings.pinFailed);
  }

  /** Moves documents to a folder, or out of all for the empty id. */
  async move(ids: readonly string[], folder: string, name: string): Promise<void> {
    const there = this.#documents(ids).filter((doc) => doc.folder !== folder);
    if (there.length === 0) return;
    const before = there.map((doc) => [doc.id, doc.folder] as const);
    const what = there.length === 1 ? nameOf(there[0]!) : strings.count(there.length);
    this.#options.toasts.show(folder ? strings.movedTo(what, name) : strings.movedOut(what), async () => {
      for (const [id, folder] of before) await this.#change([id], { folder }, strings.moveFailed);
      this.#options.moved();
    });
    await this.#change(
      there.map((doc) => doc.id),
      { folder },
      strings.moveFailed,
    );
    this.#options.moved();
  }

  /** Puts documents into the trash, from where they can be taken back. */
  async trash(ids: readonly string[]): Promise<void> {
    const there = this.#documents(ids).filter((doc) => doc.trashed_at === undefined);
    if (there.length === 0) return;
    const trashed = there.map((doc) => doc.id);
    const text = there.length === 1 ? strings.trashed(nameOf(there[0]!)) : strings.trashedMany(there.length);
    this.#options.toasts.show(text, () => void this.#trash(trashed, false));
    await this.#trash(trashed, true);
  }

  async restore(ids: readonly string[]): Promise<void> {
    const there = this.#documents(ids).filter((doc) => doc.trashed_at !== undefined);
    if (there.length === 0) return;
    const restored = there.map((doc) => doc.id);
    const text = there.length === 1 ? strings.restored(nameOf(there[0]!)) : strings.restoredMany(there.length);
    this.#options.toasts.show(text, () => void this.#trash(restored, true));
    await this.#trash(restored, false);
  }

  async #trash(ids: readonly string[], trashed: boolean): Promise<void> {
    await this.#change(ids, { trashed }, trashed ? strings.trashFailed : strings.restoreFailed);
    this.#options.moved();
  }

  #documents(ids: readonly string[]): readonly DocumentInfo[] {
    const { docs } = this.#cell.get();
    return ids.map((id) => docs.get(id)).filter((doc) => doc !== undefined);
  }

  async #change(ids: readonly string[], change: DocumentChange, failed: string): Promise<void> {
    const before = this.#documents(ids);
    for (const doc of before) this.#take(changed(doc, change));
    const left = [...before];
    const work = async (): Promise<void> => {
      for (let doc = left.shift(); doc; doc = left.shift()) {
        try {
          this.#take(await changeDocument(doc.id, change));
        } catch (error) {
          this.#take(doc);
          this.#options.failed(failed, error);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  #take(doc: DocumentInfo): void {
    this.#cell.set(withDocument(this.#cell.get(), doc, false, locale));
  }
}

/** What a document will be when the server has taken a change. */
function changed(doc: DocumentInfo, change: DocumentChange): DocumentInfo {
  const { trashed, ...rest } = change;
  if (trashed === undefined) return { ...doc, ...rest };
  return { ...doc, ...rest, trashed_at: trashed ? new Date().toISOString() : undefined };
}
