import { composeAll } from "../ot/compose.ts";
import type { Op } from "../ot/op.ts";
import { documentOf } from "../ot/text.ts";
import { type CatchupPart, ProtocolError, type ServerMessage } from "./messages.ts";

/**
 * Puts together what comes in parts: the document and a catch-up. The client is between two revisions until the last
 * part is here, so nothing of them is given on before, and what comes in between is kept for after, in its order. A
 * connection that breaks in the middle leaves no trace: a new connection gets a new Assembly.
 */
export class Assembly {
  #ops: Op[] = [];
  #parts = 0; // of what is being put together; 0 if nothing is
  #catchup: CatchupPart | undefined;
  #kept: ServerMessage[] = [];

  /** Takes the next message, and gives those that are complete: documents and catch-ups in one part. */
  take(message: ServerMessage): readonly ServerMessage[] {
    switch (message.type) {
      case "welcome":
        if (message.resumed) return [message];
        this.#parts = message.parts;
        // An empty document has no parts; it is complete with the welcome.
        return message.parts > 0 ? [message] : [message, { type: "doc", part: 1, parts: 1, op: [] }];
      case "doc":
      case "catchup":
        return this.#takePart(message);
      case "goaway":
      case "error":
      case "other":
        return [message];
      default:
        if (this.#parts === 0) return [message];
        this.#kept.push(message);
        return [];
    }
  }

  #takePart(message: ServerMessage & { type: "doc" | "catchup" }): readonly ServerMessage[] {
    if (message.type === "catchup" && this.#parts === 0) {
      this.#parts = message.parts;
      this.#catchup = message;
    }
    const same =
      message.type === "doc"
        ? this.#catchup === undefined
        : this.#catchup?.after === message.after && this.#catchup.to === message.to;
    if (!same || message.parts !== this.#parts || message.part !== this.#ops.length + 1) {
      throw new ProtocolError("a part that does not follow the one before");
    }
    this.#ops.push(message.op);
    if (message.part < message.parts) return [];
    const op = message.type === "doc" ? documentOf(this.#ops.flat()) : composeAll(this.#ops);
    const complete = [{ ...message, part: 1, parts: 1, op }, ...this.#kept];
    this.#ops = [];
    this.#parts = 0;
    this.#catchup = undefined;
    this.#kept = [];
    return complete;
  }
}
