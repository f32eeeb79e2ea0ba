import type { RichEditor } from "../bindings/quill.ts";
import type { ImagePlace } from "../bindings/quill-images.ts";
import { button, h } from "./dom.ts";
import { ApiError } from "./request.ts";
import { sendFile } from "./send-file.ts";
import { strings } from "./strings.ts";

/** What the server keeps; it looks at the bytes too. */
export const imageTypes: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
/** How many files are taken at once. */
const mostFiles = 20;

/**
 * Images on their way from this page to the server, one at a time so that they come to stand in their order. Each shows at
 * its place a card that nobody else sees: how far it is, or why it failed, to be tried again or dropped.
 */
export class Uploads {
  #id: string;
  #editor: RichEditor;
  #queue: Upload[] = [];
  #cards = h("div", { class: "uploads", role: "group", "aria-label": strings.imageUploads });
  #busy = false;

  constructor(editor: RichEditor, id: string) {
    this.#id = id;
    this.#editor = editor;
    editor.quill.container.append(this.#cards);
    editor.onFiles((files, place) => this.#take(files, place));
    editor.onChange(() => this.#place());
  }

  #take(files: readonly File[], place: () => ImagePlace): void {
    for (const file of files.slice(0, mostFiles)) {
      const upload = new Upload(file, place(), {
        retry: () => void this.#next(),
        remove: () => this.#remove(upload),
      });
      if (!imageTypes.includes(file.type)) upload.fail("not_an_image");
      this.#queue.push(upload);
      this.#cards.append(upload.element);
    }
    this.#place();
    void this.#next();
  }

  async #next(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let upload = this.#waiting(); upload; upload = this.#waiting()) {
      await upload.send(this.#id);
      if (upload.done) this.#remove(upload);
    }
    this.#busy = false;
  }

  #waiting(): Upload | undefined {
    return this.#queue.find((upload) => upload.waiting);
  }

  #remove(upload: Upload): void {
    upload.end();
    this.#queue = this.#queue.filter((each) => each !== upload);
    if (upload.element.contains(document.activeElement)) this.#editor.focus();
    upload.element.remove();
    this.#place();
  }

  /** Puts the cards below the lines where their images will stand, those of one place below each other. */
  #place(): void {
    if (this.#queue.length === 0) return;
    const frame = this.#editor.quill.container.getBoundingClientRect();
    let free = 0;
    for (const { element, place } of this.#queue) {
      const bounds = place.bounds();
      if (!bounds) continue;
      const top = Math.max(free, bounds.bottom - frame.top + 4);
      const left = Math.max(0, Math.min(bounds.left - frame.left, frame.width - element.offsetWidth - 8));
      element.style.transform = `translate(${left}px, ${top}px)`;
      free = top + element.offsetHeight + 4;
    }
  }
}

interface UploadActions {
  readonly retry: () => void;
  readonly remove: () => void;
}

class Upload {
  readonly element = h("div", { class: "upload" });
  readonly place: ImagePlace;
  waiting = true;
  done = false;
  #file: File;
  #name: string;
  #text = h("span", { class: "upload-text", role: "status" });
  #bar = h("progress", { max: "1" });
  #retry: HTMLButtonElement;
  #given = new AbortController();

  constructor(file: File, place: ImagePlace, actions: UploadActions) {
    this.#file = file;
    this.#name = file.name === "" ? strings.image : file.name.slice(0, 80);
    this.place = place;
    const retry = (): void => {
      this.#wait();
      actions.retry();
    };
    this.#retry = button({ class: "link-button", onclick: retry }, strings.imageRetry);
    const remove = button({ class: "link-button", onclick: actions.remove }, strings.imageRemove);
    this.element.append(this.#text, this.#bar, this.#retry, remove);
    this.#wait();
  }

  async send(id: string): Promise<void> {
    this.waiting = false;
    try {
      const progress = (part: number): void => {
        this.#bar.value = part;
        this.#text.textContent = strings.imageProgress(this.#name, Math.round(part * 100));
      };
      const { url } = await sendFile(id, this.#file, progress, this.#given.signal);
      this.place.insert(url);
      this.done = true;
    } catch (error) {
      if (error instanceof ApiError) this.fail(error.code === "unknown" ? "other" : error.code);
    }
  }

  /** Shows why it is not there. What would fail again is not offered again. */
  fail(code: string): void {
    this.waiting = false;
    const known = Object.hasOwn(strings.imageFailed, code) ? (code as keyof typeof strings.imageFailed) : "other";
    this.element.dataset.failed = known;
    this.#text.textContent = strings.imageFailed[known](this.#name);
    this.#bar.hidden = true;
    this.#retry.hidden = known === "not_an_image" || known === "too_large";
  }

  end(): void {
    this.#given.abort();
    this.place.drop();
  }

  #wait(): void {
    this.waiting = true;
    delete this.element.dataset.failed;
    this.#bar.hidden = false;
    this.#bar.removeAttribute("value");
    this.#retry.hidden = true;
    this.#text.textContent = strings.imageWaiting(this.#name);
  }
}

/** Asks for images by the dialog of the browser and gives them to the editor, at the caret. */
export function chooseImages(editor: RichEditor): void {
  const input = h("input", { type: "file", accept: imageTypes.join(","), multiple: true });
  input.addEventListener("change", () => editor.takeFiles([...(input.files ?? [])]));
  input.click();
}
