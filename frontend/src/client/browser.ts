import { Collab } from "./session.ts";
import { webSocketTransport } from "./socket.ts";

/** Opens a document of the server that this page came from. `close` it to leave. */
export function openCollab(docId: string): Collab {
  const url = new URL(`/api/docs/${encodeURIComponent(docId)}/socket`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const collab = new Collab({ url: url.href, transport: webSocketTransport, online: () => navigator.onLine });
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
