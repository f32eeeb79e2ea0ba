import { describe, expect, it } from "vitest";
import { Room } from "./testing/room.ts";

const editsOf = (room: Room) => room.network.frames("edit");
const json = (frame: string | undefined) => JSON.parse(frame ?? "null");

describe("the end of a session", () => {
  it("stop: says why, keeps a copy, and does not try again", () => {
    const room = new Room();
    const ana = room.join();
    room.network.last.silence();
    ana.editor.type(0, "lost?");
    room.network.last.onframe('{"type":"error","code":"not_found","message":"It was deleted."}');
    room.network.last.onclose(4204, "not_found");
    const error = { code: "not_found", message: "It was deleted." };
    expect(ana.collab.status).toEqual({ state: "error", unsent: 1, error });
    expect(ana.copies.map(({ reason, text }) => [reason, text])).toEqual([["not_found", "lost?"]]);
    room.clock.advance(600_000);
    expect(room.network.wires).toHaveLength(1);
    ana.collab.notifyOnline(true);
    expect(room.network.wires).toHaveLength(1);
    ana.collab.retryNow(); // its user insists
    room.clock.until(() => ana.state === "saved");
    expect(room.server.content).toEqual([{ insert: "lost?abc" }]);
  });

  it("resync: keeps a copy of all that is unsent, and begins anew", () => {
    const room = new Room();
    const ana = room.join();
    room.network.last.silence();
    ana.editor.type(3, "😀");
    ana.editor.type(5, " more");
    room.server.lineage = "l2";
    room.network.last.cut();
    ana.editor.type(10, "!"); // typed while nobody knows yet
    room.clock.until(() => ana.copies.length > 0);
    room.rest();
    expect(ana.copies).toEqual([
      {
        id: expect.any(String),
        op: [{ retain: 3 }, { insert: "😀 more!" }],
        text: "😀 more!",
        document: [{ insert: "abc😀 more!" }],
        at: expect.any(Number),
        reason: "lineage_changed",
      },
    ]);
    expect(ana.editor.text).toBe("abc");
    expect(ana.editor.loads).toBe(2);
    expect(ana.collab.client).toBe("c2");
    expect(ana.unsent).toBe(0);
    ana.editor.type(0, "on ");
    room.rest();
    expect(room.server.content).toEqual([{ insert: "on abc" }]);
    expect(json(editsOf(room).at(-1))).toMatchObject({ seq: 1 });
  });

  it("resync: without anything unsent there is nothing to keep", () => {
    const room = new Room();
    const ana = room.join();
    room.server.disconnect(4199, "a_reason_of_the_future");
    room.clock.until(() => ana.editor.loads === 2);
    expect(ana.copies).toEqual([]);
    expect(room.network.last.sent[0]).toBe('{"type":"hello"}');
  });

  it("resync: an own record that is not what we made of it is noticed", () => {
    const room = new Room();
    room.server.publishAfter = 1_000;
    const ana = room.join();
    ana.editor.type(0, "x");
    const records = [{ client: "c1", seq: 1, op: [{ insert: "y" }] }];
    room.network.last.onframe(JSON.stringify({ type: "records", after: 0, records }));
    expect(ana.state).toBe("reconnecting");
    room.clock.until(() => ana.copies.length > 0);
    room.clock.advance(2_000);
    expect(ana.copies.map(({ reason, text }) => [reason, text])).toEqual([["diverged", "x"]]);
    expect(ana.editor.content).toEqual(room.server.content);
  });

  it("resync: a record that does not fit the document is noticed", () => {
    const room = new Room();
    const ana = room.join();
    const records = [{ client: "c9", seq: 1, op: [{ retain: 99 }, { delete: 1 }] }];
    room.network.last.onframe(JSON.stringify({ type: "records", after: 0, records }));
    room.clock.until(() => ana.editor.loads === 2);
    expect(ana.editor.text).toBe("abc");
  });

  it("any other close: tries again", () => {
    for (const code of [1000, 1001, 1006, 1011, 4000, 4005, 4099, 4999]) {
      const room = new Room();
      const ana = room.join();
      room.server.disconnect(code, "");
      room.clock.advance(1);
      expect(ana.state).toBe("reconnecting");
      room.clock.until(() => ana.state === "connected");
      expect(ana.editor.loads).toBe(1);
    }
  });

  it("close: no timer and no connection is left", () => {
    const room = new Room();
    const ana = room.join();
    ana.editor.type(0, "x");
    ana.collab.close();
    room.server.write([{ insert: "1" }]);
    room.clock.advance(120_000);
    expect(room.network.wires).toHaveLength(1);
    expect(ana.editor.text).toBe("xabc");
  });
});
