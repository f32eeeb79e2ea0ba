import type { Connection, Transport } from "./transport.ts";

/** The version of the protocol that we speak, as a WebSocket subprotocol. */
const SUBPROTOCOL = "collabd.v1";

/** Connects with the browser's WebSocket. */
export const webSocketTransport: Transport = {
  open(url) {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/socket`, SUBPROTOCOL);
    const connection: Connection = {
      send: (frame) => socket.send(frame),
      close: () => socket.close(),
      onopen: () => {},
      onframe: () => {},
      onclose: () => {},
    };
    socket.onopen = () => connection.onopen();
    socket.onmessage = (event: MessageEvent<unknown>) => {
      // Binary frames are not of this protocol; as an empty text they are refused like any other nonsense.
      connection.onframe(typeof event.data === "string" ? event.data : "");
    };
    socket.onclose = (event) => connection.onclose(event.code, event.reason);
    return connection;
  },
};
