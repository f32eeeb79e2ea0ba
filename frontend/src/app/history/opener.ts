import type { Collab } from "../../client/session.ts";
import type { DocKind, User } from "../../client/types.ts";
import { transformPosition } from "../../ot/position.ts";
import type { Chrome } from "../chrome.ts";
import { button } from "../dom.ts";
import { icon } from "../icons.ts";
import { ariaKeys, readable } from "../keys.ts";
import type { Toasts } from "../list-toast.ts";
import type { OpenEditor } from "../open-editor.ts";
import { strings } from "../strings.ts";
import { addressWith, revisionOf } from "./address.ts";
import type { HistoryPanel } from "./panel.ts";

const keys = "Mod+Alt+Shift+H"; // Cmd-Alt-H alone hides the windows of others on a Mac

/** Where the bar has no room; page.css has the same. */
const narrow = matchMedia("(max-width: 640px)");

/** What the page has of a document that is open. */
export interface OpenDocument {
  readonly id: string;
  readonly kind: DocKind;
  readonly opened: OpenEditor;
  readonly collab: Collab;
  readonly user: User;
}

interface OpenerOptions {
  readonly chrome: Chrome;
  readonly toasts: Toasts;
  /** Nobody is followed while the history lies over the text. */
  readonly stopFollowing: () => void;
}

/** The live text as it was when the history was opened. */
interface Place {
  readonly focused: Element | null;
  readonly scroll: number;
  /** A line at the top of the window, which others may move meanwhile. */
  readonly line: { position: number; readonly top: number } | undefined;
}

/**
 * Opens the history of the document in the page, and closes it: by the button, by keys and by the address, of which
 * `?rev=812` names the revision. The live editor stays where it is, connected and out of sight.
 */
export class HistoryOpener {
  readonly button = button({ class: "icon-button history-opener", label: strings.history, keys: readable(keys) });
  #options: OpenerOptions;
  #document: OpenDocument | undefined;
  #mayEdit = false;
  #panel: HistoryPanel | undefined;
  #loading = false;
  #place: Place | undefined;

  constructor(options: OpenerOptions) {
    this.#options = options;
    this.button.append(icon("history"));
    this.button.hidden = true;
    this.button.setAttribute("aria-keyshortcuts", ariaKeys(keys));
    this.button.addEventListener("mousedown", (event) => event.preventDefault()); // the caret stays in the text
    this.button.addEventListener("click", () => this.#toggle());
    addEventListener("popstate", () => this.#follow());
    document.addEventListener("keydown", (event) => {
      const held = (event.ctrlKey || event.metaKey) && event.altKey && event.shiftKey;
      if (!held || event.code !== "KeyH" || this.button.hidden) return;
      event.preventDefault();
      this.#toggle();
    });
  }

  /** Puts the button into the bar, and where that is narrow into the tools, in front of what they end with. */
  placeIn(bar: HTMLElement, tools: HTMLElement): void {
    const place = (): void => (narrow.matches ? tools.lastElementChild!.before(this.button) : bar.prepend(this.button));
    narrow.addEventListener("change", place);
    place();
  }

  /** Whether the history lies over the text. */
  get shown(): boolean {
    return this.#place !== undefined;
  }

  /** The document is here: its history can be opened, and is when the address says so. */
  show(document: OpenDocument): void {
    this.#document = document;
    this.button.hidden = false;
    document.collab.on("remote", ({ op, revision }) => {
      const line = this.#place?.line;
      if (line) line.position = transformPosition(op, line.position, "right");
      this.#panel?.grow(revision);
    });
    this.#follow();
  }

  /** Whether one may edit, and so restore and name. */
  setMayEdit(mayEdit: boolean): void {
    this.#mayEdit = mayEdit;
    this.#panel?.setMayEdit(mayEdit);
  }

  /** Puts the focus into the text of the history. */
  focus(): void {
    this.#panel?.focusText();
  }

  #toggle(): void {
    if (this.#loading) return; // a second step in the browser's history would ask for a second way back
    if (this.shown) this.#close();
    else {
      history.pushState({ ...history.state, history: true }, "", addressWith(this.#document?.collab.revision));
      this.#follow();
    }
  }

  /** Does what the address says. */
  #follow(): void {
    const revision = revisionOf(location.href);
    if (revision === undefined) this.#hide();
    else if (this.shown) this.#panel?.goTo(revision);
    else void this.#open(revision);
  }

  #close(): void {
    if (history.state?.history)
      history.back(); // and #follow hides it
    else {
      history.replaceState(history.state, "", addressWith(undefined));
      this.#hide();
    }
  }

  async #open(revision: number): Promise<void> {
    const open = this.#document;
    if (!open || this.#loading) return;
    this.#loading = true;
    this.#options.stopFollowing();
    try {
      const { HistoryPanel } = await import("./panel.ts");
      this.#remember(open);
      document.body.dataset.history = "";
      this.button.setAttribute("aria-pressed", "true");
      this.#panel = new HistoryPanel({
        ...open,
        revision,
        mayEdit: this.#mayEdit,
        chrome: this.#options.chrome,
        toasts: this.#options.toasts,
        scroll: this.#place?.scroll ?? 0,
        close: () => this.#close(),
        moved: (to) => history.replaceState(history.state, "", addressWith(to)),
      });
    } catch (error) {
      // A part of the page that cannot be fetched is a TypeError; the worker has it, unless this is the first visit.
      const away = error instanceof TypeError;
      if (!away) reportError(error);
      this.#options.toasts.show(away ? strings.historyAway : strings.historyFailed);
      this.#close();
    } finally {
      this.#loading = false;
      if (revisionOf(location.href) === undefined) this.#hide(); // closed while it was loaded
    }
  }

  #remember({ opened }: OpenDocument): void {
    const top = this.#options.chrome.top();
    const position = scrollY > 0 ? opened.places.below(top) : undefined;
    const at = position === undefined ? undefined : opened.places.top(position);
    this.#place = {
      focused: document.activeElement,
      scroll: scrollY,
      line: position === undefined || at === undefined ? undefined : { position, top: at },
    };
  }

  #hide(): void {
    this.#panel?.destroy();
    this.#panel = undefined;
    const place = this.#place;
    if (!place) return;
    this.#place = undefined;
    delete document.body.dataset.history;
    this.button.removeAttribute("aria-pressed");
    scrollTo({ top: place.scroll, behavior: "instant" });
    this.#focusAgain(place);
    // A text that was out of sight is measured first.
    requestAnimationFrame(() => requestAnimationFrame(() => this.#scrollBack(place)));
  }

  #focusAgain({ focused }: Place): void {
    const text = document.getElementById("text");
    if (focused && text?.contains(focused)) this.#document?.opened.editor.focus();
    else if (focused instanceof HTMLElement && focused !== document.body && focused.checkVisibility()) focused.focus();
    else this.button.focus();
  }

  #scrollBack({ line }: Place): void {
    if (!line || this.shown) return;
    const top = this.#document?.opened.places.top(line.position);
    if (top !== undefined && Math.abs(top - line.top) >= 1) scrollBy({ top: top - line.top, behavior: "instant" });
  }
}
