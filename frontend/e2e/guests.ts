import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import type { Selection } from "../src/client/types.ts";
import type { Server } from "./server.ts";

/**
 * Brings so many people into a document, each with a login and a socket of their own but without a browser. The caret of
 * each is where `carets` says, in turn; without any they are not in the text. Returns the way to make all of them leave.
 */
export async function guests(
  server: Server,
  id: string,
  count: number,
  carets: readonly Selection[] = [],
): Promise<() => Promise<void>> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const socket = await enter(server, id);
    const caret = carets[index % carets.length];
    if (caret) send(socket, { type: "presence", revision: await server.revision(id), selections: [caret] });
    sockets.push(socket);
  }
  return async () => {
    await Promise.all(
      sockets.map((socket) => {
        const closed = once(socket, "close");
        socket.destroy();
        return closed;
      }),
    );
  };
}

async function enter(server: Server, id: string): Promise<Socket> {
  const me = await fetch(`${server.url}/api/me`);
  const cookie = me.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
  const upgrade = request(`${server.url}/api/docs/${id}/socket`, {
    headers: {
      cookie,
      origin: server.url,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": randomBytes(16).toString("base64"),
      "sec-websocket-protocol": "collabd.v1",
    },
  });
  upgrade.end();
  const [, socket] = (await once(upgrade, "upgrade")) as [unknown, Socket];
  const first = once(socket, "data");
  send(socket, { type: "hello" });
  await first; // welcomed
  socket.on("data", () => {}); // or its writer would wait for us
  return socket;
}

/** Sends a message as one text frame, masked as clients must. */
function send(socket: Socket, message: object): void {
  const payload = Buffer.from(JSON.stringify(message));
  const mask = randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ mask[index % 4]!);
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
  socket.write(Buffer.concat([Buffer.from([0x81, ...length]), mask, masked]));
}
