import { once } from "node:events";
import { connect, createServer, type Server as Listener, type Socket } from "node:net";

/** The network between a browser and the server, which a test can cut and mend. */
export class Cable {
  readonly url: string;
  #listener: Listener;
  #sockets: Set<Socket>;
  #state: { cut: boolean; silent: boolean; deaf: boolean };

  private constructor(
    listener: Listener,
    port: number,
    sockets: Set<Socket>,
    state: { cut: boolean; silent: boolean; deaf: boolean },
  ) {
    this.#listener = listener;
    this.#sockets = sockets;
    this.#state = state;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** A cable to the server at `port`. */
  static async to(port: number): Promise<Cable> {
    const sockets = new Set<Socket>();
    const state = { cut: false, silent: false, deaf: false };
    const listener = createServer((near) => {
      if (state.cut) {
        near.destroy();
        return;
      }
      const far = connect(port, "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on("data", (data) => {
          if (!state.silent && !(state.deaf && from === far)) to.write(data);
        });
        from.on("error", () => {}); // a cut is one
        from.on("close", () => {
          sockets.delete(from);
          to.destroy();
        });
      }
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new Cable(listener, address.port, sockets, state);
  }

  /** Breaks all connections, and each new one at once. */
  cut(): void {
    this.#state.cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Loses all that is sent, while connections stay open: what a dead mobile network looks like. */
  silence(): void {
    this.#state.silent = true;
  }

  /** Loses what the server sends, and nothing else. */
  deafen(): void {
    this.#state.deaf = true;
  }

  /** Mends it; connections that were silent are broken by then. */
  mend(): void {
    if (this.#state.silent || this.#state.deaf) for (const socket of this.#sockets) socket.destroy();
    this.#state.cut = false;
    this.#state.silent = false;
    this.#state.deaf = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, "close");
  }
}
