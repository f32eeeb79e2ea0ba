import type { Folder } from "./api.ts";
import { button, h } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import type { FolderActions } from "./list-folders.ts";
import { nameField } from "./list-folders.ts";
import { showMenu } from "./list-menu.ts";
import type { ListState } from "./list-state.ts";
import { addressOf, samePlace, start, type View } from "./list-view.ts";
import { strings } from "./strings.ts";

interface SidebarOptions {
  /** Called instead of following a link. */
  readonly go: (view: View) => void;
  readonly folders: FolderActions;
}

/** The places of the list: all documents, the pinned ones, the folders, the trash. */
export class Sidebar {
  readonly element = h("nav", { class: "sidebar", "aria-label": strings.places });
  #options: SidebarOptions;
  #places = h("ul", { class: "places" });
  #folders = h("ul", { class: "places", "aria-label": strings.folders });
  #foot = h("ul", { class: "places" });
  #shown = "";

  constructor(options: SidebarOptions) {
    this.#options = options;
    const add = button({ class: "icon-button", label: strings.newFolder }, icon("plus"));
    add.addEventListener("click", () => this.editNew());
    this.element.append(
      this.#places,
      h("div", { class: "places-heading" }, h("h2", {}, strings.folders), add),
      this.#folders,
      this.#foot,
    );
    this.element.addEventListener("keydown", (event) => this.#move(event));
  }

  /** Shows the folders, and where one is. */
  render(state: ListState): void {
    const here = { ...start, view: state.view.view, folder: state.view.folder };
    const shown = JSON.stringify([here, state.folders]);
    if (shown === this.#shown || this.element.querySelector(".place-field")) return;
    this.#shown = shown;
    const focused = this.element.contains(document.activeElement)
      ? document.activeElement?.closest<HTMLElement>(".place")?.dataset.key
      : undefined;
    this.#places.replaceChildren(
      this.#place("rich", strings.allDocuments, start, here),
      this.#place("star", strings.pinned, { ...start, view: "pinned" }, here),
    );
    this.#folders.replaceChildren(...state.folders.map((folder) => this.#folder(folder, here)));
    if (state.folders.length === 0) this.#folders.append(h("li", { class: "places-none" }, strings.noFolders));
    this.#foot.replaceChildren(this.#place("trash", strings.trash, { ...start, view: "trash" }, here));
    if (focused) this.element.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"] .place-link`)?.focus();
  }

  /** Puts a field for the name of a new folder at the end of the folders. */
  editNew(then?: (folder: Folder) => void): void {
    const item = h("li", { class: "place" });
    this.#folders.querySelector(".places-none")?.remove();
    this.#folders.append(item);
    nameField(item, "", async (name) => {
      item.remove();
      this.#shown = "";
      const folder = name ? await this.#options.folders.create(name) : undefined;
      if (folder) then?.(folder);
      else this.#options.folders.refresh();
    });
  }

  #folder(folder: Folder, here: View): HTMLLIElement {
    const view = { ...start, folder: folder.id };
    const more = button({ class: "icon-button place-menu", label: strings.menuOf(folder.name) }, icon("more"));
    more.setAttribute("aria-haspopup", "menu");
    const item = this.#place("folder", folder.name, view, here);
    const link = item.querySelector<HTMLElement>(".place-link")!;
    link.append(h("span", { class: "place-count", "aria-hidden": "true" }, String(folder.documents)));
    link.append(h("span", { class: "hidden-text" }, ` (${strings.count(folder.documents)})`));
    const rename = (): void =>
      nameField(item, folder.name, async (name) => {
        this.#shown = "";
        if (name && name !== folder.name) await this.#options.folders.rename(folder, name);
        else this.#options.folders.refresh();
      });
    const remove = (): void => void this.#options.folders.remove(folder);
    const menu = (at: HTMLElement): void =>
      showMenu({
        label: strings.menuOf(folder.name),
        at,
        back: link,
        items: [
          { icon: "pencil", text: strings.renameFolder, keys: "F2", act: rename },
          { icon: "trash", text: strings.deleteFolder, danger: true, act: remove },
        ],
      });
    more.addEventListener("click", () => menu(more));
    item.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      menu(link);
    });
    link.addEventListener("keydown", (event) => {
      if (event.key === "F2") rename();
      else if (event.key === "Delete") remove();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    item.append(more);
    return item;
  }

  #place(symbol: IconName, name: string, view: View, here: View): HTMLLIElement {
    const link = h(
      "a",
      { class: "place-link", href: addressOf(view), draggable: "false" },
      icon(symbol),
      h("span", { class: "place-name", dir: "auto" }, name),
    );
    if (samePlace(view, here)) link.setAttribute("aria-current", "page");
    const item = h("li", { class: "place", "data-key": addressOf(view) }, link);
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      this.#options.go(view);
    });
    return item;
  }

  /** Up and down go through the places. */
  #move(event: KeyboardEvent): void {
    const links = [...this.element.querySelectorAll<HTMLElement>(".place-link")];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    links[Math.max(0, Math.min(next, links.length - 1))]?.focus();
  }
}
