import type { Folder } from "./api.ts";
import type { Actions } from "./list-actions.ts";
import { type MenuItem, showMenu } from "./list-menu.ts";
import type { Row } from "./list-row.ts";
import { meant, toggled } from "./list-selection.ts";
import type { StateCell } from "./list-state.ts";
import type { Toasts } from "./list-toast.ts";
import type { Place } from "./popover.ts";
import { strings } from "./strings.ts";

interface RowMenuOptions {
  readonly cell: StateCell;
  readonly actions: Actions;
  readonly toasts: Toasts;
  /** Asks for the name of a new folder and makes it. */
  readonly newFolder: (then: (folder: Folder) => void) => void;
}

/** The menu of a row, and the one of the folders that documents can be moved to. */
export class RowMenu {
  #options: RowMenuOptions;

  constructor(options: RowMenuOptions) {
    this.#options = options;
  }

  /** Shows what can be done to a document, or to all that are selected when it is one of them. */
  show(row: Row, at: HTMLElement | Place): void {
    const { cell, actions, toasts } = this.#options;
    const state = cell.get();
    const ids = meant(state, row.id);
    const doc = state.docs.get(row.id)!;
    const { href } = row.link;
    const one: readonly MenuItem[] = [
      { icon: "open", text: strings.open, keys: "Enter", href },
      { icon: "plus", text: strings.openInTab, href, target: "_blank" },
      { icon: "link", text: strings.copyLink, act: () => void copyLink(href, toasts) },
      { icon: "pencil", text: strings.renameTip, keys: "F2", act: () => this.rename(row) },
    ];
    const move = (): void => this.move(ids, at, row.link);
    const pinned = ids.every((id) => state.docs.get(id)?.pinned);
    const all: readonly MenuItem[] = [
      { icon: "folder", text: strings.moveTo, keys: "M", act: move, apart: true },
      { icon: "star", text: pinned ? strings.unpin : strings.pin, keys: "P", act: () => void actions.pin(ids) },
      {
        icon: "trash",
        text: strings.toTrash,
        keys: "Del",
        act: () => void actions.trash(ids),
        danger: true,
        apart: true,
      },
    ];
    const trashed: readonly MenuItem[] = [
      { icon: "restore", text: strings.restore, act: () => void actions.restore(ids) },
    ];
    const select: MenuItem = {
      icon: "tick",
      text: state.selected.has(row.id) ? strings.unselect : strings.select,
      keys: "X",
      act: () => cell.set(toggled(cell.get(), row.id)),
    };
    const items =
      doc.trashed_at !== undefined
        ? [...(ids.length === 1 ? one.slice(0, 3) : []), ...trashed, select]
        : [...(ids.length === 1 ? one : []), select, ...all];
    showMenu({
      label: strings.menuOf(ids.length === 1 ? row.name : strings.selected(ids.length)),
      items,
      at,
      back: row.link,
    });
  }

  /** Shows the folders; the documents move to the one that is chosen. */
  move(ids: readonly string[], at: HTMLElement | Place, back: HTMLElement | undefined): void {
    const { cell, actions, newFolder } = this.#options;
    const { docs, folders } = cell.get();
    const places = new Set(ids.map((id) => docs.get(id)?.folder ?? ""));
    const here = places.size === 1 ? [...places][0] : undefined;
    const to = (id: string, name: string): void => void actions.move(ids, id, name);
    showMenu({
      label: strings.moveTo,
      at,
      back,
      items: [
        { text: strings.noFolder, checked: here === "", act: () => to("", "") },
        ...folders.map(({ id, name }) => ({
          icon: "folder" as const,
          text: name,
          checked: here === id,
          act: () => to(id, name),
        })),
        {
          icon: "folderNew",
          text: strings.newFolderFor,
          apart: true,
          act: () => newFolder(({ id, name }) => to(id, name)),
        },
      ],
    });
  }

  rename(row: Row): void {
    row.edit((title) => void this.#options.actions.rename(row.id, title));
  }
}

async function copyLink(href: string, toasts: Toasts): Promise<void> {
  const copied = await navigator.clipboard?.writeText(href).then(
    () => true,
    () => false,
  );
  toasts.show(copied ? strings.linkCopied : strings.linkNotCopied(href));
}
