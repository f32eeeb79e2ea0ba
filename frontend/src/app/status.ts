import type { Status } from "../client/types.ts";
import { button, h } from "./dom.ts";
import { strings } from "./strings.ts";

/** Edits on their way that nobody needs to hear of; more than these take long enough to be counted aloud. */
const usual = 9;
/** How long something may be on its way before the words change, in milliseconds: they would flicker at every key. */
const patience = 400;

/** The one element that says whether what one has typed is saved. */
export class StatusLine {
  readonly element: HTMLElement;
  #status = h("span", { class: "status", role: "status", "data-state": "connecting", "data-unsent": "0" });
  #text = h("span", { class: "status-text" });
  #retry: HTMLButtonElement;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: Status = { state: "connecting", unsent: 0 };
  #titleUnsaved = false;

  constructor(retry: () => void) {
    this.#status.append(h("span", { class: "status-mark", "aria-hidden": "true" }), this.#text);
    this.#retry = button({ class: "link-button", onclick: retry }, strings.retryNow);
    this.#retry.hidden = true;
    this.element = h("div", { class: "status-line" }, this.#status, this.#retry);
    this.#text.textContent = strings.states.connecting;
  }

  /** Tells that the title could not be saved yet: it is not among the edits, and goes another way. */
  setTitleUnsaved(unsaved: boolean): void {
    if (unsaved === this.#titleUnsaved) return;
    this.#titleUnsaved = unsaved;
    this.show(this.#last);
  }

  show(status: Status): void {
    this.#last = status;
    this.#status.dataset.state = status.state;
    this.#status.dataset.unsent = String(status.unsent);
    this.#status.dataset.store = status.storeDown ? "down" : "up";
    this.#status.dataset.kept = status.unkept ? "no" : "yes";
    this.#retry.hidden = status.state !== "reconnecting";
    clearTimeout(this.#timer);
    const text = this.#titleUnsaved ? `${wording(status)} · ${strings.titleUnsaved}` : wording(status);
    if (status.state === "saving" && status.unsent <= usual && !status.storeDown) {
      this.#timer = setTimeout(() => this.#say(text, status.state), patience);
    } else {
      this.#say(text, status.state);
    }
  }

  #say(text: string, state: string): void {
    this.#status.dataset.shown = state;
    if (this.#text.textContent !== text) this.#text.textContent = text; // a live region: say nothing twice
  }
}

function wording(status: Status): string {
  const { state, unsent, unkept } = status;
  // What the server has needs no keeping here.
  const atRisk = unkept && (unsent > 0 || state === "offline" || state === "reconnecting");
  return atRisk ? `${counted(status)} · ${strings.unkept}` : counted(status);
}

function counted({ state, unsent, storeDown, slowed }: Status): string {
  const saving = state === "saving";
  const text = saving && storeDown ? strings.storeDown : saving && slowed ? strings.slowed : strings.states[state];
  const many = saving && !storeDown ? unsent > usual : unsent > 0;
  return many ? `${text} · ${strings.unsent(unsent)}` : text;
}
