// The server that y-websocket 2 brings along, wired as its bin/server.cjs is.
//
//	node y-websocket.mjs               in memory
//	YPERSISTENCE=FOLDER node y-websocket.mjs    with y-leveldb
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { obey } from "./peer.mjs";

const require = createRequire(import.meta.url);
const { setupWSConnection } = require("y-websocket/bin/utils");
const { Server } = createRequire(require.resolve("y-websocket/bin/utils"))("ws");

const http = createServer();
const sockets = new Server({ noServer: true });
sockets.on("connection", setupWSConnection);
http.on("upgrade", (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit("connection", ws, request));
});
http.listen(0, "127.0.0.1", () => obey(http.address().port));
