import { describe, expect, it } from "vitest";
import { ToyEditor } from "./testing/editor.ts";
import { Guest, Room } from "./testing/room.ts";

const editsOf = (room: Room) => room.network.frames("edit");
const json = (frame: string | undefined) => JSON.parse(frame ?? "null");

describe("loading", () => {
  it("says hello, and is ready with the document", () => {
    const room = new Room();
    const ana = room.join();
    expect(room.network.last.sent[0]).toBe('{"type":"hello"}');
    expect(ana.editor.text).toBe("abc");
    expect(ana.titles).toEqual(["A title"]);
    expect(ana.state).toBe("connected");
    expect(ana.collab.client).toBe("c1");
  });

  it("keeps the document up to date until an editor is attached", () => {
    const room = new Room();
    const ana = room.join();
    room.server.write([{ insert: "1" }]);
    room.rest();
    expect(ana.collab.document).toEqual([{ insert: "1abc" }]);
  });

  it("takes a document in parts, and what comes between them only afterwards", () => {
    const room = new Room([{ insert: "a", attributes: { bold: true } }, { insert: "b" }, { insert: "\n" }], "rich");
    room.server.parts = 3;
    const ana = room.join();
    expect(ana.collab.document).toEqual([{ insert: "a", attributes: { bold: true } }, { insert: "b\n" }]);
  });

  it("takes an empty document, which has no parts", () => {
    const room = new Room([]);
    const ana = room.join();
    expect(ana.editor.text).toBe("");
    ana.editor.type(0, "first");
    room.rest();
    expect(room.server.content).toEqual([{ insert: "first" }]);
  });

  it("cannot be used before it is ready", () => {
    const room = new Room();
    room.server.up = false;
    const ana = new Guest(room);
    room.clock.advance(10_000);
    expect(ana.ready).toBe(false);
    expect(() => new ToyEditor(ana.collab)).toThrow("attach before ready");
    expect(() => ana.collab.localEdit([{ insert: "x" }])).toThrow("localEdit before ready");
    room.server.up = true;
    room.clock.until(() => ana.ready);
  });
});

describe("typing", () => {
  it("sends one edit at a time, the next one when the first has come back", () => {
    const room = new Room();
    room.server.publishAfter = 20;
    const ana = room.join();
    ana.editor.type(3, "d");
    ana.editor.type(4, "e");
    ana.editor.type(5, "f");
    expect(ana.collab.status).toEqual({ state: "saving", unsent: 3 });
    room.clock.advance(10);
    expect(editsOf(room).map(json)).toEqual([{ type: "edit", seq: 1, base: 0, op: [{ retain: 3 }, { insert: "d" }] }]);
    room.clock.advance(20);
    expect(json(editsOf(room)[1])).toEqual({ type: "edit", seq: 2, base: 1, op: [{ retain: 4 }, { insert: "ef" }] });
    expect(ana.unsent).toBe(2);
    room.clock.advance(30);
    expect(ana.collab.status).toEqual({ state: "saved", unsent: 0 });
    expect(room.server.content).toEqual([{ insert: "abcdef" }]);
  });

  it("shows others' changes at the right place while own ones are unsent", () => {
    const room = new Room();
    room.server.publishAfter = 20;
    const ana = room.join();
    ana.editor.type(0, "x");
    ana.editor.type(4, "y");
    room.server.write([{ retain: 1 }, { insert: "😀" }]);
    room.clock.advance(25);
    expect(ana.editor.text).toBe("xa😀bcy");
    expect(ana.editor.remote).toEqual([{ op: [{ retain: 2 }, { insert: "😀" }], author: "outside" }]);
    room.rest();
    expect(room.server.content).toEqual([{ insert: "xa😀bcy" }]);
  });

  it("sends a large paste in edits within the limits", () => {
    const room = new Room();
    room.server.limits = { ...room.server.limits, edit_units: 10 };
    const ana = room.join();
    ana.editor.type(1, "0123456789".repeat(5));
    room.rest();
    expect(editsOf(room)).toHaveLength(5);
    expect(room.server.content).toEqual([{ insert: `a${"0123456789".repeat(5)}bc` }]);
    expect(ana.collab.status).toEqual({ state: "saved", unsent: 0 });
  });

  it("never sends what does not fit, keeps it, and loads the editor again", () => {
    const room = new Room();
    const ana = room.join();
    for (const op of [[{ insert: "\ud83d" }], [{ retain: 9 }, { insert: "far" }]]) {
      ana.collab.localEdit(op);
      ana.collab.localEdit([{ insert: "!" }]); // to a content that nobody knows
      room.rest();
    }
    expect(editsOf(room)).toEqual([]);
    expect(ana.copies.map(({ reason, text }) => [reason, text])).toEqual([
      ["invalid_edit", "\ud83d"],
      ["invalid_edit", "!"],
      ["invalid_edit", "far"],
      ["invalid_edit", "!"],
    ]);
    expect(ana.editor.loads).toBe(3);
    expect(ana.editor.text).toBe("abc");
    ana.editor.type(0, "ok");
    room.rest();
    expect(room.server.content).toEqual([{ insert: "okabc" }]);
  });

  it("loads an editor again that fails on a change", () => {
    const room = new Room();
    const ana = room.join();
    const { applyRemote } = ana.editor;
    ana.editor.applyRemote = () => {
      ana.editor.applyRemote = applyRemote;
      throw new Error("the editor is broken");
    };
    room.server.write([{ insert: "1" }]);
    expect(() => room.rest()).toThrow("the editor is broken");
    expect(ana.editor.text).toBe("1abc");
    room.server.write([{ insert: "2" }]);
    room.rest();
    expect(ana.editor.text).toBe("21abc");
  });
});

describe("status", () => {
  it("is connecting until the first welcome, or offline without a network", () => {
    const room = new Room();
    room.network.up = false;
    const ana = new Guest(room);
    room.clock.advance(5_000);
    expect(ana.state).toBe("connecting");
    ana.online = false;
    ana.collab.notifyOnline(false);
    expect(ana.state).toBe("offline");
    ana.online = room.network.up = true;
    ana.collab.notifyOnline(true);
    expect(ana.state).toBe("connecting");
    room.clock.advance(1);
    expect(ana.state).toBe("connected");
  });

  it("goes from connected to saving to saved", () => {
    const room = new Room();
    const ana = room.join();
    ana.editor.type(0, "x");
    room.rest();
    expect(ana.statuses.map(({ state, unsent }) => [state, unsent])).toEqual([
      ["connected", 0],
      ["saving", 1],
      ["saved", 0],
    ]);
  });

  it("is offline once a lost network is certain, and counts what is typed", () => {
    const room = new Room();
    const ana = room.join();
    room.network.last.silence();
    room.network.up = false;
    ana.online = false;
    ana.collab.notifyOnline(false);
    expect(ana.state).toBe("offline");
    ana.editor.type(0, "x");
    ana.editor.type(1, "y");
    room.clock.advance(60_000);
    expect(ana.collab.status).toEqual({ state: "offline", unsent: 2 });
    ana.online = room.network.up = true;
    ana.collab.notifyOnline(true);
    room.clock.advance(1);
    expect(ana.collab.status).toEqual({ state: "saved", unsent: 0 });
  });

  it("is not offline while the server answers, whatever the browser says", () => {
    const room = new Room();
    const ana = room.join();
    ana.online = false;
    ana.collab.notifyOnline(false);
    room.rest();
    expect(ana.state).toBe("connected");
  });

  it("is readonly for those who may not edit, and their edits are not sent", () => {
    const room = new Room();
    room.server.role = "viewer";
    const ana = room.join();
    expect(ana.state).toBe("readonly");
    expect(ana.editor.readOnly).toBe(true);
    room.server.tell({ type: "role", role: "editor" });
    room.server.role = "editor";
    room.rest();
    expect(ana.editor.readOnly).toBe(false);
    expect(ana.state).toBe("connected");
  });

  it("says that the server cannot write, counts what waits for it, and is saved by itself afterwards", () => {
    const room = new Room();
    room.server.publishAfter = 1_000; // nothing is acknowledged meanwhile
    const ana = room.join();
    ana.editor.type(0, "x");
    room.server.tell({ type: "store", ok: false });
    room.clock.advance(1);
    ana.editor.type(1, "y");
    expect(ana.collab.status).toEqual({ state: "saving", unsent: 2, storeDown: true });
    room.server.tell({ type: "store", ok: true });
    room.clock.advance(1);
    expect(ana.collab.status).toEqual({ state: "saving", unsent: 2 });
    room.clock.advance(2_100);
    expect(ana.collab.status).toEqual({ state: "saved", unsent: 0 });
    expect(room.server.content).toEqual([{ insert: "xyabc" }]);
  });

  it("passes on what somebody did to the document, and nothing that it does not know", () => {
    const room = new Room();
    const ana = room.join();
    const notices: unknown[] = [];
    ana.collab.on("notice", (notice) => notices.push(notice));
    const user = { id: "u2", name: "Ben", color: "#1d6fb8" };
    const notice = { type: "notice", kind: "restored", user, revision: 5, of: 2, part: true };
    room.server.tell({ ...notice, more: 1 });
    room.server.tell({ type: "notices", kind: "of tomorrow" });
    room.clock.advance(1);
    expect(notices).toEqual([notice]);
    expect(ana.state).toBe("connected");
  });

  it("does not keep what a lost connection said of the store", () => {
    const room = new Room();
    const ana = room.join();
    room.server.tell({ type: "store", ok: false });
    room.clock.advance(1);
    expect(ana.collab.status).toEqual({ state: "connected", unsent: 0, storeDown: true });
    room.network.last.cut();
    expect(ana.collab.status).toEqual({ state: "reconnecting", unsent: 0 });
    room.clock.until(() => ana.state === "connected");
    expect(ana.collab.status.storeDown).toBe(undefined);
  });

  it("says that the server takes edits slower than they come, until it does not any more", () => {
    const room = new Room();
    const ana = room.join();
    const slow = () => {
      room.server.tell({ type: "slow", wait_ms: 400 });
      room.clock.advance(1);
    };
    slow();
    expect(ana.collab.status.slowed).toBe(true);
    room.clock.advance(1_000);
    slow();
    room.clock.advance(1_398);
    expect(ana.collab.status.slowed).toBe(true);
    room.clock.advance(2);
    expect(ana.collab.status).toEqual({ state: "connected", unsent: 0 });
    slow();
    room.network.last.cut();
    expect(ana.collab.status).toEqual({ state: "reconnecting", unsent: 0 });
    expect(ana.statuses.filter(({ slowed }) => slowed)).toHaveLength(2);
  });

  it("keeps a copy for somebody who loses the right to edit, and sends the edits if it comes back", () => {
    const room = new Room();
    const ana = room.join();
    room.network.last.silence();
    ana.editor.type(0, "x");
    room.network.last.onframe('{"type":"role","role":"viewer"}');
    expect(ana.collab.status).toEqual({ state: "readonly", unsent: 1 });
    expect(ana.copies.map(({ reason, text }) => [reason, text])).toEqual([["role_changed", "x"]]);
    room.network.last.cut();
    room.server.role = "viewer";
    room.clock.until(() => ana.state === "readonly");
    expect(room.server.content).toEqual([{ insert: "abc" }]);
    room.server.role = "editor";
    room.server.tell({ type: "role", role: "editor" });
    room.rest();
    expect(room.server.content).toEqual([{ insert: "xabc" }]);
  });
});
