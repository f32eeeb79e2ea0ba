import type { TextEditor } from "../bindings/codemirror.ts";
import { isMode, type Mode, modeOfTitle, modes } from "../bindings/codemirror-modes.ts";
import { announce } from "./announce.ts";
import { h, setTip } from "./dom.ts";
import { icon } from "./icons.ts";
import { strings } from "./strings.ts";

const wrapKey = "collabd.wrap";

/**
 * The menu with the language of a text document. The document has no place for it, so it is guessed from the title, and
 * what is chosen here is kept in this browser for this document.
 */
export class TextMode {
  readonly element: HTMLElement;
  #select = h("select", { class: "tool tool-select", "aria-label": strings.mode });
  #editor: TextEditor;
  #key: string;

  constructor(editor: TextEditor, id: string) {
    this.#editor = editor;
    this.#key = `collabd.mode.${id}`;
    for (const mode of modes) this.#select.append(h("option", { value: mode }, strings.modes[mode]));
    setTip(this.#select, strings.mode);
    this.element = h("span", { class: "tool-choice" }, this.#select, icon("down"));
    this.#select.addEventListener("change", () => {
      if (!isMode(this.#select.value)) return;
      write(this.#key, this.#select.value);
      void this.#set(this.#select.value);
    });
  }

  /** The title is this now; it tells the language unless one was chosen. */
  titled(title: string): void {
    const chosen = read(this.#key);
    const mode = isMode(chosen) ? chosen : modeOfTitle(title);
    if (mode !== this.#editor.mode) void this.#set(mode);
  }

  /** Brings the menu up to date. */
  refresh(): void {
    if (this.#select.value !== this.#editor.mode) this.#select.value = this.#editor.mode;
  }

  async #set(mode: Mode): Promise<void> {
    try {
      await this.#editor.setMode(mode);
    } catch {
      announce(strings.modeFailed); // the text can be written all the same, and the menu shows what is the case
    }
  }
}

/** Wraps long lines or not, as was chosen in this browser last. */
export function restoreWrap(editor: TextEditor): void {
  if (read(wrapKey) === "off") editor.setWrap(false);
}

/** Wraps long lines or not, from now on. */
export function chooseWrap(editor: TextEditor, wrap: boolean): void {
  editor.setWrap(wrap);
  write(wrapKey, wrap ? "on" : "off");
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // No storage: the choice lasts as long as the page.
  }
}
