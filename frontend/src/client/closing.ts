/** What a client does after a close: try again, start afresh with a copy of what is unsent, or give up. */
export type CloseAction = "retry" | "resync" | "stop";

/** What the code of a close asks for. Codes that we do not know count by their range. */
export function closeAction(code: number): CloseAction {
  if (code >= 4100 && code <= 4199) return "resync";
  if (code >= 4200 && code <= 4299) return "stop";
  return "retry";
}

/** The names of the closes that end a session, with a sentence for its user. */
const sentences: Readonly<Record<string, string>> = {
  bad_message: "This page and the server do not understand each other. Reload the page.",
  too_large: "A change was too large for the server. Reload the page and try it in smaller steps.",
  forbidden: "You are not allowed to change this document.",
  superseded: "This document was opened again elsewhere with the same identity.",
  not_found: "This document does not exist any more.",
  bad_hello: "This page and the server do not understand each other. Reload the page.",
};

/** A sentence for a stop whose reason is `name`. */
export function stopMessage(name: string): string {
  return sentences[name] ?? "The server ended the session. Reload the page.";
}
