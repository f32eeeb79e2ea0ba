import { describe, expect, it } from "vitest";
import { Room } from "./testing/room.ts";

const json = (frame: string | undefined) => JSON.parse(frame ?? "null");

describe("presence", () => {
  const sent = (room: Room) => room.network.frames("presence").map(json);

  it("tells where the caret is, at most once in 50 ms, the latest wins", () => {
    const room = new Room([{ insert: "abcdefgh" }]);
    const ana = room.join();
    for (const at of [1, 2, 3]) ana.collab.select([[at, at]]);
    room.clock.advance(1);
    for (const at of [4, 5, 6]) ana.collab.select([[at, at]]);
    room.clock.advance(48);
    expect(sent(room)).toHaveLength(1);
    room.clock.advance(5);
    expect(sent(room)).toEqual([
      { type: "presence", revision: 0, selections: [[3, 3]] },
      { type: "presence", revision: 0, selections: [[6, 6]] },
    ]);
  });

  it("says nothing when nothing changed, and nothing for what is typed", () => {
    const room = new Room();
    const ana = room.join();
    ana.collab.select([[1, 1]]);
    room.rest();
    ana.editor.type(1, "😀");
    room.rest();
    ana.editor.type(3, "x");
    room.rest();
    ana.collab.select([[4, 4]]);
    room.rest();
    expect(sent(room)).toHaveLength(1);
    expect(room.server.selectionsOf("c1")).toEqual([[4, 4]]);
  });

  it("maps the caret back through what is unsent", () => {
    const room = new Room([{ insert: "abcdef" }]);
    room.server.publishAfter = 1_000;
    const ana = room.join();
    ana.editor.edit([{ insert: "xx" }]); // in flight
    ana.editor.edit([{ retain: 3 }, { delete: 2 }]); // pending: "xxadef"
    ana.collab.select([[5, 6]]);
    room.rest();
    expect(sent(room)).toEqual([{ type: "presence", revision: 0, selections: [[5, 6]] }]);
    ana.collab.select([[1, 1]]);
    room.rest();
    expect(sent(room)[1]).toMatchObject({ selections: [[0, 0]] });
  });

  it("is told again on a new connection, and taken back when the caret leaves", () => {
    const room = new Room();
    const ana = room.join();
    ana.collab.select([[1, 2]]);
    room.rest();
    room.network.last.cut();
    room.clock.until(() => ana.state === "connected");
    room.rest();
    ana.collab.select([]);
    room.rest();
    expect(sent(room).map(({ selections }) => selections)).toEqual([[[1, 2]], [[1, 2]], []]);
  });

  it("shows others, who move with their own text and stay before that of others", () => {
    const room = new Room([{ insert: "abcdef" }]);
    const ana = room.join();
    const ben = room.join();
    ben.collab.select([[2, 2]]);
    room.rest();
    const caret = () => ana.editor.peers.map(({ client, selections }) => [client, selections]);
    expect(caret()).toEqual([["c2", [[2, 2]]]]);
    ben.editor.type(2, "xx");
    room.rest();
    expect(caret()).toEqual([["c2", [[4, 4]]]]);
    room.server.write([{ retain: 4 }, { insert: "outside" }]);
    room.rest();
    expect(caret()).toEqual([["c2", [[4, 4]]]]);
    room.network.wires[0]!.silence();
    ana.editor.type(0, "mine"); // in flight
    ana.editor.type(4, "too"); // pending
    room.clock.advance(0);
    expect(caret()).toEqual([["c2", [[11, 11]]]]);
    expect(ana.peers).toEqual(ana.editor.peers);
  });

  it("shows nobody when the connection is gone", () => {
    const room = new Room();
    const ana = room.join();
    room.join();
    room.rest();
    expect(ana.editor.peers).toHaveLength(1);
    room.network.up = false;
    room.network.cutAll();
    expect(ana.editor.peers).toEqual([]);
  });

  it("tells the page only of what changed, and the editor at each edit", () => {
    const room = new Room();
    const ana = room.join();
    const ben = room.join();
    ben.collab.select([[0, 0]]);
    room.rest();
    let events = 0;
    let shows = 0;
    ana.collab.on("peers", () => events++);
    ana.editor.showPeers = () => shows++;
    ana.editor.type(3, "behind");
    room.rest();
    expect(events).toBe(0);
    expect(shows).toBeGreaterThan(0);
    ana.editor.type(0, "before");
    room.rest();
    expect(events).toBe(0); // a caret stays before what others insert just there
    ben.editor.type(0, "b");
    room.rest();
    expect(events).toBe(1);
  });

  it("never shows the user their own caret, though a frame for everybody lists it", () => {
    const room = new Room();
    room.server.bundled = true;
    const ana = room.join();
    const ben = room.join();
    ana.collab.select([[1, 1]]);
    ben.collab.select([[2, 2]]);
    room.rest();
    expect(ana.peers.map(({ client, selections }) => [client, selections])).toEqual([["c2", [[2, 2]]]]);
    expect(ben.peers.map(({ client, selections }) => [client, selections])).toEqual([["c1", [[1, 1]]]]);
  });

  it("is told who comes and goes", () => {
    const room = new Room();
    const ana = room.join();
    const ben = room.join();
    room.rest();
    expect(ana.peers.map(({ user }) => user.name)).toEqual(["c2"]);
    expect(ben.peers.map(({ user }) => user.name)).toEqual(["c1"]);
    ben.collab.close();
    room.rest();
    expect(ana.peers).toEqual([]);
  });
});
