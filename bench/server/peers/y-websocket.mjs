// The server that y-websocket 2 brings along, wired as its bin/server.cjs is.
//
//	node y-websocket.mjs               in memory
//	node y-websocket.mjs FOLDER        with y-leveldb
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { obey } from "./peer.mjs";

if (process.argv[2]) process.env.YPERSISTENCE = process.argv[2];
else delete process.env.YPERSISTENCE;

const require = createRequire(import.meta.url);
// It says where it stores on standard output, which is for the driver.
console.info = () => {};
const { getPersistence, setupWSConnection } = require("y-websocket/bin/utils");
const { Server } = createRequire(require.resolve("y-websocket/bin/utils"))("ws");

const http = createServer();
const sockets = new Server({ noServer: true });
sockets.on("connection", setupWSConnection);
http.on("upgrade", (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit("connection", ws, request));
});
http.listen(0, "127.0.0.1", () => {
  obey(http.address().port, () => getPersistence()?.provider.destroy());
});
