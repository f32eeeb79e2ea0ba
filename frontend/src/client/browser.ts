import { fallbackTransport } from "./fallback.ts";
import { Collab } from "./session.ts";
import { webSocketTransport } from "./socket.ts";
import { streamTransport } from "./stream.ts";
import type { Transport } from "./transport.ts";

/** What fills the buffers of proxies that pass on full ones only, in bytes. */
const BUFFER_BYTES = 4096;

/** A socket, or a stream of events where sockets are blocked; for all documents of a page. */
export const browserTransport: Transport = fallbackTransport([
  { transport: webSocketTransport },
  { transport: streamTransport() },
  { transport: streamTransport({ padding: BUFFER_BYTES }), afterSilence: true },
]);

/** Opens a document of the server that this page came from. `close` it to leave. */
export function openCollab(docId: string): Collab {
  const { href } = new URL(`/api/docs/${encodeURIComponent(docId)}`, location.href);
  const collab = new Collab({ url: href, transport: browserTransport, online: () => navigator.onLine });
  const look = () => collab.notifyOnline(navigator.onLine);
  addEventListener("online", look);
  addEventListener("offline", look);
  // A page that was asleep or in the back/forward cache finds out here that its socket is dead.
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
  return collab;
}
