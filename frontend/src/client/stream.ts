import { type Clock, systemClock, type Timer } from "./clock.ts";
import { EventParser, type StreamEvent } from "./event-parser.ts";
import { type Connection, NO_WORD, type Transport } from "./transport.ts";

/** A POST whose answer was lost is repeated so often, after a wait that doubles; the server takes it once. */
const POST_TRIES = 5;
const POST_AGAIN_MS = 100;
/** Messages that wait for their turn go together, up to so many characters and messages. */
const POST_CHARACTERS = 64 << 10;
const POST_MESSAGES = 32;
/** More messages than these wait only where nothing gets through. */
const WAITING_MESSAGES = 256;
/** After a refused POST the stream says why, or it does not so soon. */
const LAST_WORDS_MS = 2_000;

export interface StreamOptions {
  /** Bytes of comment after each event, for proxies that pass on full buffers only; 0 by default. */
  readonly padding?: number;
  /** By default the browser's. */
  readonly fetch?: typeof fetch;
  /** By default the system's. */
  readonly clock?: Clock;
}

/** Connects with Server-Sent Events down and POSTs up, where sockets are blocked. */
export function streamTransport(options: StreamOptions = {}): Transport {
  return { open: (url) => new StreamConnection(url, options) };
}

/**
 * One stream and its POSTs. The first frame that is sent, the hello, opens the stream; its first event is a token that
 * names the connection in the POSTs of all other frames, one after the other.
 */
class StreamConnection implements Connection {
  onopen = (): void => {};
  onframe = (_: string): void => {};
  onclose = (_: number, __: string): void => {};
  readonly #url: string;
  readonly #clock: Clock;
  readonly #fetch: typeof fetch;
  readonly #padding: number;
  readonly #abort = new AbortController();
  #timer: Timer;
  #began = false;
  #ended = false;
  #token = "";
  #waiting: string[] = [];
  #posting = false;
  #count = 0; // of the last POST

  constructor(url: string, options: StreamOptions) {
    this.#url = `${url}/events`;
    this.#clock = options.clock ?? systemClock;
    this.#fetch = options.fetch ?? ((...args) => fetch(...args));
    this.#padding = options.padding ?? 0;
    this.#timer = this.#clock.setTimeout(() => this.onopen(), 0);
  }

  send(frame: string): void {
    if (this.#ended) return;
    if (!this.#began) {
      this.#began = true;
      void this.#open(frame);
      return;
    }
    const last = this.#waiting.at(-1);
    // Where the caret was does not matter any more; and one question is enough.
    if (last === frame || (last !== undefined && isPresence(last) && isPresence(frame))) this.#waiting.pop();
    this.#waiting.push(frame);
    if (this.#waiting.length > WAITING_MESSAGES) this.#end(NO_WORD, "");
    else void this.#post();
  }

  close(): void {
    this.#ended = true;
    this.#clock.clearTimeout(this.#timer);
    this.#abort.abort();
  }

  #end(code: number, reason: string): void {
    if (this.#ended) return;
    this.close();
    this.onclose(code, reason);
  }

  // Down.

  async #open(hello: string): Promise<void> {
    try {
      const padding: Record<string, string> = this.#padding > 0 ? { "Collabd-Padding": String(this.#padding) } : {};
      const response = await this.#request(this.#url, hello, { Accept: "text/event-stream", ...padding });
      if (!response.ok || response.body === null) return this.#refused(response.status, await codeOf(response));
      await this.#read(response.body);
    } catch {
      // The network failed, or we have closed it.
    }
    this.#end(NO_WORD, "");
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#ended) return;
      for (const event of parser.push(decoder.decode(value, { stream: true }))) this.#event(event);
    }
  }

  #event({ name, data }: StreamEvent): void {
    if (this.#ended) return;
    if (name === "") return this.#frame(data);
    if (name === "connection") {
      this.#token = data;
      void this.#post();
    } else if (name === "close") {
      const { code, reason } = JSON.parse(data) as { code: number; reason: string };
      this.#end(code, reason);
    }
  }

  /** An error of whoever takes the frame is theirs, not the stream's. */
  #frame(frame: string): void {
    try {
      this.onframe(frame);
    } catch (error) {
      this.#clock.setTimeout(() => {
        throw error;
      }, 0);
    }
  }

  /** A socket cannot tell why it does not open, an answer can. What is final is told as a socket would close. */
  #refused(status: number, code: string): void {
    if (status === 404 && code === "not_found") this.#end(4204, code);
    else if (status === 403 && code === "forbidden") this.#end(4202, code);
    else this.#end(NO_WORD, "");
  }

  // Up.

  async #post(): Promise<void> {
    if (this.#posting || this.#token === "") return;
    this.#posting = true;
    while (this.#waiting.length > 0 && !this.#ended) {
      this.#count++;
      if (!(await this.#deliver(this.#next()))) {
        // The stream may say it better.
        this.#timer = this.#clock.setTimeout(() => this.#end(NO_WORD, ""), LAST_WORDS_MS);
        return; // and nothing more is sent
      }
    }
    this.#posting = false;
  }

  /** As many of the waiting frames as go together. */
  #next(): string {
    let count = 1;
    let characters = this.#waiting[0]!.length;
    for (const frame of this.#waiting.slice(1, POST_MESSAGES)) {
      characters += frame.length + 1;
      if (characters > POST_CHARACTERS) break;
      count++;
    }
    const frames = this.#waiting.splice(0, count);
    return frames.length === 1 ? frames[0]! : `[${frames.join(",")}]`;
  }

  /** Makes one POST, again and again if its answer does not come. Whether the server has taken it. */
  async #deliver(body: string): Promise<boolean> {
    const headers = { "Collabd-Connection": this.#token, "Collabd-Count": String(this.#count) };
    for (let tries = 1; ; tries++) {
      try {
        const { status } = await this.#request(`${this.#url}/messages`, body, headers);
        if (status === 204) return true;
        if (status < 500 && status !== 408 && status !== 429) return false;
      } catch {
        // The network failed: it may have arrived or not.
      }
      if (this.#ended || tries === POST_TRIES) return false;
      await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, POST_AGAIN_MS * 2 ** (tries - 1)));
    }
  }

  #request(url: string, body: string, headers: Record<string, string>): Promise<Response> {
    return this.#fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body,
      cache: "no-store",
      signal: this.#abort.signal,
    });
  }
}

function isPresence(frame: string): boolean {
  return frame.startsWith('{"type":"presence"');
}

/** The code of an error of our server; empty if the answer is somebody else's. */
async function codeOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { error?: { code?: unknown } };
    return typeof error?.code === "string" ? error.code : "";
  } catch {
    return "";
  }
}
