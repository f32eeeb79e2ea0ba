import type { DocKind } from "../client/types.ts";
import { button } from "./dom.ts";
import { exportAddress, type FileFormat, fetchExport, formatsFor, save } from "./formats.ts";
import { icon } from "./icons.ts";
import { showMenu } from "./list-menu.ts";
import type { Toasts } from "./list-toast.ts";
import { ApiError } from "./request.ts";
import { strings } from "./strings.ts";

/** Where the bar has no room; page.css has the same. */
const narrow = matchMedia("(max-width: 640px)");

interface DownloadOptions {
  readonly id: string;
  readonly toasts: Toasts;
  /** The revision that the page shows; undefined for the live document. */
  readonly revision: () => number | undefined;
  /** How many edits the server does not have yet. */
  readonly unsent: () => number;
}

/** The menu that gives the document as a file: what the page shows, be it the live document or a revision. */
export class DownloadButton {
  readonly button = button({ class: "icon-button download-opener", label: strings.downloadAs });
  #options: DownloadOptions;

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.button.append(icon("download"));
    this.button.hidden = true;
    this.button.setAttribute("aria-haspopup", "menu");
    this.button.setAttribute("aria-expanded", "false");
    this.button.addEventListener("mousedown", (event) => event.preventDefault()); // the caret stays in the text
  }

  /** Puts the button into the bar, and where that is narrow into the tools, in front of what they end with. */
  placeIn(bar: HTMLElement, tools: HTMLElement): void {
    const place = (): void => (narrow.matches ? tools.lastElementChild!.before(this.button) : bar.prepend(this.button));
    narrow.addEventListener("change", place);
    place();
  }

  /** The document is here, and is of this kind. */
  show(kind: DocKind): void {
    this.button.hidden = false;
    this.button.onclick = () =>
      showMenu({
        label: strings.downloadAs,
        at: this.button,
        back: this.button,
        items: formatsFor(kind).map((format) => ({
          text: strings.fileFormats[format],
          apart: format === "delta",
          act: () => void this.#download(format),
        })),
      });
  }

  async #download(format: FileFormat): Promise<void> {
    const { id, toasts, revision, unsent } = this.#options;
    this.button.setAttribute("aria-busy", "true");
    try {
      const late = revision() === undefined && unsent() > 0;
      save(await fetchExport(exportAddress(id, format, revision())));
      if (late) toasts.show(strings.downloadedUnsent);
    } catch (error) {
      const away = !(error instanceof ApiError) || error.away;
      toasts.show(away ? strings.downloadAway : strings.downloadFailed);
    } finally {
      this.button.removeAttribute("aria-busy");
    }
  }
}
