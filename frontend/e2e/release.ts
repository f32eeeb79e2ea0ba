import { once } from "node:events";
import { createServer, type Server as HttpServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { gunzipSync } from "node:zlib";

/** The names of assets, which end with the hash of their content. */
const asset = /-([0-9A-Z]{8})(v\d+)?\.(js|css|svg|png|txt|webmanifest)/g;

/**
 * Stands before a server and makes its pages those of another release: the same, but all names of assets and the id of the
 * build are others. As a server does, it has only the assets of the release that it is now.
 */
export class Release {
  readonly url: string;
  /** Which release it is, from 1 on. */
  number = 1;
  /** Whether pages are not answered, while all else is. */
  slow = false;
  #listener: HttpServer;
  #held = new Set<Duplex>();

  private constructor(listener: HttpServer, near: number, far: number) {
    this.#listener = listener;
    this.url = `http://127.0.0.1:${near}`;
    listener.on("request", (asked, answer) => this.#pass(far, asked, answer));
    listener.on("upgrade", (asked, socket, head) => {
      const server = connect(far, "127.0.0.1");
      const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
      for (let i = 0; i < asked.rawHeaders.length; i += 2)
        lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`);
      server.write(`${lines.join("\r\n")}\r\n\r\n`);
      server.write(head);
      for (const [from, to] of [
        [socket, server],
        [server, socket],
      ] as const) {
        this.#held.add(from);
        from.on("error", () => {});
        from.on("close", () => to.destroy());
        from.pipe(to);
      }
    });
  }

  /** Releases of the server at `port`. */
  static async of(port: number): Promise<Release> {
    const listener = createServer();
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new Release(listener, address.port, port);
  }

  async close(): Promise<void> {
    for (const socket of this.#held) socket.destroy();
    this.#listener.closeAllConnections();
    this.#listener.close();
    await once(this.#listener, "close");
  }

  #pass(port: number, asked: IncomingMessage, answer: ServerResponse): void {
    const ours = /^\/(assets\/.*|sw\.js|d\/[^/]*)?$/.test(asked.url ?? "");
    if (this.slow && ours && !/^\/(assets\/|sw\.js)/.test(asked.url ?? "")) return;
    const name = (asked.url ?? "").matchAll(asset).next().value;
    if (name && name[2] !== `v${this.number}`) {
      answer.writeHead(404).end();
      return;
    }
    const path = ours ? (asked.url ?? "").replace(asset, "-$1.$3") : asked.url;
    const { method, headers } = asked;
    const far = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      const text = /javascript|css|html|manifest/.test(response.headers["content-type"] ?? "");
      if (!ours || !text) {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
        return;
      }
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        const { "content-encoding": encoding, "content-length": _, ...kept } = response.headers;
        const body = encoding === "gzip" ? gunzipSync(Buffer.concat(parts)) : Buffer.concat(parts);
        answer.writeHead(response.statusCode ?? 502, kept);
        answer.end(this.#rewritten(body.toString()));
      });
    });
    far.on("error", () => answer.destroy());
    asked.pipe(far);
  }

  #rewritten(text: string): string {
    const names = text.replace(asset, `-$1v${this.number}.$3`);
    return names.replace(/"([0-9A-F]{16})"/g, `"$1v${this.number}"`);
  }
}
