import { describe, expect, it } from "vitest";
import { LOG_EVENTS } from "./journal.ts";
import { sendOrphans } from "./orphans.ts";
import { MemoryDisk, MemoryJournal, settled } from "./testing/journal.ts";
import { Guest, Room } from "./testing/room.ts";

/** A browser with a disk, whose tabs go on where others ended. */
class Browser {
  readonly disk: MemoryDisk;

  constructor(readonly room: Room) {
    this.disk = new MemoryDisk(room.clock);
  }

  /** Opens a tab, and lets it connect. */
  async open(): Promise<Tab> {
    const journal = new MemoryJournal(this.disk);
    const guest = new Guest(Object.assign(this.room, { options: { journal } }));
    const pass = (ms: number) => pass_(this.room, ms);
    await pass(60);
    const kill = () => {
      journal.kill();
      guest.collab.close();
    };
    return { guest, kill, pass, journal };
  }

  /** The only stored client. */
  get row() {
    expect(this.disk.rows.size).toBe(1);
    return [...this.disk.rows.values()][0]!;
  }
}

interface Tab {
  readonly guest: Guest;
  readonly journal: MemoryJournal;
  kill(): void;
  /** Lets time pass, and promises settle. */
  pass(ms: number): Promise<void>;
}

async function pass_(room: Room, ms: number): Promise<void> {
  await settled();
  for (let left = ms; left > 0; left -= 20) {
    room.clock.advance(Math.min(20, left));
    await settled();
  }
}

describe("the journal", () => {
  it("has what was typed at the end of the turn, and what others did a little later", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const { guest, pass } = await browser.open();
    guest.editor.type(0, "a");
    guest.editor.type(1, "b");
    await pass(1);
    expect(browser.row.events.map(({ kind }) => kind)).toEqual(["local", "local"]);
    expect(browser.row.head).toMatchObject({ unsent: 2, user: "u-c1" });
    room.rest();
    room.server.write([{ insert: "x" }]);
    await pass(500);
    const before = browser.row.events.length;
    await pass(1_000);
    expect(browser.row.events.length).toBeGreaterThan(before);
    expect(browser.row.head.unsent).toBe(0);
  });

  it("gives a page its document before there is a connection, and takes edits", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const first = await browser.open();
    first.guest.editor.type(3, "d");
    await first.pass(2_000);
    first.kill();
    room.server.up = false;
    const { guest, pass } = await browser.open();
    expect(guest.ready).toBe(true);
    expect(guest.editor.text).toBe("abcd");
    expect(guest.editor.readOnly).toBe(false);
    guest.editor.type(4, "e");
    expect(guest.collab.status).toMatchObject({ state: "reconnecting", unsent: 1 });
    expect(guest.collab.client).toBe("c1");
    room.server.up = true;
    await pass(2_000);
    expect(room.server.content).toEqual([{ insert: "abcde" }]);
    expect(guest.editor.loads).toBe(1);
  });

  it("sends an edit only when the log has it, or that takes too long", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const { guest, pass } = await browser.open();
    browser.disk.latency = 100;
    browser.disk.random = () => 1;
    guest.editor.type(0, "a");
    await pass(80);
    expect(room.network.frames("edit")).toHaveLength(0);
    await pass(40);
    expect(room.network.frames("edit")).toHaveLength(1);
    browser.disk.latency = 5_000;
    await pass(100);
    guest.editor.type(0, "b");
    await pass(220);
    expect(room.network.frames("edit")).toHaveLength(2);
  });

  it("makes a snapshot of a long log, and of a short one when it is quiet", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const { guest, pass } = await browser.open();
    for (let n = 0; n <= LOG_EVENTS; n++) {
      guest.editor.type(0, "a");
      if (n % 100 === 0) await settled();
    }
    await pass(500);
    expect(browser.row.events.length).toBeLessThan(LOG_EVENTS);
    guest.editor.type(0, "b".repeat(5_000));
    await pass(2_000);
    expect(browser.row.events.length).toBeGreaterThan(0);
    await pass(4_000);
    expect(browser.row.events).toEqual([]);
    expect(browser.row.snapshot.state.kind).toBe("synchronized");
  });

  it("says when it keeps nothing, and begins with a snapshot when it can again", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const { guest, pass } = await browser.open();
    browser.disk.full = true;
    guest.editor.type(0, "a");
    await pass(100);
    expect(guest.collab.status).toMatchObject({ unkept: true, unsent: 0, state: "saved" }); // nothing waits for it
    guest.editor.type(0, "b");
    browser.disk.full = false;
    await pass(10_000);
    expect(guest.collab.status.unkept).toBeUndefined();
    expect(browser.row.snapshot.document).toEqual([{ insert: "baabc" }]);
  });

  it("gives one client to one page: the second may look while there is no connection, and is another one then", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const first = await browser.open();
    first.guest.editor.type(0, "unsent ");
    room.server.up = false;
    room.network.cutAll();
    await first.pass(1_000);
    const { guest, pass } = await browser.open();
    expect(guest.editor.readOnly).toBe(true);
    room.server.up = true;
    await pass(5_000);
    expect(guest.editor.readOnly).toBe(false);
    expect(guest.collab.client).not.toBe(first.guest.collab.client);
    expect(guest.editor.text).toBe("unsent abc");
    expect(guest.copies).toEqual([]);
    expect(first.guest.state).toBe("saved");
  });

  it("leaves a client that another page took over, without a copy of what that has", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const { guest, pass } = await browser.open();
    room.server.up = false;
    room.network.cutAll();
    guest.editor.type(0, "journalled ");
    await pass(100);
    // It was frozen: another page thinks that it is gone.
    browser.disk.locks.clear();
    const other = await browser.open();
    room.server.up = true;
    await pass(5_000);
    expect(guest.collab.client).not.toBe(other.guest.collab.client);
    expect(room.server.content).toEqual([{ insert: "journalled abc" }]);
    expect(guest.editor.text).toBe("journalled abc");
    expect([...guest.copies, ...other.guest.copies, ...browser.disk.copies]).toEqual([]);
  });

  it("holds its client until the last write is done, so that who takes it finds all", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const { guest, pass } = await browser.open();
    browser.disk.latency = 50;
    browser.disk.random = () => 1;
    guest.editor.type(0, "last");
    guest.collab.close();
    await settled();
    expect(browser.disk.locks.has("c1")).toBe(true);
    await pass(60);
    expect(browser.disk.locks.has("c1")).toBe(false);
    expect(browser.row.events.map(({ kind }) => kind)).toEqual(["local"]);
  });

  it("makes a copy of what cannot be resumed, for its own user alone", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const first = await browser.open();
    room.server.up = false;
    room.network.cutAll();
    first.guest.editor.type(0, "mine");
    await first.pass(100);
    first.kill();
    room.server.up = true;
    room.server.lineage = "l2"; // and the fake server knows each client as another user
    const { guest, pass } = await browser.open();
    await pass(1_000);
    expect(guest.editor.text).toBe("abc");
    expect(guest.copies).toEqual([]);
    expect(browser.disk.copies.map(({ text, user, reason }) => [text, user, reason])).toEqual([
      ["mine", "u-c1", "lineage_changed"],
    ]);
    expect([...browser.disk.rows.keys()]).toEqual([guest.collab.client]);
  });

  it("makes a copy of what was typed when the rest is damaged", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const first = await browser.open();
    room.server.up = false;
    room.network.cutAll();
    first.guest.editor.type(3, "typed");
    await first.pass(100);
    first.kill();
    browser.row.snapshot = { ...browser.row.snapshot, document: [] };
    room.server.up = true;
    const { guest, pass } = await browser.open();
    await pass(1_000);
    expect(guest.copies.map(({ text, reason }) => [text, reason])).toEqual([["typed", "damaged"]]);
    expect(guest.editor.text).toBe("abc");
  });
});

describe("orphans", () => {
  it("are sent by a page that has no editor for them, and are then gone", async () => {
    const room = new Room();
    const browser = new Browser(room);
    for (const word of ["one ", "two "]) {
      room.server.up = true;
      const tab = await browser.open();
      await tab.pass(100);
      room.server.up = false;
      room.network.cutAll();
      tab.guest.editor.type(0, word);
      await tab.pass(100);
      browser.disk.locks.set(tab.guest.collab.client, browser); // the next one is another client
      tab.guest.collab.close();
    }
    await pass_(room, 100);
    browser.disk.locks.clear();
    room.server.up = true;
    const sent = sendOrphans(new MemoryJournal(browser.disk), { transport: room.network, clock: room.clock });
    await pass_(room, 3_000);
    expect(await sent).toBe(2);
    expect(browser.disk.rows.size).toBe(0);
    expect(room.server.content[0]!).toEqual({ insert: expect.stringMatching(/^(one two |two one )abc$/) });
  });

  it("become copies when they cannot be resumed", async () => {
    const room = new Room();
    const browser = new Browser(room);
    const tab = await browser.open();
    room.server.up = false;
    room.network.cutAll();
    tab.guest.editor.type(0, "kept");
    await tab.pass(100);
    tab.kill();
    room.server.lineage = "l2";
    room.server.up = true;
    void sendOrphans(new MemoryJournal(browser.disk), { transport: room.network, clock: room.clock });
    await pass_(room, 3_000);
    expect(browser.disk.copies.map(({ text }) => text)).toEqual(["kept"]);
    expect(browser.disk.rows.size).toBe(0);
  });
});
