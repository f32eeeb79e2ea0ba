/** Opens connections to one server; `socket.ts` does it with WebSockets. */
export interface Transport {
  /** Starts to connect. All that happens is told by the connection's callbacks, never before this returns. */
  open(url: string): Connection;
}

/** One connection: frames in order, each once, until it closes. */
export interface Connection {
  /** Sends one text frame. Only between `onopen` and `onclose`. */
  send(frame: string): void;
  /** Ends it, with or without the other side's consent. */
  close(): void;
  onopen: () => void;
  onframe: (frame: string) => void;
  /** Comes once, also when it never opened. The code is the WebSocket's; 1006 if nobody said why. */
  onclose: (code: number, reason: string) => void;
}
