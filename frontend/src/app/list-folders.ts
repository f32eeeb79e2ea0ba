import { createFolder, deleteFolder, type Folder, maxFolderName, renameFolder } from "./api.ts";
import { h } from "./dom.ts";
import { confirmed } from "./list-dialog.ts";
import type { StateCell } from "./list-state.ts";
import { strings } from "./strings.ts";

interface FolderOptions {
  readonly failed: (text: string, error: unknown) => void;
  /** Called when the folders have to be asked for again. */
  readonly changed: () => void;
  /** Called when a folder is gone. */
  readonly removed: (folder: Folder) => void;
}

/** What can be done to folders. */
export class FolderActions {
  #cell: StateCell;
  #options: FolderOptions;

  constructor(cell: StateCell, options: FolderOptions) {
    this.#cell = cell;
    this.#options = options;
  }

  /** Makes a folder; nothing when the server refuses it, which is told. */
  async create(name: string): Promise<Folder | undefined> {
    try {
      const folder = await createFolder(name);
      this.#set([...this.#cell.get().folders.filter((each) => each.id !== folder.id), folder]);
      return folder;
    } catch (error) {
      this.#options.failed(strings.folderFailed, error);
      return undefined;
    }
  }

  async rename(folder: Folder, name: string): Promise<void> {
    this.#put({ ...folder, name });
    try {
      this.#put({ ...folder, name: (await renameFolder(folder.id, name)).name });
    } catch (error) {
      this.#put(folder);
      this.#options.failed(strings.folderFailed, error);
    }
    this.refresh();
  }

  /** Removes a folder when that is confirmed; its documents stay. */
  async remove(folder: Folder): Promise<void> {
    const sure = await confirmed({
      title: strings.deleteFolderTitle(folder.name),
      text: strings.deleteFolderText(folder.documents),
      confirm: strings.deleteFolder,
    });
    if (!sure) return;
    try {
      await deleteFolder(folder.id);
    } catch (error) {
      this.#options.failed(strings.folderFailed, error);
      return;
    }
    this.#set(this.#cell.get().folders.filter((each) => each.id !== folder.id));
    this.#options.removed(folder);
    this.refresh();
  }

  /** Shows the folders as they are known, and asks for them again. */
  refresh(): void {
    this.#set(this.#cell.get().folders);
    this.#options.changed();
  }

  #put(folder: Folder): void {
    this.#set(this.#cell.get().folders.map((each) => (each.id === folder.id ? folder : each)));
  }

  #set(folders: readonly Folder[]): void {
    const sorted = [...folders].sort((a, b) => a.name.localeCompare(b.name));
    this.#cell.set({ ...this.#cell.get(), folders: sorted });
  }
}

/** Puts a field for a name into an element until Enter, Escape or a click elsewhere; an empty name means no. */
export function nameField(element: HTMLElement, name: string, done: (name: string) => void): void {
  const field = h("input", {
    class: "place-field",
    "aria-label": strings.folderName,
    placeholder: strings.folderName,
    maxlength: String(maxFolderName),
    dir: "auto",
  });
  field.value = name;
  let over = false;
  const finish = (keep: boolean): void => {
    if (over) return;
    over = true;
    const wanted = keep ? field.value.trim() : "";
    const focused = document.activeElement === field;

    field.remove();
    if (focused) element.querySelector<HTMLElement>(".place-link")?.focus();
    done(wanted);
  };
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Enter") finish(true);
    if (event.key === "Escape") {
      event.preventDefault(); // a drawer around it stays
      finish(false);
    }
  });
  field.addEventListener("blur", () => finish(true));

  element.append(field);
  field.focus();
  field.select();
}
