/** The client library of collabd: see README.md beside this file. */

export { browserTransport, openCollab } from "./browser.ts";
export type { Clock } from "./clock.ts";
export { fallbackTransport, type Way } from "./fallback.ts";
export type { CollabOptions } from "./options.ts";
export { Collab } from "./session.ts";
export { webSocketTransport } from "./socket.ts";
export { type StreamOptions, streamTransport } from "./stream.ts";
export type { Connection, Transport } from "./transport.ts";
export type * from "./types.ts";
