import { once } from "node:events";
import { createServer, type Server as HttpServer, request } from "node:http";
import type { Duplex } from "node:stream";

/** A proxy in front of the server, of the kind that knows no WebSockets: it refuses them, or never answers. */
export class Gateway {
  readonly url: string;
  /** The addresses that were asked for, as "POST /api/docs". */
  readonly asked: string[] = [];
  #listener: HttpServer;
  #held: Set<Duplex>;

  private constructor(listener: HttpServer, port: number, held: Set<Duplex>) {
    this.#listener = listener;
    this.#held = held;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** A proxy to the server at `port`. */
  static async to(port: number, upgrades: "refuse" | "hang" = "refuse"): Promise<Gateway> {
    const held = new Set<Duplex>();
    const listener = createServer();
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const proxy = new Gateway(listener, address.port, held);
    listener.on("request", (near, answer) => {
      proxy.asked.push(`${near.method} ${near.url}`);
      const { url: path, method, headers } = near;
      const far = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        answer.flushHeaders();
        response.pipe(answer);
        response.on("error", () => answer.destroy());
        response.on("close", () => {
          if (!response.complete) answer.destroy();
        });
      });
      far.on("error", () => {
        if (answer.headersSent) answer.destroy();
        else answer.writeHead(502).end();
      });
      answer.on("close", () => far.destroy());
      near.pipe(far);
    });
    listener.on("upgrade", (near, socket) => {
      proxy.asked.push(`UPGRADE ${near.url}`);
      held.add(socket);
      socket.on("error", () => {});
      if (upgrades === "refuse")
        socket.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    });
    return proxy;
  }

  /** How often this was asked for. */
  count(what: RegExp): number {
    return this.asked.filter((each) => what.test(each)).length;
  }

  async close(): Promise<void> {
    for (const socket of this.#held) socket.destroy();
    this.#listener.closeAllConnections();
    this.#listener.close();
    await once(this.#listener, "close");
  }
}
