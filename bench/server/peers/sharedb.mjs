// ShareDB with the type rich-text.
//
//	node sharedb.mjs                   in memory
//	node sharedb.mjs postgres://…      with sharedb-postgres
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { obey } from "./peer.mjs";

const require = createRequire(import.meta.url);
const richText = require("rich-text");

/** The backend, on the newest ShareDB that its database adapter allows. */
async function backend(url) {
  if (!url) {
    const ShareDB = require("sharedb");
    ShareDB.types.register(richText.type);
    return new ShareDB();
  }
  const own = createRequire(require.resolve("sharedb-postgres"));
  const ShareDB = own("sharedb");
  ShareDB.types.register(richText.type);
  const { Client } = own("pg");
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query("SELECT to_regclass('ops') AS there");
  if (!rows[0].there) {
    await client.query(readFileSync(new URL("./structure.sql", `file://${require.resolve("sharedb-postgres")}`), "utf8"));
  }
  await client.end();
  const PostgresDB = require("sharedb-postgres");
  return new ShareDB({ db: new PostgresDB({ connectionString: url }) });
}

/** A socket as the stream of objects that ShareDB listens to, as its documentation has it. */
class SocketStream extends Duplex {
  constructor(socket) {
    super({ objectMode: true });
    this.socket = socket;
    socket.on("message", (data) => this.push(JSON.parse(data)));
    socket.on("close", () => {
      this.push(null);
      this.end();
      this.emit("close");
      this.emit("end");
    });
    this.on("error", () => socket.close());
    this.on("end", () => socket.close());
  }

  _read() {}

  _write(message, _encoding, next) {
    this.socket.send(JSON.stringify(message));
    next();
  }
}

const shareDB = await backend(process.argv[2]);
const http = createServer();
new WebSocketServer({ server: http }).on("connection", (socket) => shareDB.listen(new SocketStream(socket)));
http.listen(0, "127.0.0.1", () => obey(http.address().port));
