import type { Clock } from "../clock.ts";
import type { Connection, Transport } from "../transport.ts";
import type { FakeServer, ServerEnd } from "./server.ts";

/** A wire between a client and the fake server: each frame takes its time, none overtakes another. */
class Wire implements Connection, ServerEnd {
  onopen = (): void => {};
  onframe = (_: string): void => {};
  onclose = (_: number, __: string): void => {};
  received = (_: string): void => {};
  ended = (): void => {};
  /** What the client sent, in order. */
  readonly sent: string[] = [];
  #clientGone = false;
  #serverGone = false;
  #toServer = 0;
  #toClient = 0;

  constructor(readonly network: FakeNetwork) {}

  /** From the client. */
  send(frame: string): void {
    this.sent.push(frame);
    this.#toServer = this.#later(this.#toServer, () => {
      if (!this.#serverGone) this.received(frame);
    });
  }

  /** The client closes; what it has sent is still on its way, as on a real network. */
  close(): void {
    this.#clientGone = true;
    this.#toServer = this.#later(this.#toServer, () => this.#endServer());
  }

  /** From the server. */
  deliver(frame: string): void {
    this.#toClient = this.#later(this.#toClient, () => {
      if (!this.#clientGone) this.onframe(frame);
    });
  }

  /** The server closes. */
  finish(code: number, reason: string): void {
    this.#serverGone = true;
    this.#toClient = this.#later(this.#toClient, () => {
      if (this.#clientGone) return;
      this.#clientGone = true;
      this.onclose(code, reason);
    });
  }

  /** Both ends lose it at this moment, and all that is on its way. */
  cut(): void {
    this.#endServer();
    if (this.#clientGone) return;
    this.#clientGone = true;
    this.onclose(1006, "");
  }

  /** All that is on its way is lost, and nobody notices. */
  silence(): void {
    this.#serverGone = true;
    this.deliver = () => {};
  }

  #endServer(): void {
    if (this.#serverGone) return;
    this.#serverGone = true;
    this.ended();
  }

  #later(after: number, run: () => void): number {
    const { clock, random, latency } = this.network;
    const at = Math.max(after, clock.now() + random() * latency);
    clock.setTimeout(run, at - clock.now());
    return at;
  }
}

/** Connects clients to the fake server, badly if asked to. */
export class FakeNetwork implements Transport {
  /** Every connection that was ever begun, the oldest first. */
  readonly wires: Wire[] = [];
  /** Whether connections come about at all. */
  up = true;
  /** What becomes of them if they do: refused, never answered, or open without a word from the server. */
  blocks: "no" | "refuses" | "hangs" | "mute" = "no";

  constructor(
    readonly server: FakeServer,
    readonly clock: Clock,
    readonly random: () => number = () => 0,
    /** The longest time that a frame takes, in milliseconds. */
    readonly latency = 0,
  ) {}

  open(): Connection {
    const wire = new Wire(this);
    this.wires.push(wire);
    this.clock.setTimeout(() => {
      if (this.blocks === "hangs") return;
      if (this.up && this.server.up && this.blocks !== "refuses") {
        this.server.accept(wire);
        if (this.blocks === "mute") wire.deliver = () => {};
        wire.onopen();
      } else {
        wire.onclose(1006, "");
      }
    }, this.random() * this.latency);
    return wire;
  }

  /** The connection that was begun last. */
  get last(): Wire {
    return this.wires.at(-1)!;
  }

  /** All messages of a type that clients sent, as they were sent. */
  frames(type: string): string[] {
    return this.wires.flatMap((wire) => wire.sent).filter((frame) => JSON.parse(frame).type === type);
  }

  cutAll(): void {
    for (const wire of this.wires) wire.cut();
  }
}
