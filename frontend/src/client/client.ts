import { OtError } from "../ot/error.ts";
import type { Op } from "../ot/op.ts";
import { systemClock } from "./clock.ts";
import { closeAction, stopMessage } from "./closing.ts";
import { Comparison } from "./comparison.ts";
import { Condition, sameStatus } from "./condition.ts";
import { Conversation } from "./conversation.ts";
import { Events } from "./events.ts";
import { Facts } from "./facts.ts";
import type { Stored } from "./journal.ts";
import { Keeper } from "./keeper.ts";
import { Link } from "./link.ts";
import { hello, ProtocolError, type ServerMessage, type Welcome } from "./messages.ts";
import type { CollabOptions } from "./options.ts";
import { Outgoing } from "./outgoing.ts";
import { Replica } from "./replica.ts";
import { Shown } from "./shown.ts";
import { Standing } from "./standing.ts";
import type { CollabEvents, RemoteChange, Role, Selection, Status } from "./types.ts";

/**
 * One client, on whatever connections it has: what happens to it, in order, and to which part of it that goes. Collab is
 * what others see of it.
 */
export class Client {
  readonly #options: CollabOptions;
  /** Who listens to what. */
  readonly events = new Events<CollabEvents>();
  /** What the server said of the document and of us. */
  readonly facts = new Facts(this.events);
  readonly #link: Link;
  readonly #condition: Condition; // of the server
  /** The editor. */
  readonly shown: Shown;
  /** The journal and the copies. */
  readonly keeper: Keeper;
  readonly #outgoing: Outgoing;
  readonly #comparison: Comparison;
  readonly #standing: Standing;
  readonly #conversation: Conversation;
  /** Undefined until the first document is here, or the journal has one. */
  replica: Replica | undefined;
  readonly #restored: Promise<void> | undefined; // when the journal has answered
  #resync: string | undefined; // why the next hello is a new one
  #refusal = ""; // what the server said before it closed
  #closed = false;
  /** How things stand; it is a new value when it changes. */
  status: Status = { state: "connecting", unsent: 0 };

  constructor(options: CollabOptions) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#condition = new Condition(clock, () => this.#update());
    this.#standing = new Standing({
      online: () => options.online?.(),
      known: () => this.facts.welcome !== undefined,
      mayEdit: () => this.facts.mayEdit,
      unsent: () => this.#unsent,
      more: () => ({
        ...this.#condition.status,
        ...(this.keeper.unkept && { unkept: true }),
        ...(this.#comparison.repaired > 0 && { repaired: this.#comparison.repaired }),
      }),
    });
    this.shown = new Shown(clock, {
      document: () => this.replica?.document ?? [],
      readOnly: () => !this.facts.mayEdit,
      peers: () => this.replica?.peers ?? [],
      peersChanged: (peers) => this.events.emit("peers", peers),
    });
    this.#link = new Link(
      {
        opened: () => this.#conversation.begin(),
        frame: (frame) => this.#frame(frame),
        lost: (code, reason) => this.#lost(code, reason),
        waiting: () => this.#standing.live && this.facts.mayEdit && this.#unsent > 0,
        doubt: (inDoubt) => {
          this.#standing.inDoubt = inDoubt;
          this.#update();
        },
      },
      { url: options.url, transport: options.transport, clock, random: options.random ?? Math.random },
    );
    const facts = {
      welcome: () => this.facts.welcome,
      replica: () => this.replica,
      live: () => this.#standing.live,
      mayEdit: () => this.facts.mayEdit,
    };
    this.keeper = new Keeper(options, clock, {
      ...facts,
      changed: () => this.#update(),
      written: () => this.#outgoing.edit(),
      taken: () => this.#taken(),
      copy: (copy) => this.events.emit("copy", copy),
    });
    this.#outgoing = new Outgoing(clock, {
      ...facts,
      mayGo: (edit) => this.keeper.mayGo(edit),
      send: (frame, edit) => this.#link.send(frame, edit),
    });
    this.#comparison = new Comparison(clock, {
      ...facts,
      send: (frame) => this.#link.send(frame),
      fetch: (revision) => options.fetchDocument?.(options.url, revision),
      repaired: (op) => this.#repaired(op),
      frame: (frame) => this.#frame(frame),
      retry: () => this.#link.drop(),
      hopeless: () => this.#diverged(),
    });
    this.#conversation = new Conversation({
      hello: () => this.#hello(),
      send: (frame) => this.#link.send(frame),
      holds: (frame) => this.#comparison.holds(frame),
      resumed: (welcome) => this.#resumed(welcome),
      anew: () => {
        if (this.facts.welcome !== undefined && !this.facts.glance) this.#resync ??= "not_resumed";
      },
      loaded: (welcome, document) => this.#load(welcome, document),
      told: (message) => this.#take(message),
      broken: () => this.#link.drop(),
      diverged: () => this.#diverged(),
    });
    if (this.keeper.journalled) this.#restored = this.keeper.take().then((stored) => this.#restore(stored));
    this.#link.connect();
    this.#update();
  }

  /** The user's change. */
  localEdit(op: Op): void {
    if (this.replica === undefined) throw new Error("localEdit before ready: there is no document yet");
    if (this.shown.broken || this.facts.glance) return this.#refuse(op);
    try {
      if (!this.replica.localEdit(op)) return;
    } catch (error) {
      if (error instanceof OtError) return this.#refuse(op);
      throw error;
    }
    this.#standing.typed = true;
    this.keeper.record({ kind: "local", op });
    this.#outgoing.edit();
    this.shown.moved();
    this.#comparison.changed();
    this.#update();
  }

  /** Where the user's carets are. */
  select(selections: readonly Selection[]): void {
    this.replica?.caret.select(selections);
    this.#outgoing.presence();
  }

  /** Tries to connect now, also after a stop. */
  retryNow(): void {
    if (this.#standing.stopped === undefined) {
      this.#link.hurry();
    } else {
      this.#standing.stopped = undefined;
      this.#link.connect();
    }
    this.#update();
  }

  /** There is hope for a connection, or less than we thought. */
  notifyOnline(online: boolean): void {
    this.#standing.online = online;
    if (this.#standing.stopped === undefined && (online || this.#standing.live)) this.#link.hurry();
    this.#update();
  }

  /** Ends all but what the journal has. */
  end(): void {
    this.#closed = true;
    this.#link.close();
    this.#outgoing.stop();
    this.shown.detach();
    this.#condition.forget();
    this.#comparison.stop();
    this.#standing.live = false;
  }

  // From the journal.

  #restore(stored: Stored | undefined): void {
    if (stored === undefined) return;
    if (this.#closed) return this.keeper.release(stored);
    const restored = this.keeper.restore(stored);
    if (restored === undefined) return;
    this.replica = restored.replica;
    this.#standing.typed = this.#unsent > 0;
    this.facts.set(restored.welcome, stored.entry === undefined);
    this.facts.ready();
    this.#update();
  }

  /** Another page goes on with this client: it takes what is in the journal, and we begin anew. */
  #taken(): void {
    this.#resync = "taken";
    this.#link.drop();
  }

  // From the connection.

  /** Says hello once it is known as whom: what the journal has, if another page has not taken it over. */
  #hello(): string | Promise<string | undefined> {
    this.#refusal = "";
    const words = () => {
      const anew = this.#resync !== undefined || this.facts.glance;
      return hello(anew ? undefined : this.facts.welcome, this.replica?.revision ?? 0);
    };
    return this.#restored === undefined ? words() : this.#restored.then(() => this.#helloOfStored(words));
  }

  async #helloOfStored(words: () => string): Promise<string | undefined> {
    if (this.#closed) return undefined;
    if (this.#resync !== undefined || (await this.keeper.owned())) return words();
    this.#taken();
    return undefined;
  }

  #frame(frame: string): void {
    this.#conversation.frame(frame);
    this.#update();
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case "records":
      case "catchup":
        return this.#accepted(message);
      case "presence":
        this.#known.presence(this.facts.welcome?.client ?? "", message);
        return this.shown.showPeers();
      case "title":
        return this.#setTitle(message.title);
      case "role":
        return this.#setRole(message.role);
      case "goaway":
        return this.#link.hold(message.retryMs);
      case "slow":
        return this.#condition.slow(message.waitMs);
      case "store":
        return this.#condition.store(message.ok);
      case "notice":
        return this.events.emit("notice", message);
      case "check":
        return this.#comparison.answered(message);
      case "error":
        this.#refusal = message.message;
    }
  }

  #lost(code: number, reason: string): boolean {
    const name = reason || `close_${code}`;
    let action = closeAction(code);
    // Whoever has our secret has what is in the journal, too; only without one nobody would know what to do.
    if (name === "superseded" && this.keeper.journalled) action = "resync";
    this.#conversation.end();
    this.#standing.lost();
    this.#condition.forget();
    this.#comparison.stop();
    this.replica?.alone();
    if (action === "resync") this.#resync = name;
    if (action === "stop") {
      this.#standing.stopped = { code: name, message: this.#refusal || stopMessage(name) };
      this.keeper.giveUp(name);
    }
    this.shown.showPeers();
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

  // The document.

  /** The replica, for messages that make no sense without it. */
  get #known(): Replica {
    if (this.replica === undefined || !this.#standing.live) throw new ProtocolError("a message before the welcome");
    return this.replica;
  }

  #load(welcome: Welcome, op: Op): void {
    // Only now, so that what was typed since the connection ended is in the copy too.
    const left = this.keeper.left(this.#resync);
    const before = this.facts.welcome;
    this.#resync = undefined;
    this.replica = new Replica(op, welcome);
    this.#connected(welcome);
    this.keeper.begin(left, before?.user.id);
    this.shown.load();
    this.facts.ready();
  }

  #resumed(welcome: Welcome): void {
    if (this.replica === undefined) throw new ProtocolError("a client resumed that never began");
    this.replica.resume(welcome);
    this.#connected(welcome);
    this.keeper.record({ kind: "resumed", welcome });
    this.keeper.goOn();
    this.shown.showRole();
    if (!this.facts.mayEdit) this.keeper.giveUp("role_changed");
    this.#comparison.resumed();
    this.#outgoing.edit();
    this.#outgoing.presence();
  }

  #connected(welcome: Welcome): void {
    this.#standing.live = true;
    this.#outgoing.begin(welcome.acked);
    this.#link.settled();
    this.#options.journal?.present(welcome.user.id);
    this.facts.set(welcome);
  }

  #accepted(message: ServerMessage & { type: "records" | "catchup" }): void {
    const replica = this.#known;
    const { revision } = replica;
    let changes: readonly RemoteChange[];
    if (message.type === "records") {
      const { after, records } = message;
      changes = replica.records(this.facts.welcome?.client ?? "", after, records);
      if (replica.revision > revision) this.keeper.record({ kind: "records", after, records });
    } else {
      const { after, to, op } = message;
      changes = replica.catchup(after, to, op);
      if (replica.revision > revision) this.keeper.record({ kind: "catchup", after, to, op });
    }
    this.#show(changes);
    this.#comparison.changed();
  }

  /** The replica has taken records; what of them is new to the editor is in `changes`. */
  #show(changes: readonly RemoteChange[]): void {
    for (const { op, author } of changes) {
      // An editor that had to be loaded again has all of it.
      if (op.length > 0 && !this.shown.apply(op, author)) break;
    }
    this.#outgoing.edit();
    this.#outgoing.presence();
    this.shown.showPeers();
    for (const change of changes) this.events.emit("remote", change);
  }

  get #unsent(): number {
    return this.replica?.changes ?? 0;
  }

  // To the editor and the page.

  #setTitle(title: string): void {
    this.#changed({ title });
    this.events.emit("title", title);
  }

  #changed(change: Partial<Pick<Welcome, "title" | "role">>): void {
    const welcome = this.facts.change(change);
    if (welcome !== undefined) this.keeper.record({ kind: "session", welcome });
  }

  #setRole(role: Role): void {
    this.#changed({ role });
    this.shown.showRole();
    this.events.emit("role", role);
    if (!this.facts.mayEdit) return this.keeper.giveUp("role_changed");
    this.keeper.goOn();
    this.#outgoing.edit();
  }

  /** The replica was put right by `op`, which the editor does not show yet. */
  #repaired(op: Op): void {
    this.keeper.rewrite();
    this.shown.apply(op, "");
    this.shown.showPeers();
    this.#update();
  }

  /** An edit that does not fit the document: the editor and we are not of one mind, and its user must not pay for it. */
  #refuse(op: Op): void {
    this.keeper.refuse(op);
    this.shown.break();
  }

  #update(): void {
    const { status } = this.#standing;
    if (sameStatus(status, this.status)) return;
    this.status = status;
    this.events.emit("status", status);
  }
}
