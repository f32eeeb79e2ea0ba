import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dice, randomOf } from "../ot/testing.ts";
import { documentLength } from "../ot/text.ts";
import { fallbackTransport } from "./fallback.ts";
import { Collab } from "./session.ts";
import { FakeClock } from "./testing/clock.ts";
import { ToyEditor } from "./testing/editor.ts";
import { FakeNetwork } from "./testing/network.ts";
import { FakeServer, sameDocument } from "./testing/server.ts";
import type { UnsentCopy } from "./types.ts";

/** The n-th mark: a character of two units that nobody else types. */
const markOf = (n: number) => String.fromCodePoint(0xf0000 + n);

/** 3 to 5 clients, a server, and everything between them that can go wrong, all from one seed. */
class World {
  readonly dice: Dice;
  readonly clock = new FakeClock();
  readonly server: FakeServer;
  readonly network: FakeNetwork;
  /** What clients take where the network blocks sockets. */
  readonly streams: FakeNetwork;
  readonly clients: Client[] = [];
  marks = 0;

  constructor(
    readonly seed: number,
    rich: boolean,
  ) {
    this.dice = new Dice(seed, rich);
    this.server = new FakeServer(this.clock, [{ insert: "some text to begin with 😀\n" }], rich ? "rich" : "text");
    this.server.publishAfter = this.dice.int(0, 30);
    this.server.catchupAbove = this.dice.int(1, 8);
    this.server.parts = this.dice.int(1, 3);
    this.server.bundled = this.dice.int(0, 1) === 1;
    if (this.dice.int(0, 3) === 0) this.server.limits = { ...this.server.limits, edit_units: 4, edit_components: 3 };
    this.network = new FakeNetwork(this.server, this.clock, randomOf(seed + 1), this.dice.int(1, 80));
    this.streams = new FakeNetwork(this.server, this.clock, randomOf(seed + 2), this.dice.int(1, 80));
    for (let n = this.dice.int(3, 5); n > 0; n--) this.clients.push(new Client(this));
    this.clock.until(() => this.clients.every((client) => client.editor !== undefined));
  }

  /** One thing happens, and some time passes. */
  step(): void {
    const { dice } = this;
    const fate = dice.int(0, 99);
    const wires = [...this.network.wires, ...this.streams.wires];
    if (fate < 66) dice.pick(this.clients).change();
    else if (fate < 70) this.network.blocks = dice.pick(["no", "refuses", "hangs", "mute"] as const);
    else if (fate < 78) dice.pick(this.clients).select();
    else if (fate < 86) dice.pick(wires).cut();
    else if (fate < 88) dice.pick(wires).silence();
    else if (fate < 90) for (const wire of wires) wire.cut();
    else if (fate < 92) this.server.disconnect(4000, "restarting");
    else if (fate < 94) this.server.up = !this.server.up;
    else if (fate < 96) dice.pick(this.clients).collab.retryNow();
    else if (fate < 98) dice.pick(this.clients).collab.notifyOnline(dice.int(0, 1) === 0);
    else this.clock.advance(dice.int(1_000, 60_000));
    if (!this.server.up) this.server.disconnect();
    this.clock.advance(dice.int(0, 40));
  }

  /** Everything works again, and comes to rest. */
  settle(): void {
    this.server.up = true;
    this.network.blocks = "no";
    for (const { collab } of this.clients) collab.notifyOnline(true);
    this.clock.until(() =>
      this.clients.every(({ collab }) => {
        const { state, unsent } = collab.status;
        return (state === "saved" || state === "connected") && unsent === 0 && collab.revision === this.server.head;
      }),
    );
  }

  check(): void {
    for (const { collab, editor, copies } of this.clients) {
      expect(copies).toEqual([]);
      expect(collab.status.repaired).toBeUndefined();
      expect(collab.document).toEqual(this.server.content);
      expect(editor!.content).toEqual(this.server.content);
      expect(editor!.loads).toBe(1);
    }
    const text = this.clients[0]!.editor!.text;
    for (let n = 0; n < this.marks; n++) expect(text.split(markOf(n)).length - 1, `mark ${n}`).toBe(1);
  }
}

class Client {
  readonly collab: Collab;
  editor: ToyEditor | undefined;
  readonly copies: UnsentCopy[] = [];

  constructor(readonly world: World) {
    const { clock, network, streams, dice } = world;
    const transport = fallbackTransport([{ transport: network }, { transport: streams }], clock);
    this.collab = new Collab({ url: "http://test", clock, transport, random: randomOf(dice.int(0, 2 ** 31)) });
    this.collab.on("copy", (copy) => this.copies.push(copy));
    this.collab.on("ready", () => {
      this.editor = new ToyEditor(this.collab);
    });
  }

  /** Types a mark, deletes a letter or an emoji, or changes formats. Marks are never deleted. */
  change(): void {
    const { dice, server } = this.world;
    const { editor } = this;
    if (editor === undefined) return;
    const place = this.place();
    const kind = dice.int(0, server.kind === "rich" ? 3 : 2);
    const retain = place > 0 ? [{ retain: place }] : [];
    const letter = /^([a-z ]|😀)/u.exec(editor.text.slice(place))?.[0];
    if (kind === 1 && letter) {
      editor.edit([...retain, { delete: letter.length }]);
    } else if (kind === 2 && letter) {
      editor.edit([...retain, { delete: letter.length }, { insert: markOf(this.world.marks++) }]);
    } else if (kind === 3 && letter) {
      const attributes = { bold: dice.pick([true, null]), color: dice.pick(["#ff0000", "#00ff00", null]) };
      editor.edit([...retain, { retain: letter.length, attributes }]);
    } else {
      const text = Array.from({ length: dice.int(1, 4) }, () => markOf(this.world.marks++)).join("x");
      editor.type(place, text);
    }
  }

  select(): void {
    if (this.editor) this.collab.select([[this.place(), this.place()]]);
  }

  /** Somewhere in the document, between characters. */
  place(): number {
    const { text } = this.editor!;
    const characters = [...text];
    return characters.slice(0, this.world.dice.int(0, characters.length)).join("").length;
  }
}

function forSeeds(runs: number, check: (seed: number) => void): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => check(seed)),
    { numRuns: runs, endOnFailure: true },
  );
}

describe("clients on a bad network", () => {
  for (const rich of [false, true]) {
    it(`converge on ${rich ? "rich" : "plain"} documents, and every mark is there once`, () => {
      forSeeds(60, (seed) => {
        const world = new World(seed, rich);
        for (let n = 0; n < 120; n++) world.step();
        world.settle();
        world.check();
      });
    });
  }

  it("know where each other's carets are, on a good one", () => {
    forSeeds(60, (seed) => {
      const world = new World(seed, false);
      for (let n = 0; n < 40; n++) {
        world.dice.pick(world.clients).change();
        world.clock.advance(world.dice.int(0, 40));
      }
      world.settle();
      world.clock.advance(1_000);
      for (const { collab, editor } of world.clients) {
        for (const peer of editor!.peers) {
          expect(peer.selections).toEqual(world.server.selectionsOf(peer.client));
          for (const [, head] of peer.selections) expect(head).toBeLessThanOrEqual(documentLength(collab.document));
        }
      }
    });
  });

  it("converge with arbitrary ops", () => {
    forSeeds(60, (seed) => {
      const world = new World(seed, true);
      for (let n = 0; n < 60; n++) {
        const { editor } = world.dice.pick(world.clients);
        editor!.edit(world.dice.op(editor!.content));
        if (world.dice.int(0, 4) === 0) world.step();
        world.clock.advance(world.dice.int(0, 40));
      }
      world.settle();
      for (const { editor, copies } of world.clients) {
        expect(copies).toEqual([]);
        expect(sameDocument(editor!.document, world.server.document)).toBe(true);
      }
    });
  });
});
