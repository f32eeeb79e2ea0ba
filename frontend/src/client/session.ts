import type { Op } from "../ot/op.ts";
import { Client } from "./client.ts";
import type { CollabOptions } from "./options.ts";
import type { CollabEvents, Editor, Selection, Status } from "./types.ts";

/**
 * One document, kept the same as everybody else's. An Editor shows it and tells of its user's changes; this sends them,
 * sends them again after a lost connection, and brings those of others. It connects at once and for ever, until `close`.
 * With a journal it goes on where the page before it ended.
 */
export class Collab {
  readonly #client: Client;

  constructor(options: CollabOptions) {
    this.#client = new Client(options);
  }

  /** Whether all that the user did is in the journal, so that it outlives the page; false without one. */
  get kept(): boolean {
    return this.#client.keeper.complete;
  }

  /** How things stand; the `status` event tells of each change. */
  get status(): Status {
    return this.#client.status;
  }

  /** The last revision applied. */
  get revision(): number {
    return this.#client.replica?.revision ?? 0;
  }

  /** The id of this client, empty until `ready`. It is a new one after a resync. */
  get client(): string {
    return this.#client.facts.welcome?.client ?? "";
  }

  /** The document as its user sees it, with what is unsent. */
  get document(): Op {
    return this.#client.replica?.document ?? [];
  }

  /** The hash of `document`, the same for all who have the same; 16 digits, empty until `ready`. */
  get hash(): string {
    return this.#client.replica?.hash ?? "";
  }

  /** Calls `listener` at each such event; the result ends that. */
  on<Name extends keyof CollabEvents>(name: Name, listener: (value: CollabEvents[Name]) => void): () => void {
    return this.#client.events.on(name, listener);
  }

  /** Gives the document to an editor, and keeps it up to date from now on. Not before `ready`. */
  attach(editor: Editor): void {
    if (this.#client.replica === undefined)
      throw new Error("attach before ready: the kind of the document is not known yet");
    this.#client.shown.attach(editor);
  }

  /**
   * The user changed the document: `op` applies to what the editor showed before. An op that does not fit is not sent:
   * it is kept (`copy`), and the editor is loaded again.
   */
  localEdit(op: Op): void {
    this.#client.localEdit(op);
  }

  /** Where the user's carets are, in the content of the editor, after all that `localEdit` was told. `[]`: nowhere. */
  select(selections: readonly Selection[]): void {
    this.#client.select(selections);
  }

  /** Tries to connect now; after a stop, too. */
  retryNow(): void {
    this.#client.retryNow();
  }

  /** The network came or went, or the page is seen again: a dead connection is found and a new one made sooner. */
  notifyOnline(online: boolean): void {
    this.#client.notifyOnline(online);
  }

  /** Gives the journal at once what it would be given soon: the page may be about to end. */
  flush(): void {
    this.#client.keeper.flush();
  }

  /** Ends the session. What is unsent stays in the journal; without one it is lost, so look at `status.unsent` first. */
  close(): void {
    this.#client.end();
    this.#client.keeper.close(false);
  }

  /** Ends the session and takes it out of the journal. */
  forget(): void {
    this.#client.end();
    this.#client.keeper.close(true);
  }
}
