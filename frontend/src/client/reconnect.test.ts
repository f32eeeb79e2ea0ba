import { describe, expect, it } from "vitest";
import { Room } from "./testing/room.ts";

const editsOf = (room: Room) => room.network.frames("edit");
const json = (frame: string | undefined) => JSON.parse(frame ?? "null");

describe("a lost connection", () => {
  it("resumes, and sends the inflight edit again, byte for byte", () => {
    const room = new Room();
    const ana = room.join();
    room.network.last.silence(); // the edit gets lost on its way
    ana.editor.type(1, "x");
    ana.editor.type(2, "y");
    room.server.write([{ insert: "others " }]);
    const records = room.server.log.map(({ client, seq, op }) => ({ client, seq, op }));
    room.network.last.onframe(JSON.stringify({ type: "records", after: 0, records })); // it is rebased meanwhile
    room.network.last.cut();
    expect(ana.state).toBe("reconnecting");
    ana.editor.type(10, "z");
    expect(ana.unsent).toBe(3);
    room.clock.until(() => ana.state === "saved");
    expect(json(room.network.last.sent[0])).toEqual({
      type: "hello",
      client: "c1",
      secret: "secret of c1",
      lineage: "l1",
      revision: 1,
    });
    const edits = editsOf(room);
    expect(edits[1]).toBe(edits[0]);
    expect(json(edits[2])).toMatchObject({ seq: 2, base: 2 });
    expect(room.server.content).toEqual([{ insert: "others axyzbc" }]);
    expect(ana.editor.text).toBe("others axyzbc");
    expect(ana.copies).toEqual([]);
  });

  it("does not send again what the server has, but waits for its record", () => {
    const room = new Room();
    room.server.publishAfter = 100;
    const ana = room.join();
    ana.editor.type(1, "x");
    room.clock.advance(10);
    room.network.last.cut(); // accepted, and the record is lost
    room.clock.until(() => ana.state === "saved");
    expect(editsOf(room)).toHaveLength(1);
    expect(room.server.content).toEqual([{ insert: "axbc" }]);
  });

  it("keeps what others did during a catch-up, in its order", () => {
    const room = new Room([{ insert: "abc" }]);
    room.server.parts = 2;
    room.server.catchupAbove = 2;
    const ana = room.join();
    room.network.last.cut();
    for (const text of ["1", "2", "3", "4"]) room.server.write([{ insert: text }]);
    room.clock.until(() => room.network.wires.length === 2 && ana.state !== "reconnecting");
    room.server.write([{ insert: "5" }]);
    room.rest();
    expect(ana.editor.text).toBe("54321abc");
    expect(ana.collab.revision).toBe(5);
  });

  it("takes up a catch-up anew that broke in the middle", () => {
    const room = new Room();
    const ana = room.join();
    const frame = (part: number, op: unknown) =>
      room.network.last.onframe(JSON.stringify({ type: "catchup", after: 0, to: 2, part, parts: 2, op }));
    frame(1, [{ insert: "1" }]);
    expect(ana.editor.text).toBe("abc"); // between two revisions: nothing is shown yet
    room.server.write([{ insert: "1" }]);
    room.server.write([{ insert: "2" }]);
    room.network.last.cut();
    room.clock.until(() => ana.state === "connected");
    room.rest();
    expect(ana.editor.text).toBe("21abc");
  });

  it("takes many messages in one frame, and gives up the rest of a frame that it cannot take", () => {
    const room = new Room([{ insert: "a" }, { insert: "b", attributes: { bold: true } }, { insert: "\n" }], "rich");
    room.server.bundled = true;
    room.server.parts = 2;
    const ana = room.join();
    expect(ana.collab.document).toEqual(room.server.content);
    const records = (after: number, text: string) => ({
      type: "records",
      after,
      records: [{ client: "other", seq: after + 1, op: [{ insert: text }] }],
    });
    const frame = (...messages: object[]) => room.network.last.onframe(JSON.stringify(messages));
    frame();
    frame({ type: "of tomorrow" }, records(0, "1"), { type: "title", title: "New" }, records(1, "2"));
    expect(ana.collab.revision).toBe(2);
    expect(ana.titles).toEqual(["A title", "New"]);
    const connections = room.network.wires.length;
    frame(records(2, "3"), records(4, "5"), { type: "title", title: "Never" });
    expect(ana.collab.revision).toBe(3);
    expect(ana.titles).toEqual(["A title", "New"]);
    expect(ana.state).toBe("reconnecting");
    room.clock.until(() => room.network.wires.length > connections);
  });

  it("gives records that came between the parts of a catch-up to the editor after it", () => {
    const room = new Room();
    const ana = room.join();
    const { last } = room.network;
    const deliver = (message: object) => last.onframe(JSON.stringify(message));
    deliver({ type: "catchup", after: 0, to: 3, part: 1, parts: 2, op: [{ insert: "1" }] });
    deliver({ type: "records", after: 3, records: [{ client: "c9", seq: 1, op: [{ insert: "3" }] }] });
    deliver({ type: "catchup", after: 0, to: 3, part: 2, parts: 2, op: [{ insert: "2" }] });
    expect(ana.editor.text).toBe("321abc");
    expect(ana.collab.revision).toBe(4);
  });

  it("passes over records that it has, and resumes when one is left out", () => {
    const room = new Room();
    const ana = room.join();
    const record = { client: "c9", seq: 1, op: [{ insert: "1" }] };
    const deliver = (after: number, records: object[]) =>
      room.network.last.onframe(JSON.stringify({ type: "records", after, records }));
    deliver(0, [record]);
    deliver(0, [record, { ...record, op: [{ insert: "2" }] }]);
    expect(ana.editor.text).toBe("21abc");
    expect(ana.collab.revision).toBe(2);
    deliver(5, [record]);
    expect(ana.editor.text).toBe("21abc");
    expect(ana.state).toBe("reconnecting");
  });

  it("drops a connection that talks nonsense, and goes on", () => {
    for (const frame of ["", "[", "null", '{"type":"records"}', '{"type":"doc","part":1,"parts":1,"op":[]}']) {
      const room = new Room();
      const ana = room.join();
      room.network.last.onframe(frame);
      expect(ana.state).toBe("reconnecting");
      room.clock.until(() => ana.state === "connected");
    }
  });

  it("ignores messages and members that it does not know", () => {
    const room = new Room();
    const ana = room.join();
    room.server.tell({ type: "fireworks", colour: "red" });
    room.server.tell({ type: "title", title: "Another", by: "somebody" });
    room.rest();
    expect(ana.titles).toEqual(["A title", "Another"]);
    expect(ana.state).toBe("connected");
  });
});

describe("trying again", () => {
  /** When connections were begun, in milliseconds after the loss. */
  function tries(room: Room, ms: number): number[] {
    const times: number[] = [];
    for (let passed = 0, count = room.network.wires.length; passed < ms; passed += 5) {
      room.clock.advance(5);
      if (room.network.wires.length > count) times.push(passed + 5);
      count = room.network.wires.length;
    }
    return times;
  }

  it("waits longer each time, up to 30 s, and never gives up", () => {
    const room = new Room();
    room.join();
    room.clock.advance(5_000);
    room.server.up = false;
    room.network.cutAll();
    const times = tries(room, 3_600_000);
    const waits = times.map((time, i) => time - (times[i - 1] ?? 0));
    expect(waits.slice(0, 9)).toEqual([250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    expect(waits.length).toBeGreaterThan(100);
  });

  it("leaves half of the wait to chance", () => {
    const room = new Room();
    room.join(() => 0);
    room.clock.advance(5_000);
    room.server.up = false;
    room.network.cutAll();
    expect(tries(room, 2_000)).toEqual([125, 375, 875, 1875]);
  });

  it("tries at once when the network is back, or when it is told to", () => {
    for (const hurry of ["online", "retryNow"] as const) {
      const room = new Room();
      const ana = room.join();
      room.server.up = false;
      room.network.cutAll();
      room.clock.advance(100_000);
      room.server.up = true;
      if (hurry === "online") ana.collab.notifyOnline(true);
      else ana.collab.retryNow();
      room.clock.advance(1);
      expect(ana.state).toBe("connected");
    }
  });

  it("comes back when a restarting server asked for it", () => {
    const room = new Room();
    const ana = room.join();
    room.clock.advance(5_000);
    room.server.tell({ type: "goaway", reason: "restarting", retry_ms: 3000 });
    room.server.disconnect(4000, "restarting");
    room.clock.advance(1);
    expect(ana.state).toBe("reconnecting");
    expect(tries(room, 10_000)).toEqual([4500]); // 3 s and the most of its jitter
    expect(ana.state).toBe("connected");
  });

  it("does not wait for ever for a server that accepts and says nothing", () => {
    const room = new Room();
    const ana = room.join();
    const { accept } = room.server;
    room.server.accept = () => {};
    room.network.cutAll();
    room.clock.advance(20_000);
    room.server.accept = accept;
    room.clock.until(() => ana.state === "connected");
  });
});

describe("heartbeat", () => {
  const pings = (room: Room) => room.network.frames("ping").length;

  it("asks every 10 s when nothing happens", () => {
    const room = new Room();
    const ana = room.join();
    room.clock.advance(61_000);
    expect(pings(room)).toBe(6);
    expect(ana.state).toBe("connected");
  });

  it("finds a silent connection within 14 s", () => {
    const room = new Room();
    const ana = room.join();
    room.network.last.silence();
    room.clock.advance(13_900);
    expect(ana.state).toBe("connected");
    room.clock.advance(200);
    expect(ana.state).toBe("reconnecting");
    room.clock.until(() => ana.state === "connected");
  });

  it("finds it within 5 s when edits are unsent", () => {
    const room = new Room();
    const ana = room.join();
    room.clock.advance(7_000);
    room.network.last.silence();
    ana.editor.type(0, "x");
    room.clock.advance(1_400);
    expect(pings(room)).toBe(0);
    room.clock.advance(2_700);
    expect(pings(room)).toBe(1);
    expect(ana.collab.status).toEqual({ state: "reconnecting", unsent: 1 });
    room.clock.until(() => ana.state === "saved");
    expect(room.server.content).toEqual([{ insert: "xabc" }]);
  });

  it("asks at once when the page is seen again", () => {
    const room = new Room();
    const ana = room.join();
    room.network.last.silence();
    ana.collab.notifyOnline(true);
    expect(pings(room)).toBe(1);
    room.clock.advance(4_100);
    expect(ana.state).toBe("reconnecting");
  });
});
