// Hocuspocus with its database extension's hooks: it loads a document from a
// file and stores it there, debounced as it is by default (2 s, 10 s at most).
//
//	node hocuspocus.mjs FOLDER
import { existsSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Server } from "@hocuspocus/server";
import { applyUpdate, encodeStateAsUpdate } from "yjs";
import { obey } from "./peer.mjs";

const folder = process.argv[2];
const file = (name) => join(folder, encodeURIComponent(name));

const server = new Server({
  address: "127.0.0.1",
  port: 0,
  quiet: true,
  stopOnSignals: false,
  async onLoadDocument({ document, documentName }) {
    if (existsSync(file(documentName))) applyUpdate(document, readFileSync(file(documentName)));
    return document;
  },
  async onStoreDocument({ document, documentName }) {
    const temporary = `${file(documentName)}.new`;
    await writeFile(temporary, encodeStateAsUpdate(document), { flush: true });
    await rename(temporary, file(documentName));
  },
});
await server.listen();
obey(server.address.port, () => server.destroy());
