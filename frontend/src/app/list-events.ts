import { type DocumentInfo, type Face, whole } from "./api.ts";

/** What the server tells of the list. */
export interface ListEvents {
  /** The stream has begun: what happened before is not in it, so the list has to be asked for. */
  opened(): void;
  document(doc: DocumentInfo): void;
  peers(id: string, peers: readonly Face[]): void;
  folders(): void;
  /** There is no stream: the list has to be asked for now and then. */
  poll(): void;
}

type Message =
  | { readonly type: "doc"; readonly doc: DocumentInfo }
  | { readonly type: "presence"; readonly id: string; readonly peers: readonly Face[] }
  | { readonly type: "folders" };

/** How often the list is asked for while there is no stream, in milliseconds. */
const pollEvery = 15_000;
/** How long a broken stream has to come back before the list is asked for, in milliseconds. */
const brokenFor = 2_000;
/** How long a stream is kept that nobody looks at, in milliseconds: a browser has few connections to a server. */
const hiddenFor = 20_000;

/** Listens to the events of the list for as long as the page is there and in sight. */
export function listen(events: ListEvents): void {
  let source: EventSource | undefined;
  let hidden: ReturnType<typeof setTimeout> | undefined;
  let broken: ReturnType<typeof setTimeout> | undefined;

  const open = (): void => {
    clearTimeout(hidden);
    if (source && source.readyState !== EventSource.CLOSED) return;
    source = new EventSource("/api/list/events");
    source.addEventListener("error", () => {
      clearTimeout(broken);
      broken = setTimeout(poll, brokenFor);
    });
    source.addEventListener("hello", () => events.opened());
    source.addEventListener("message", ({ data }) => {
      const message = parse(data);
      if (message?.type === "doc") events.document(whole(message.doc));
      else if (message?.type === "presence") events.peers(message.id, message.peers);
      else if (message?.type === "folders") events.folders();
    });
  };
  const close = (): void => source?.close();
  const poll = (): void => {
    if (document.hidden || source?.readyState === EventSource.OPEN) return;
    // A stream that was refused is not opened again by the browser; one that broke is.
    open();
    events.poll();
  };

  setInterval(poll, pollEvery);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hidden = setTimeout(close, hiddenFor);
    else poll();
    if (!document.hidden) clearTimeout(hidden);
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  addEventListener("online", open);
  open();
}

function parse(data: unknown): Message | undefined {
  try {
    return JSON.parse(String(data)) as Message;
  } catch {
    return undefined; // from a newer server, perhaps
  }
}
