import { cutsPair } from "../ot/op.ts";
import { merge } from "./title-merge.ts";

/** The most UTF-16 code units of a title; the server takes as many characters, of which some have two units. */
export const titleUnits = 200;
/** How long nobody has typed before what was typed is sent, in milliseconds. */
const pause = 300;
/** How long it takes to try again after a failure, in milliseconds. */
const again = 3000;
/** How long the server's news of our own title may be behind its answer to us, in milliseconds. */
const echoTime = 2000;

/** What a TitleSync needs. */
export interface TitleSyncOptions {
  /** Gives the document this title while it still has the title `was`; answers with the one that it has then. */
  readonly save: (title: string, was: string) => Promise<{ readonly saved: boolean; readonly title: string }>;
  /** The title is another now, by others; `position` tells where a place in the old one is in it. */
  readonly show: (title: string, position: (at: number) => number) => void;
  /** Whether something is not saved, or could not be. */
  readonly changed: () => void;
}

/**
 * One's own title and the server's, kept the same while several people write at both. What others wrote is merged into
 * what was written here, and the server takes a title only over one that has been seen here: so no one's words are lost.
 */
export class TitleSync {
  #options: TitleSyncOptions;
  #server = "";
  #text = "";
  #held: string | undefined; // the server's news, while an input method composes
  #composing = false;
  #sending: string | undefined;
  #echoes: { readonly title: string; readonly until: number }[] = []; // known from answers, and not heard of yet
  #failed = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TitleSyncOptions) {
    this.#options = options;
  }

  /** Whether what is written here is not the server's title yet. */
  get unsaved(): boolean {
    return !this.#stopped && lineOf(this.#text) !== this.#server;
  }

  /** Whether the last try to save it failed. */
  get failed(): boolean {
    return this.#failed && this.unsaved;
  }

  /** The user has changed the title to this. */
  typed(text: string): void {
    this.#text = text;
    this.#schedule(pause);
    this.#options.changed();
  }

  /** Sends what is unsaved now: at leaving the field, or when the connection is back. */
  flush(): void {
    if (this.unsaved) this.#schedule(0);
  }

  /** The server says that this is the title. */
  heard(title: string): void {
    if (this.#composing) {
      this.#held = title;
      return;
    }
    if (this.#isEcho(title)) return;
    const merged = merge(this.#server, this.#text, title);
    const text = withinLimit(merged.text);
    this.#server = title;
    if (text !== this.#text) {
      this.#text = text;
      this.#options.show(text, (at) => Math.min(merged.position(at), text.length));
    }
    if (this.unsaved) this.#schedule(pause);
    else this.#failed = false;
    this.#options.changed();
  }

  /** An input method begins or ends to compose: meanwhile nothing may move under it. */
  compose(composing: boolean): void {
    this.#composing = composing;
    if (composing || this.#held === undefined) return;
    const title = this.#held;
    this.#held = undefined;
    this.heard(title);
  }

  /** One may not rename it any more: nothing is sent, and nothing counts as unsaved. */
  stop(stopped: boolean): void {
    this.#stopped = stopped;
    if (stopped) clearTimeout(this.#timer);
    else this.flush();
  }

  /** Whether this is no news: what an answer of the server has told already, coming again over the other way. */
  #isEcho(title: string): boolean {
    if (title === this.#sending) {
      this.#server = title;
      return true;
    }
    const now = Date.now();
    const at = this.#echoes.findIndex((echo) => echo.title === title && echo.until > now);
    if (at < 0) return false;
    this.#echoes = this.#echoes.slice(at + 1);
    return this.#echoes.length > 0 || this.#server === title; // the last one puts right what came between
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped && this.#sending === undefined) this.#timer = setTimeout(() => void this.#send(), delay);
  }

  async #send(): Promise<void> {
    if (!this.unsaved || this.#sending !== undefined || this.#composing) return;
    const title = lineOf(this.#text);
    this.#sending = title;
    let wait = pause;
    try {
      const answer = await this.#options.save(title, this.#server);
      this.#failed = false;
      const heard = this.#server === title;
      this.#sending = undefined;
      if (answer.saved && !heard) this.#server = title;
      if (answer.title !== title) this.heard(answer.title);
      if (!heard) this.#echoes = [...this.#echoes, { title: answer.title, until: Date.now() + echoTime }].slice(-20);
      if (!answer.saved) wait = 0;
    } catch {
      this.#failed = true;
      wait = again;
    }
    this.#sending = undefined;
    if (this.unsaved) this.#schedule(wait);
    this.#options.changed();
  }
}

/** A title as the server keeps it: one line, each space one, and none at the ends. */
function lineOf(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

function withinLimit(text: string): string {
  if (text.length <= titleUnits) return text;
  return text.slice(0, cutsPair(text, titleUnits) ? titleUnits - 1 : titleUnits);
}
