import { OtError } from "../ot/error.ts";
import type { Op } from "../ot/op.ts";
import { Assembly } from "./assembly.ts";
import { Checker, Repair } from "./checking.ts";
import { type Clock, systemClock } from "./clock.ts";
import { closeAction, stopMessage } from "./closing.ts";
import { Condition, connectionState, sameStatus } from "./condition.ts";
import { Events } from "./events.ts";
import type { Stored } from "./journal.ts";
import { Keeper } from "./keeper.ts";
import { Link } from "./link.ts";
import { decode, hello, ProtocolError, type ServerMessage, sameUser, type Welcome } from "./messages.ts";
import type { CollabOptions } from "./options.ts";
import { Replica } from "./replica.ts";
import { Shown } from "./shown.ts";
import { Throttle } from "./throttle.ts";
import type { CollabEvents, Editor, RemoteChange, Role, Selection, Status } from "./types.ts";

/** At most one presence message in so many milliseconds. */
const PRESENCE_PACE_MS = 50;

/**
 * One document, kept the same as everybody else's. An Editor shows it and tells of its user's changes; this sends them,
 * sends them again after a lost connection, and brings those of others. It connects at once and for ever, until `close`.
 * With a journal it goes on where the page before it ended.
 */
export class Collab {
  readonly #options: CollabOptions;
  readonly #clock: Clock;
  readonly #events = new Events<CollabEvents>();
  readonly #link: Link;
  readonly #presence: Throttle;
  readonly #condition: Condition; // of the server
  readonly #shown: Shown;
  readonly #keeper: Keeper;
  readonly #checker: Checker;
  #session: Welcome | undefined; // the last welcome; undefined until the first document is here
  #replica: Replica | undefined; // undefined just as long
  #assembly = new Assembly();
  #coming: Welcome | undefined; // of a document that is still on its way
  #ready = false; // and told so
  #restoring = false; // the journal has not answered yet
  #glance = false; // the document is what another page has stored: to be read until the server has answered
  #opened = 0; // connections that opened
  #live = false; // connected, welcomed, and the document is here
  #lostOnce = false;
  #onWire = 0; // the last seq that was sent on this connection
  #resync: string | undefined; // why the next hello is a new one
  #repair: Repair | undefined; // under way
  #typed = false;
  #notifiedOnline = true;
  #inDoubt = false; // a ping is not answered yet
  #refusal = ""; // what the server said before it closed
  #stopped: { readonly code: string; readonly message: string } | undefined;
  #closed = false;
  #status: Status = { state: "connecting", unsent: 0 };

  constructor(options: CollabOptions) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    this.#presence = new Throttle(clock, PRESENCE_PACE_MS, () => this.#sendPresence());
    this.#condition = new Condition(clock, () => this.#update());
    this.#shown = new Shown(clock, {
      document: () => this.document,
      readOnly: () => !this.#mayEdit,
      peers: () => this.#replica?.peers ?? [],
      peersChanged: (peers) => this.#events.emit("peers", peers),
    });
    this.#link = new Link(
      {
        opened: () => this.#greet(),
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
    this.#keeper = this.#keep();
    this.#checker = this.#check();
    this.#link.connect();
    this.#update();
  }

  /** Whether all that the user did is in the journal, so that it outlives the page; false without one. */
  get kept(): boolean {
    return this.#keeper.complete;
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

  /** The hash of `document`, the same for all who have the same; 16 digits, empty until `ready`. */
  get hash(): string {
    return this.#replica?.hash ?? "";
  }

  /** Calls `listener` at each such event; the result ends that. */
  on<Name extends keyof CollabEvents>(name: Name, listener: (value: CollabEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Gives the document to an editor, and keeps it up to date from now on. Not before `ready`. */
  attach(editor: Editor): void {
    if (this.#replica === undefined) throw new Error("attach before ready: the kind of the document is not known yet");
    this.#shown.attach(editor);
  }

  /**
   * The user changed the document: `op` applies to what the editor showed before. An op that does not fit is not sent:
   * it is kept (`copy`), and the editor is loaded again.
   */
  localEdit(op: Op): void {
    if (this.#replica === undefined) throw new Error("localEdit before ready: there is no document yet");
    if (this.#shown.broken || this.#glance) return this.#refuse(op);
    try {
      if (!this.#replica.localEdit(op)) return;
    } catch (error) {
      if (error instanceof OtError) return this.#refuse(op);
      throw error;
    }
    this.#typed = true;
    this.#keeper.record({ kind: "local", op });
    this.#sendEdit();
    this.#shown.moved();
    this.#checker.changed();
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

  /** Gives the journal at once what it would be given soon: the page may be about to end. */
  flush(): void {
    this.#keeper.flush();
  }

  /** Ends the session. What is unsent stays in the journal; without one it is lost, so look at `status.unsent` first. */
  close(): void {
    this.#end();
    this.#keeper.close(false);
  }

  /** Ends the session and takes it out of the journal. */
  forget(): void {
    this.#end();
    this.#keeper.close(true);
  }

  #end(): void {
    this.#closed = true;
    this.#link.close();
    this.#presence.stop();
    this.#shown.detach();
    this.#condition.forget();
    this.#checker.stop();
    this.#repair?.cancel();
    this.#live = false;
  }

  // From the journal.

  #keep(): Keeper {
    const collab = this;
    const keeper = new Keeper(this.#options, this.#clock, {
      get welcome() {
        return collab.#session;
      },
      get replica() {
        return collab.#replica;
      },
      get live() {
        return collab.#live;
      },
      changed: () => this.#update(),
      written: () => this.#sendEdit(),
      taken: () => this.#taken(),
      copy: (copy) => this.#events.emit("copy", copy),
    });
    if (!keeper.journalled) return keeper;
    this.#restoring = true;
    void keeper.take().then((stored) => {
      this.#restoring = false;
      if (this.#closed) return stored && keeper.release(stored);
      if (stored !== undefined) this.#restore(stored);
      if (this.#opened > 0) this.#greet();
      this.#update();
    });
    return keeper;
  }

  #restore(stored: Stored): void {
    const restored = this.#keeper.restore(stored);
    if (restored === undefined) return;
    this.#glance = stored.entry === undefined;
    this.#replica = restored.replica;
    this.#session = this.#glance ? { ...restored.welcome, role: "viewer" } : restored.welcome;
    this.#typed = this.#unsent > 0;
    this.#tellFacts(undefined, this.#session);
    this.#tellReady(this.#session);
  }

  /** Another page goes on with this client: it takes what is in the journal, and we begin anew. */
  #taken(): void {
    this.#resync = "taken";
    this.#link.drop();
  }

  // From the connection.

  /** The connection is open: says hello, once it is known as whom. */
  #greet(): void {
    const opened = ++this.#opened;
    if (this.#restoring) return;
    if (!this.#keeper.journalled || this.#resync !== undefined) return this.#hello();
    void this.#keeper.owned().then((owned) => {
      if (opened !== this.#opened || this.#closed) return;
      if (owned) this.#hello();
      else this.#taken();
    });
  }

  #hello(): void {
    this.#assembly = new Assembly();
    this.#refusal = "";
    const anew = this.#resync !== undefined || this.#glance;
    this.#link.send(hello(anew ? undefined : this.#session, this.revision));
  }

  #frame(frame: string): void {
    if (this.#repair !== undefined) return this.#repair.hold(frame);
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
        if (this.#session !== undefined && !this.#glance) this.#resync ??= "not_resumed";
        this.#coming = message;
        return;
      case "doc":
        return this.#load(message.op);
      case "records":
      case "catchup":
        return this.#accepted(message);
      case "presence":
        this.#known.presence(this.client, message);
        return this.#shown.showPeers();
      case "title":
        this.#setSession({ title: message.title });
        return this.#events.emit("title", message.title);
      case "role":
        return this.#setRole(message.role);
      case "goaway":
        return this.#link.hold(message.retryMs);
      case "slow":
        return this.#condition.slow(message.waitMs);
      case "store":
        return this.#condition.store(message.ok);
      case "check":
        return this.#known && this.#checker.answered(message);
      case "error":
        this.#refusal = message.message;
    }
  }

  #lost(code: number, reason: string): boolean {
    const name = reason || `close_${code}`;
    let action = closeAction(code);
    // Whoever has our secret has what is in the journal, too; only without one nobody would know what to do.
    if (name === "superseded" && this.#keeper.journalled) action = "resync";
    this.#opened++;
    this.#live = false;
    this.#lostOnce = true;
    this.#inDoubt = false;
    this.#condition.forget();
    this.#coming = undefined;
    this.#repair?.cancel();
    this.#repair = undefined;
    this.#checker.stop();
    this.#replica?.alone();
    if (action === "resync") this.#resync = name;
    if (action === "stop") {
      this.#stopped = { code: name, message: this.#refusal || stopMessage(name) };
      this.#keeper.giveUp(name);
    }
    this.#shown.showPeers();
    this.#update();
    return action !== "stop";
  }

  /**
   * What we have and what the server sends do not belong together: begin anew. Nothing unsent is lost by it. A repair
   * would not do: what is unsent was moved over what did not fit, so its own shape cannot be trusted any more.
   */
  #diverged(): void {
    this.#resync = "diverged";
    this.#link.drop();
  }

  // The check.

  #check(): Checker {
    return new Checker(this.#clock, {
      comparable: () => this.#live && this.#replica?.state.kind === "synchronized",
      send: (frame) => this.#link.send(frame),
      here: () => ({ revision: this.revision, hash: this.hash }),
      differs: () => this.#differs(),
      hopeless: () => this.#diverged(),
    });
  }

  /** Gets the server's document at our revision, and makes ours of it; what is typed meanwhile is kept. */
  #differs(): void {
    const { fetchDocument, url } = this.#options;
    if (fetchDocument === undefined) return this.#diverged();
    const take = (document: Op) => {
      this.#repaired(document);
      const held = this.#repair?.held ?? [];
      this.#repair = undefined;
      for (const frame of held) this.#frame(frame);
    };
    const document = fetchDocument(url, this.revision);
    this.#repair = new Repair(this.#clock, document, take, () => this.#link.drop());
  }

  #repaired(document: Op): void {
    try {
      const op = this.#replica!.repair(document);
      if (op.length === 0) return;
      this.#keeper.rewrite();
      this.#checker.repaired();
      this.#shown.apply(op, "");
      this.#shown.showPeers();
      this.#update();
    } catch (error) {
      if (!(error instanceof OtError)) throw error;
      this.#diverged();
    }
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
    // Only now, so that what was typed since the connection ended is in the copy too.
    const left = this.#keeper.left(this.#resync);
    const before = this.#session;
    this.#coming = undefined;
    this.#resync = undefined;
    this.#glance = false;
    this.#replica = new Replica(op, welcome);
    this.#connected(welcome);
    this.#keeper.begin(left, before?.user.id);
    this.#shown.load();
    this.#tellReady(welcome);
  }

  #tellReady({ kind, title, role, user, revision }: Welcome): void {
    if (this.#ready) return;
    this.#ready = true;
    this.#events.emit("ready", { kind, title, role, user, revision });
  }

  #resumed(welcome: Welcome): void {
    if (this.#replica === undefined) throw new ProtocolError("a client resumed that never began");
    this.#replica.resume(welcome);
    this.#connected(welcome);
    this.#keeper.record({ kind: "resumed", welcome });
    this.#keeper.goOn();
    this.#shown.showRole();
    if (!this.#mayEdit) this.#keeper.giveUp("role_changed");
    this.#checker.soon();
    this.#sendEdit();
    this.#presence.ask();
  }

  #connected(welcome: Welcome): void {
    const before = this.#session;
    this.#session = welcome;
    this.#live = true;
    this.#onWire = welcome.acked;
    this.#link.settled();
    this.#options.journal?.present(welcome.user.id);
    this.#tellFacts(before, welcome);
  }

  #tellFacts(before: Welcome | undefined, { title, user, role }: Welcome): void {
    if (before?.title !== title) this.#events.emit("title", title);
    if (before?.role !== role) this.#events.emit("role", role);
    if (before === undefined || !sameUser(before.user, user)) this.#events.emit("user", user);
  }

  #accepted(message: ServerMessage & { type: "records" | "catchup" }): void {
    const replica = this.#known;
    const { revision } = replica;
    let changes: readonly RemoteChange[];
    if (message.type === "records") {
      const { after, records } = message;
      changes = replica.records(this.client, after, records);
      if (replica.revision > revision) this.#keeper.record({ kind: "records", after, records });
    } else {
      const { after, to, op } = message;
      changes = replica.catchup(after, to, op);
      if (replica.revision > revision) this.#keeper.record({ kind: "catchup", after, to, op });
    }
    this.#changed(changes);
    this.#checker.changed();
  }

  /** The replica has taken records; what of them is new to the editor is in `changes`. */
  #changed(changes: readonly RemoteChange[]): void {
    for (const { op, author } of changes) {
      // An editor that had to be loaded again has all of it.
      if (op.length > 0 && !this.#shown.apply(op, author)) break;
    }
    this.#sendEdit();
    this.#presence.ask();
    this.#shown.showPeers();
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
    if (!this.#keeper.mayGo(state.edit)) return;
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

  #setSession(change: Partial<Pick<Welcome, "title" | "role">>): void {
    if (this.#session === undefined) return;
    this.#session = { ...this.#session, ...change };
    this.#keeper.record({ kind: "session", welcome: this.#session });
  }

  #setRole(role: Role): void {
    if (this.#session === undefined) return;
    this.#setSession({ role });
    this.#shown.showRole();
    this.#events.emit("role", role);
    if (!this.#mayEdit) return this.#keeper.giveUp("role_changed");
    this.#keeper.goOn();
    this.#sendEdit();
  }

  /** An edit that does not fit the document: the editor and we are not of one mind, and its user must not pay for it. */
  #refuse(op: Op): void {
    this.#keeper.refuse(op);
    this.#shown.break();
  }

  #update(): void {
    const status: Status = {
      state: this.#stopped ? "error" : this.#connectionState(),
      unsent: this.#unsent,
      ...this.#condition.status,
      ...(this.#keeper.unkept && { unkept: true }),
      ...(this.#checker.count > 0 && { repaired: this.#checker.count }),
      ...(this.#stopped && { error: this.#stopped }),
    };
    if (sameStatus(status, this.#status)) return;
    this.#status = status;
    this.#events.emit("status", status);
  }

  #connectionState() {
    return connectionState({
      online: this.#options.online?.() ?? this.#notifiedOnline,
      live: this.#live,
      inDoubt: this.#inDoubt,
      known: this.#session !== undefined,
      lost: this.#lostOnce,
      mayEdit: this.#mayEdit,
      unsent: this.#unsent,
      typed: this.#typed,
    });
  }
}
