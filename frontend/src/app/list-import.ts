import { changeDocument } from "./api.ts";
import { button, h } from "./dom.ts";
import { importAccept, importBytes, importTitle, importType, mostImports } from "./formats.ts";
import { icon } from "./icons.ts";
import { ApiError } from "./request.ts";
import { importFile } from "./send-file.ts";
import { strings } from "./strings.ts";

interface ImportOptions {
  /** The folder that the documents go to; empty for none. */
  readonly folder: () => string;
  /** The list, on which files can be dropped. */
  readonly list: HTMLElement;
}

/** Documents of files: chosen by a button or dropped on the list, one after the other, each with how far it is. */
export class Imports {
  readonly button = button(
    { class: "secondary import-button", label: strings.importFiles },
    icon("upload"),
    h("span", {}, strings.importFiles),
  );
  readonly element: HTMLElement;
  #options: ImportOptions;
  #files = h("input", { type: "file", multiple: true, accept: importAccept, hidden: true, tabindex: "-1" });
  #title = h("h2");
  #rows = h("ul");
  #waiting: FileRow[] = [];
  #busy = false;

  constructor(options: ImportOptions) {
    this.#options = options;
    const close = button({ class: "icon-button", label: strings.close, onclick: () => this.#close() }, icon("close"));
    this.element = h(
      "section",
      { class: "imports", "aria-label": strings.imports, hidden: true },
      h("div", { class: "imports-head" }, this.#title, close),
      this.#rows,
      this.#files,
    );
    this.#title.setAttribute("role", "status");
    this.button.addEventListener("click", () => this.#files.click());
    this.#files.addEventListener("change", () => {
      this.take([...(this.#files.files ?? [])]);
      this.#files.value = ""; // the same file can be chosen again
    });
    dropFiles(options.list, (files) => this.take(files));
  }

  /** Makes documents of files. */
  take(files: readonly File[]): void {
    if (files.length === 0) return;
    for (const file of files.slice(0, mostImports)) {
      const row = new FileRow(file);
      this.#rows.append(row.element);
      this.#waiting.push(row);
    }
    if (files.length > mostImports) this.#rows.append(h("li", {}, strings.importTooMany(mostImports)));
    this.element.hidden = false;
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#tell();
    for (let row = this.#waiting.shift(); row; row = this.#waiting.shift()) {
      await row.send(this.#options.folder());
      this.#tell();
    }
    this.#busy = false;
    this.#tell();
  }

  #tell(): void {
    const done = this.#rows.querySelectorAll("[data-state=done]").length;
    const failed = this.#rows.querySelectorAll("[data-state=failed]").length;
    this.#title.textContent = this.#busy ? strings.importing(this.#waiting.length + 1) : strings.imported(done, failed);
  }

  #close(): void {
    this.element.hidden = true;
    this.button.focus();
    if (this.#busy) return; // it goes on, and is told of the next time
    this.#rows.replaceChildren();
  }
}

/** A file, how far it is, and what became of it. */
class FileRow {
  readonly element: HTMLElement;
  #file: File;
  #text = h("span", { class: "import-text" }, strings.importWaiting);
  #bar = h("progress", { max: "1", value: "0" });

  constructor(file: File) {
    this.#file = file;
    this.#bar.setAttribute("aria-label", file.name);
    this.element = h(
      "li",
      { "data-state": "waiting" },
      h("span", { class: "import-name", dir: "auto" }, file.name),
      this.#text,
      this.#bar,
    );
  }

  async send(folder: string): Promise<void> {
    const type = importType(this.#file);
    if (type === undefined) return this.#fail("unknown_format");
    if (this.#file.size > importBytes) return this.#fail("too_large");
    this.element.dataset.state = "sending";
    this.#text.textContent = strings.importSending;
    try {
      const made = await importFile(this.#file, type, importTitle(this.#file.name), (part) => this.#show(part));
      if (folder) await changeDocument(made.id, { folder }).catch(() => undefined); // it is there, if elsewhere
      this.element.dataset.state = "done";
      this.#bar.remove();
      const open = h("a", { href: `/d/${encodeURIComponent(made.id)}`, class: "import-open" }, strings.importOpen);
      open.setAttribute("aria-label", strings.importOpenNamed(this.#file.name));
      this.#text.replaceWith(open);
      if (made.dropped > 0) open.before(h("span", { class: "import-text" }, strings.importDropped(made.dropped)));
    } catch (error) {
      this.#fail(error instanceof ApiError ? (error.away ? "away" : error.code) : "internal");
    }
  }

  #show(part: number): void {
    this.#bar.value = part;
    if (part === 1) this.#text.textContent = strings.importReading;
  }

  #fail(code: string): void {
    this.element.dataset.state = "failed";
    this.#bar.remove();
    this.#text.setAttribute("role", "alert");
    const known = Object.hasOwn(strings.importErrors, code);
    this.#text.textContent = known
      ? strings.importErrors[code as keyof typeof strings.importErrors]
      : strings.importErrors.internal;
  }
}

/** Calls `take` with files that are dropped on an element, over which it says so. */
function dropFiles(element: HTMLElement, take: (files: readonly File[]) => void): void {
  const sign = h("div", { class: "drop-sign", hidden: true, "aria-hidden": "true" }, icon("upload"), strings.dropFiles);
  element.append(sign);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  element.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer!.dropEffect = "copy";
    sign.hidden = false;
  });
  element.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && element.contains(event.relatedTarget))) sign.hidden = true;
  });
  element.addEventListener("drop", (event) => {
    sign.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    take([...event.dataTransfer!.files]);
  });
}
