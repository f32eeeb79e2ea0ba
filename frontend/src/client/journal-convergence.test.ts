import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dice, randomOf } from "../ot/testing.ts";
import { plainText } from "../ot/text.ts";
import { sendOrphans } from "./orphans.ts";
import { Collab } from "./session.ts";
import { FakeClock } from "./testing/clock.ts";
import { ToyEditor } from "./testing/editor.ts";
import { MemoryDisk, MemoryJournal, settled } from "./testing/journal.ts";
import { FakeNetwork } from "./testing/network.ts";
import { FakeServer } from "./testing/server.ts";

const TIMEOUT_MS = process.env.COLLABD_RUNS === undefined ? 60_000 : 600_000;
const URL = "http://test/api/docs/d";
/** The n-th mark: a character of two units that nobody else types, and nobody deletes. */
const markOf = (n: number) => String.fromCodePoint(0xf0000 + n);
const marksIn = (text: string) => [...text].filter((character) => character.codePointAt(0)! >= 0xf0000);

interface Faults {
  /** Disks that are full for a while. */
  readonly full: boolean;
  /** Disks that lose what was written last when a page is killed, as a power cut may. */
  readonly powerCuts: boolean;
}

/** 2 or 3 people with a browser each, whose tabs are killed at any moment and opened again; all from one seed. */
class World {
  readonly dice: Dice;
  readonly clock = new FakeClock();
  readonly server: FakeServer;
  readonly network: FakeNetwork;
  readonly browsers: Browser[] = [];
  /** Marks that were typed, and those of them that no kill may lose. */
  marks = 0;
  readonly safe = new Set<string>();

  constructor(
    readonly seed: number,
    readonly faults: Faults,
  ) {
    this.dice = new Dice(seed, false);
    this.server = new FakeServer(this.clock, [{ insert: "some text to begin with 😀\n" }], "text");
    this.server.publishAfter = this.dice.int(0, 30);
    this.server.catchupAbove = this.dice.int(1, 8);
    this.server.parts = this.dice.int(1, 3);
    if (this.dice.int(0, 3) === 0) this.server.limits = { ...this.server.limits, edit_units: 4, edit_components: 3 };
    this.network = new FakeNetwork(this.server, this.clock, randomOf(seed + 1), this.dice.int(1, 80));
    for (let n = this.dice.int(2, 3); n > 0; n--) this.browsers.push(new Browser(this));
  }

  async step(): Promise<void> {
    const { dice, network, server } = this;
    const browser = dice.pick(this.browsers);
    const fate = dice.int(0, 99);
    if (fate < 60) browser.someTab()?.change();
    else if (fate < 68) browser.someTab()?.kill();
    else if (fate < 76) browser.open();
    else if (fate < 82 && network.wires.length > 0) dice.pick(network.wires).cut();
    else if (fate < 84 && network.wires.length > 0) dice.pick(network.wires).silence();
    else if (fate < 86) server.disconnect(4000, "restarting");
    else if (fate < 89) server.up = !server.up;
    else if (fate < 91) browser.someTab()?.collab.notifyOnline(true);
    else if (fate < 93) void browser.sendOrphans();
    else if (fate < 95 && this.faults.full) browser.disk.full = !browser.disk.full;
    else if (fate < 97) browser.someTab()?.close();
    else await this.pass(dice.int(1_000, 30_000), 500);
    if (!server.up) server.disconnect();
    await this.pass(dice.int(0, 40));
  }

  /** Lets time pass, and everybody do what comes due. */
  async pass(ms: number, step = 10): Promise<void> {
    await settled();
    for (let left = ms; left > 0; left -= step) {
      this.clock.advance(Math.min(step, left));
      await settled();
    }
  }

  async until(so: () => boolean, most = 200_000): Promise<void> {
    for (let passed = 0; !so(); passed += 20) {
      if (passed > most) throw new Error(`not so within ${most} ms: ${so}`);
      await this.pass(20, 20);
    }
  }

  /** Everything works again; what is left behind is sent; all comes to rest. */
  async settle(): Promise<void> {
    this.server.up = true;
    for (const browser of this.browsers) {
      browser.disk.full = false;
      if (browser.tabs.length === 0) browser.open();
    }
    const tabs = this.browsers.flatMap((browser) => browser.tabs);
    for (const { collab } of tabs) collab.notifyOnline(true);
    const still = ({ collab: { status } }: Tab) =>
      (status.state === "saved" || status.state === "connected") && status.unsent === 0 && !status.unkept;
    await this.until(() => tabs.every(still));
    await this.pass(5_000, 500);
    for (const browser of this.browsers) {
      const left = () => [...browser.disk.rows.values()].filter(({ head }) => head.unsent > 0).map(({ head }) => head);
      for (let tries = 0; left().length > 0; tries++) {
        expect(tries, `left: ${JSON.stringify(left())}`).toBeLessThan(5);
        let done = false;
        void browser.sendOrphans().then(() => {
          done = true;
        });
        await this.until(() => done);
        await this.pass(30_000, 500);
      }
    }
    await this.until(() => tabs.every((tab) => still(tab) && tab.collab.revision === this.server.head));
  }

  check(): void {
    for (const browser of this.browsers) {
      for (const { collab, editor } of browser.tabs) {
        expect(collab.document).toEqual(this.server.content);
        expect(editor!.content).toEqual(this.server.content);
      }
    }
    const text = plainText(this.server.content);
    const copied = new Set(this.browsers.flatMap(({ disk }) => disk.copies.flatMap((copy) => marksIn(copy.text))));
    if (!this.faults.full && !this.faults.powerCuts) {
      expect(this.browsers.flatMap(({ disk }) => disk.copies.map(({ reason }) => reason))).toEqual([]);
    }
    for (let n = 0; n < this.marks; n++) {
      const times = text.split(markOf(n)).length - 1;
      expect(times, `mark ${n}`).toBeLessThanOrEqual(1);
      if (this.safe.has(markOf(n)) && !copied.has(markOf(n))) expect(times, `mark ${n} was safe`).toBe(1);
    }
  }
}

class Browser {
  readonly disk: MemoryDisk;
  tabs: Tab[] = [];

  constructor(readonly world: World) {
    this.disk = new MemoryDisk(world.clock, randomOf(world.dice.int(0, 2 ** 31)));
    this.disk.latency = world.dice.int(0, 60);
    this.open();
  }

  open(): void {
    if (this.tabs.length < 3) this.tabs.push(new Tab(this));
  }

  someTab(): Tab | undefined {
    return this.tabs.length > 0 ? this.world.dice.pick(this.tabs) : undefined;
  }

  sendOrphans(): Promise<number> {
    const { clock, network } = this.world;
    return sendOrphans(new MemoryJournal(this.disk), { transport: network, clock });
  }

  /** The marks that are on the disk. */
  stored(): string[] {
    const rows = [...this.disk.rows.values()];
    const typed = rows.flatMap(({ snapshot, events }) => [
      snapshot.document,
      ...events.map((event) => (event.kind === "local" ? event.op : [])),
    ]);
    return marksIn(typed.map((op) => plainText(op)).join(""));
  }
}

class Tab {
  readonly journal: MemoryJournal;
  readonly collab: Collab;
  editor: ToyEditor | undefined;

  constructor(readonly browser: Browser) {
    const { clock, network, dice } = browser.world;
    this.journal = new MemoryJournal(browser.disk);
    this.collab = new Collab({
      url: URL,
      clock,
      transport: network,
      journal: this.journal,
      random: randomOf(dice.int(0, 2 ** 31)),
    });
    this.collab.on("ready", () => {
      this.editor = new ToyEditor(this.collab);
    });
  }

  change(): void {
    const { editor, browser } = this;
    const { world } = browser;
    if (editor === undefined || editor.readOnly) return;
    const characters = [...editor.text];
    const place = characters.slice(0, world.dice.int(0, characters.length)).join("").length;
    const letter = /^([a-z ]|😀)/u.exec(editor.text.slice(place))?.[0];
    if (letter && world.dice.int(0, 2) === 0) {
      editor.edit([...(place > 0 ? [{ retain: place }] : []), { delete: letter.length }]);
      return;
    }
    const marks = Array.from({ length: world.dice.int(1, 3) }, () => markOf(world.marks++));
    editor.type(place, marks.join("x"));
  }

  /** The page ends as if the browser had been killed. What is on the disk must not be lost. */
  kill(): void {
    const { browser } = this;
    const { world } = browser;
    browser.tabs = browser.tabs.filter((tab) => tab !== this);
    this.journal.kill();
    this.collab.close(); // only so that its timers end: its journal and its network are dead
    if (world.faults.powerCuts && world.dice.int(0, 1) === 0) {
      for (const row of browser.disk.rows.values()) {
        const lost = world.dice.int(0, 2);
        if (row.owner !== this.journal) continue;
        for (const event of row.events.splice(Math.max(0, row.events.length - lost), lost)) {
          if (event.kind === "local") for (const mark of marksIn(plainText(event.op))) world.safe.delete(mark);
        }
      }
    }
    for (const mark of browser.stored()) world.safe.add(mark);
  }

  /** The page ends in good order. */
  close(): void {
    const { browser } = this;
    if (this.collab.status.unkept) return;
    browser.tabs = browser.tabs.filter((tab) => tab !== this);
    // A page that only looks at what another has stored keeps nothing, and a disk may be full a moment later.
    if (!this.editor?.readOnly && !browser.world.faults.full) {
      for (const mark of marksIn(this.editor?.text ?? "")) browser.world.safe.add(mark);
    }
    this.collab.close();
  }
}

function forSeeds(runs: number, faults: Faults): Promise<void> {
  const run = async (seed: number) => {
    const world = new World(seed, faults);
    for (let n = 0; n < 100; n++) await world.step();
    await world.settle();
    world.check();
  };
  const only = process.env.COLLABD_SEED;
  if (only !== undefined) return run(Number(only));
  return fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), run), {
    numRuns: Number(process.env.COLLABD_RUNS ?? runs),
    endOnFailure: true,
  });
}

describe("tabs that are killed and opened again, on a bad network", () => {
  it("send what is on the disk exactly once, and never need a copy", { timeout: TIMEOUT_MS }, () =>
    forSeeds(60, { full: false, powerCuts: false }),
  );

  it("lose nothing that is on the disk when the disk is full at times", { timeout: TIMEOUT_MS }, () =>
    forSeeds(40, { full: true, powerCuts: false }),
  );

  it("lose nothing that is left on the disk when it loses what was written last", { timeout: TIMEOUT_MS }, () =>
    forSeeds(40, { full: false, powerCuts: true }),
  );
});
