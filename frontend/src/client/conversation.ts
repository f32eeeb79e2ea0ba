import { OtError } from "../ot/error.ts";
import type { Op } from "../ot/op.ts";
import { Assembly } from "./assembly.ts";
import { decode, ProtocolError, type ServerMessage, type Welcome } from "./messages.ts";

/** What a conversation leads to. */
export interface ConversationOwner {
  /** The hello to begin with, or undefined when there is none to be said any more. */
  hello(): string | Promise<string | undefined>;
  send(frame: string): void;
  /** Whether a frame is held back; it comes again. */
  holds(frame: string): boolean;
  /** The server knows the client, and goes on where it was. */
  resumed(welcome: Welcome): void;
  /** A client that begins anew will get its document. */
  anew(): void;
  /** The document of that client is here. */
  loaded(welcome: Welcome, document: Op): void;
  /** Anything else, in its order. */
  told(message: ServerMessage): void;
  /** What the server said is not of the protocol. */
  broken(): void;
  /** It does not belong to what is here. */
  diverged(): void;
}

/** What is said on one connection after the other: the hello, and what comes, put together where it comes in parts. */
export class Conversation {
  #connection = 0; // counts those that opened or ended
  #assembly = new Assembly();
  #coming: Welcome | undefined; // of a document that is still on its way

  constructor(readonly owner: ConversationOwner) {}

  /** A connection is open. */
  begin(): void {
    const connection = ++this.#connection;
    this.#assembly = new Assembly();
    const hello = this.owner.hello();
    if (typeof hello === "string") return this.owner.send(hello);
    void hello.then((words) => {
      if (words !== undefined && connection === this.#connection) this.owner.send(words);
    });
  }

  /** It is gone. */
  end(): void {
    this.#connection++;
    this.#coming = undefined;
  }

  frame(frame: string): void {
    if (this.owner.holds(frame)) return;
    try {
      for (const message of decode(frame)) {
        for (const complete of this.#assembly.take(message)) this.#take(complete);
      }
    } catch (error) {
      if (error instanceof ProtocolError) this.owner.broken();
      else if (error instanceof OtError) this.owner.diverged();
      else throw error;
    }
  }

  #take(message: ServerMessage): void {
    if (message.type === "welcome") {
      if (message.resumed) return this.owner.resumed(message);
      this.#coming = message;
      return this.owner.anew();
    }
    if (message.type !== "doc") return this.owner.told(message);
    const welcome = this.#coming;
    if (welcome === undefined) throw new ProtocolError("a document without a welcome");
    this.#coming = undefined;
    this.owner.loaded(welcome, message.op);
  }
}
