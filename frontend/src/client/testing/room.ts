import type { Op } from "../../ot/op.ts";
import type { CollabOptions } from "../options.ts";
import { Collab } from "../session.ts";
import type { Transport } from "../transport.ts";
import type { DocKind, Peer, Status, UnsentCopy } from "../types.ts";
import { FakeClock } from "./clock.ts";
import { ToyEditor } from "./editor.ts";
import { FakeNetwork } from "./network.ts";
import { FakeServer } from "./server.ts";

/** A server and clients on a perfect network, where frames take no time but still come one after the other. */
export class Room {
  readonly clock = new FakeClock();
  readonly server: FakeServer;
  readonly network: FakeNetwork;
  /** How its guests connect. */
  transport: Transport;
  /** What else its guests are given. */
  options: Partial<CollabOptions> = {};

  constructor(document: Op = [{ insert: "abc" }], kind: DocKind = "text") {
    this.server = new FakeServer(this.clock, document, kind);
    this.network = new FakeNetwork(this.server, this.clock);
    this.transport = this.network;
  }

  /** A client with its editor, once the document is there. */
  join(random: () => number = () => 1): Guest {
    const guest = new Guest(this, random);
    this.clock.until(() => guest.ready);
    return guest;
  }

  /** Lets all that is on its way arrive. */
  rest(): void {
    this.clock.advance(60);
  }
}

/** One client in a room, and what it told. */
export class Guest {
  readonly collab: Collab;
  readonly copies: UnsentCopy[] = [];
  readonly statuses: Status[] = [];
  readonly titles: string[] = [];
  peers: readonly Peer[] = [];
  online = true;
  ready = false;
  #editor: ToyEditor | undefined;

  constructor(
    readonly room: Room,
    random: () => number = () => 1,
  ) {
    const { clock, transport } = room;
    const url = "http://test/api/docs/d";
    this.collab = new Collab({ url, clock, transport, random, online: () => this.online, ...room.options });
    this.collab.on("copy", (copy) => this.copies.push(copy));
    this.collab.on("status", (status) => this.statuses.push(status));
    this.collab.on("title", (title) => this.titles.push(title));
    this.collab.on("peers", (peers) => {
      this.peers = peers;
    });
    this.collab.on("ready", () => {
      this.#editor = new ToyEditor(this.collab);
      this.ready = true;
    });
  }

  get editor(): ToyEditor {
    return this.#editor!;
  }

  get state(): string {
    return this.collab.status.state;
  }

  get unsent(): number {
    return this.collab.status.unsent;
  }
}
