/** Opens connections to one server: `socket.ts` with WebSockets, `stream.ts` with events, `fallback.ts` with what works. */
export interface Transport {
  /**
   * Starts to connect to a document, `https://…/api/docs/{id}`. All that happens is told by the connection's callbacks,
   * never before this returns.
   */
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

/** The code of a connection that ended without a word. */
export const NO_WORD = 1006;
/** From this code on it is the server's own word. */
export const SERVER_CODES = 4000;
