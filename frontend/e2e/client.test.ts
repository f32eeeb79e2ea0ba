import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Collab } from "../src/client/session.ts";
import { streamTransport } from "../src/client/stream.ts";
import { ToyEditor } from "../src/client/testing/editor.ts";
import type { UnsentCopy } from "../src/client/types.ts";
import { randomOf } from "../src/ot/testing.ts";
import { Server } from "./server.ts";

const seed = Number(process.env.COLLABD_SEED ?? Date.now() % 2 ** 31);
const words = 120;
const kills = 3;

/** A program with a login of its own that writes by the client library, without a browser and without our pages. */
class Program {
  readonly collab: Collab;
  readonly copies: UnsentCopy[] = [];
  readonly ready: Promise<ToyEditor>;
  #cookies = new Map<string, string>();

  constructor(server: Server, id: string) {
    const transport = streamTransport({ fetch: (url, init) => this.#fetch(url, init) });
    this.collab = new Collab({ url: `${server.url}/api/docs/${id}`, transport });
    this.collab.on("copy", (copy) => this.copies.push(copy));
    this.ready = new Promise((resolve) => {
      this.collab.on("ready", () => resolve(new ToyEditor(this.collab)));
    });
  }

  /** As a browser's, with a jar of cookies. */
  async #fetch(url: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(url, { ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      this.#cookies.set(name!, value!);
    }
    return response;
  }
}

describe(`the client library and the real server (COLLABD_SEED=${seed})`, () => {
  let server: Server;
  let programs: Program[] = [];
  beforeEach(async () => {
    server = await Server.start();
  });
  afterEach(async () => {
    for (const { collab } of programs) collab.close();
    programs = [];
    await server.stop();
  });

  it("every word is there once, wherever it was typed, though the server is killed under them", async () => {
    const random = randomOf(seed);
    const int = (limit: number) => Math.floor(random() * limit);
    const id = await server.create("text");
    programs = [1, 2, 3].map(() => new Program(server, id));
    const editors = await Promise.all(programs.map(({ ready }) => ready));
    for (let n = 0; n < words; n++) {
      const editor = editors[int(editors.length)]!;
      // Between words, which stay whole, so that each can be counted.
      const places = [0, ...[...editor.text.matchAll(/\]/g)].map(({ index }) => index + 1)];
      editor.type(places[int(places.length)]!, `[${n} 😀]`);
      // A round of the loop, in which what has come is taken; now and then a whole acknowledgement.
      if (int(4) > 0) await new Promise((resolve) => setImmediate(resolve));
      else await expect.poll(() => editor.collab.status.unsent, { timeout: 20_000, interval: 5 }).toBe(0);
      if ((n + 1) % Math.ceil(words / (kills + 1)) === 0) {
        await server.kill();
        await server.restart();
      }
    }
    await expect
      .poll(
        async () => {
          const head = await server.revision(id);
          return programs.every(({ collab }) => collab.status.unsent === 0 && collab.revision === head);
        },
        { timeout: 30_000, interval: 20 },
      )
      .toBe(true);
    const text = await server.text(id);
    expect(editors.map((editor) => editor.text)).toEqual(editors.map(() => text));
    const found = [...text.matchAll(/\[(\d+) 😀\]/g)].map(([, n]) => Number(n)).sort((a, b) => a - b);
    expect(found).toEqual(Array.from({ length: words }, (_, n) => n));
    expect(text.length).toBe(found.reduce((sum, n) => sum + `[${n} 😀]`.length, 0));
    expect(programs.flatMap(({ copies }) => copies)).toEqual([]);
    expect(editors.map(({ loads }) => loads)).toEqual([1, 1, 1]);
  });
});
