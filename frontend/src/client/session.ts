import { OtError } from "../ot/error.ts";
import type { Op } from "../ot/op.ts";
import { plainText } from "../ot/text.ts";
import { Assembly } from "./assembly.ts";
import { type Clock, systemClock } from "./clock.ts";
import { closeAction, stopMessage } from "./closing.ts";
import { Condition, sameStatus } from "./condition.ts";
import { Events } from "./events.ts";
import { Link } from "./link.ts";
import { decode, hello, ProtocolError, type ServerMessage, sameUser, type Welcome } from "./messages.ts";
import type { CollabOptions } from "./options.ts";
import { samePeers } from "./presence.ts";
import { Replica } from "./replica.ts";
import { Throttle } from "./throttle.ts";
import type { CollabEvents, ConnectionState, Editor, Peer, RemoteChange, Role, Selection, Status } from "./types.ts";

/** At most one presence message in so many milliseconds. */
const PRESENCE_PACE_MS = 50;
/**
 * One document, kept the same as everybody else's. An Editor shows it and tells of its user's changes; this sends them,
 * sends them again after a lost connection, and brings those of others. It connects at once and for ever, until `close`.
 */
export class Collab {
  readonly #options: CollabOptions;
  readonly #clock: Clock;
  readonly #events = new Events<CollabEvents>();
  readonly #link: Link;
  readonly #presence: Throttle;
  readonly #peers: Throttle;
  readonly #condition: Condition; // of the server
  #session: Welcome | undefined; // the last welcome; undefined until the first document is here
  #replica: Replica | undefined; // undefined just as long
  #editor: Editor | undefined;
  #assembly = new Assembly();
  #coming: Welcome | undefined; // of a document that is still on its way
  #live = false; // connected, welcomed, and the document is here
  #onWire = 0; // the last seq that was sent on this connection
  #resync: string | undefined; // why the next hello is a new one
  #broken = false; // the editor shows something else than the replica
  #shown: readonly Peer[] = []; // the peers as they were shown last
  #typed = false;
  #notifiedOnline = true;
  #inDoubt = false; // a ping is not answered yet
  #refusal = ""; // what the server said before it closed
  #stopped: { readonly code: string; readonly message: string } | undefined;
  #status: Status = { state: "connecting", unsent: 0 };

  constructor(options: CollabOptions) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    this.#presence = new Throttle(clock, PRESENCE_PACE_MS, () => this.#sendPresence());
    this.#peers = new Throttle(clock, 0, () => this.#showPeers());
    this.#condition = new Condition(clock, () => this.#update());
    this.#link = new Link(
      {
        opened: () => this.#hello(),
        frame: (frame) => this.#frame(frame),
        lost: (code, reason) => this.#lost(code, reason),
        waiting: () => this.#live && this.#mayEdit && this.#unsent > 0,
        doubt: (inDoubt) => {
          this.#inDoubt = inDoubt;
          this.#update();
        },
      },
      { url: options.url, transport: options.transport, clock, random: options.random ?? Math.random },
    );
    this.#link.connect();
    this.#update();
  }

  /** How things stand; the `status` event tells of each change. */
  get status(): Status {
    return this.#status;
  }

  /** The last revision applied. */
  get revision(): number {
    return this.#replica?.revision ?? 0;
  }

  /** The id of this client, empty until `ready`. It is a new one after a resync. */
  get client(): string {
    return this.#session?.client ?? "";
  }

  /** The document as its user sees it, with what is unsent. */
  get document(): Op {
    return this.#replica?.document ?? [];
  }

  /** Calls `listener` at each such event; the result ends that. */
  on<Name extends keyof CollabEvents>(name: Name, listener: (value: CollabEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Gives the document to an editor, and keeps it up to date from now on. Not before `ready`. */
  attach(editor: Editor): void {
    if (this.#replica === undefined) throw new Error("attach before ready: the kind of the document is not known yet");
    this.#editor = editor;
    this.#reload();
  }

  /**
   * The user changed the document: `op` applies to what the editor showed before. An op that does not fit is not sent:
   * it is kept (`copy`), and the editor is loaded again.
   */
  localEdit(op: Op): void {
    if (this.#replica === undefined) throw new Error("localEdit before ready: there is no document yet");
    if (this.#broken) return this.#refuse(op);
    try {
      if (!this.#replica.localEdit(op)) return;
    } catch (error) {
      if (error instanceof OtError) return this.#refuse(op);
      throw error;
    }
    this.#typed = true;
    this.#sendEdit();
    if (this.#shown.length > 0) this.#peers.ask(); // not now: the editor is in the middle of its own change
    this.#update();
  }

  /** Where the user's carets are, in the content of the editor, after all that `localEdit` was told. `[]`: nowhere. */
  select(selections: readonly Selection[]): void {
    this.#replica?.caret.select(selections);
    this.#presence.ask();
  }

  /** Tries to connect now; after a stop, too. */
  retryNow(): void {
    if (this.#stopped === undefined) {
      this.#link.hurry();
    } else {
      this.#stopped = undefined;
      this.#link.connect();
    }
    this.#update();
  }

  /** The network came or went, or the page is seen again: a dead connection is found and a new one made sooner. */
  notifyOnline(online: boolean): void {
    this.#notifiedOnline = online;
    if (this.#stopped === undefined && (online || this.#live)) this.#link.hurry();
    this.#update();
  }

  /** Ends the session. What is unsent is lost, so look at `status.unsent` first. */
  close(): void {
    this.#link.close();
    this.#presence.stop();
    this.#peers.stop();
    this.#condition.forget();
    this.#live = false;
    this.#editor = undefined;
  }

  // From the connection.

  #hello(): void {
    this.#assembly = new Assembly();
    this.#refusal = "";
    this.#link.send(hello(this.#resync === undefined ? this.#session : undefined, this.revision));
  }

  #frame(frame: string): void {
    try {
      for (const message of decode(frame)) {
        for (const complete of this.#assembly.take(message)) this.#take(complete);
      }
    } catch (error) {
      if (error instanceof ProtocolError) this.#link.drop();
      else if (error instanceof OtError) this.#diverged();
      else throw error;
    }
    this.#update();
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        if (message.resumed) return this.#resumed(message);
        if (this.#session !== undefined) this.#resync ??= "not_resumed";
        this.#coming = message;
        return;
      case "doc":
        return this.#load(message.op);
      case "records":
        return this.#changed(this.#known.records(this.client, message.after, message.records));
      case "catchup":
        return this.#changed(this.#known.catchup(message.after, message.to, message.op));
      case "presence":
        this.#known.presence(this.client, message);
        return this.#showPeers();
      case "title":
        if (this.#session) this.#session = { ...this.#session, title: message.title };
        return this.#events.emit("title", message.title);
      case "role":
        return this.#setRole(message.role);
      case "goaway":
        return this.#link.hold(message.retryMs);
      case "slow":
        return this.#condition.slow(message.waitMs);
      case "store":
        return this.#condition.store(message.ok);
      case "error":
        this.#refusal = message.message;
    }
  }

  #lost(code: number, reason: string): boolean {
    const action = closeAction(code);
    const name = reason || `close_${code}`;
    this.#live = false;
    this.#inDoubt = false;
    this.#condition.forget();
    this.#coming = undefined;
    this.#replica?.alone();
    if (action === "resync") this.#resync = name;
    if (action === "stop") {
      this.#stopped = { code: name, message: this.#refusal || stopMessage(name) };
      this.#keepUnsent(name);
    }
    this.#showPeers();
    this.#update();
    return action !== "stop";
  }

  /** What we have and what the server sends do not belong together: begin anew. Nothing unsent is lost by it. */
  #diverged(): void {
    this.#resync = "diverged";
    this.#link.drop();
  }

  // The document.

  /** The replica, for messages that make no sense without it. */
  get #known(): Replica {
    if (this.#replica === undefined || !this.#live) throw new ProtocolError("a message before the welcome");
    return this.#replica;
  }

  #load(op: Op): void {
    const welcome = this.#coming;
    if (welcome === undefined) throw new ProtocolError("a document without a welcome");
    const first = this.#session === undefined;
    // Only now, so that what was typed since the connection ended is in the copy too.
    if (this.#resync !== undefined) this.#keepUnsent(this.#resync);
    this.#coming = undefined;
    this.#resync = undefined;
    this.#replica = new Replica(op, welcome);
    this.#connected(welcome);
    this.#reload();
    const { kind, title, role, user, revision } = welcome;
    if (first) this.#events.emit("ready", { kind, title, role, user, revision });
  }

  #resumed(welcome: Welcome): void {
    if (this.#replica === undefined) throw new ProtocolError("a client resumed that never began");
    this.#replica.resume(welcome);
    this.#connected(welcome);
    this.#editor?.setReadOnly(!this.#mayEdit);
    this.#sendEdit();
    this.#presence.ask();
  }

  #connected(welcome: Welcome): void {
    const before = this.#session;
    this.#session = welcome;
    this.#live = true;
    this.#onWire = welcome.acked;
    this.#link.settled();
    const { title, user, role } = welcome;
    if (before?.title !== title) this.#events.emit("title", title);
    if (before?.role !== role) this.#events.emit("role", role);
    if (before === undefined || !sameUser(before.user, user)) this.#events.emit("user", user);
  }

  /** The replica has taken records; what of them is new to the editor is in `changes`. */
  #changed(changes: readonly RemoteChange[]): void {
    for (const change of changes) {
      const { op, author } = change;
      // An editor that had to be loaded again has all of it.
      if (op.length > 0 && !this.#edit((editor) => editor.applyRemote(op, author))) break;
    }
    this.#sendEdit();
    this.#presence.ask();
    this.#showPeers();
    for (const change of changes) this.#events.emit("remote", change);
  }

  // To the connection.

  get #unsent(): number {
    return this.#replica?.changes ?? 0;
  }

  get #mayEdit(): boolean {
    return this.#session?.role === "owner" || this.#session?.role === "editor";
  }

  /** Sends the inflight edit, unless this connection has had it. It is always the same message. */
  #sendEdit(): void {
    const state = this.#replica?.state;
    if (!this.#live || !this.#mayEdit || state === undefined || state.kind === "synchronized") return;
    if (state.edit.seq <= this.#onWire) return;
    this.#onWire = state.edit.seq;
    this.#link.send(JSON.stringify({ type: "edit", ...state.edit }), true);
  }

  #sendPresence(): void {
    if (!this.#live || this.#replica === undefined) return;
    const selections = this.#replica.caret.take(this.#replica.state);
    if (selections === undefined) return;
    this.#link.send(JSON.stringify({ type: "presence", revision: this.revision, selections }));
  }

  // To the editor and the page.

  #setRole(role: Role): void {
    if (this.#session === undefined) return;
    this.#session = { ...this.#session, role };
    this.#editor?.setReadOnly(!this.#mayEdit);
    this.#events.emit("role", role);
    if (this.#mayEdit) this.#sendEdit();
    else this.#keepUnsent("role_changed");
  }

  #reload(): void {
    this.#broken = false;
    this.#editor?.load(this.document);
    this.#editor?.setReadOnly(!this.#mayEdit);
    this.#showPeers();
  }

  /** False if the editor failed. It is then loaded again, since nobody knows what it shows; its error still comes out. */
  #edit(call: (editor: Editor) => void): boolean {
    try {
      if (this.#editor !== undefined) call(this.#editor);
      return true;
    } catch (error) {
      this.#clock.setTimeout(() => {
        throw error;
      }, 0);
      this.#reload();
      return false;
    }
  }

  /** An edit that does not fit the document: the editor and we are not of one mind, and its user must not pay for it. */
  #refuse(op: Op): void {
    this.#keep(op, "invalid_edit");
    if (this.#broken) return;
    this.#broken = true;
    // Not now: an editor cannot be loaded in the middle of its own change.
    this.#clock.setTimeout(() => this.#reload(), 0);
  }

  #keepUnsent(reason: string): void {
    const op = this.#replica?.unsent ?? [];
    if (op.length > 0) this.#keep(op, reason);
  }

  #keep(op: Op, reason: string): void {
    const text = plainText(op).replaceAll("\ufffc", "");
    this.#events.emit("copy", { op, text, document: this.document, at: this.#clock.now(), reason });
  }

  #showPeers(): void {
    this.#peers.stop();
    const peers = this.#replica?.peers ?? [];
    const before = this.#shown;
    this.#shown = peers;
    // The editor is told in any case: it may have moved its carets in its own way meanwhile.
    if (peers.length > 0 || before.length > 0) this.#editor?.showPeers(peers);
    if (!samePeers(peers, before)) this.#events.emit("peers", peers);
  }

  #update(): void {
    const status: Status = {
      state: this.#stopped ? "error" : this.#connectionState(),
      unsent: this.#unsent,
      ...this.#condition.status,
      ...(this.#stopped && { error: this.#stopped }),
    };
    if (sameStatus(status, this.#status)) return;
    this.#status = status;
    this.#events.emit("status", status);
  }

  #connectionState(): ConnectionState {
    const online = this.#options.online?.() ?? this.#notifiedOnline;
    // Browsers are wrong about it at times; a connection that answers is a network.
    if (!online && (!this.#live || this.#inDoubt)) return "offline";
    if (this.#session === undefined) return "connecting";
    if (!this.#live) return "reconnecting";
    if (!this.#mayEdit) return "readonly";
    if (this.#unsent > 0) return "saving";
    return this.#typed ? "saved" : "connected";
  }
}
