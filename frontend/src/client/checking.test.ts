import { describe, expect, it } from "vitest";
import type { Op } from "../ot/op.ts";
import { REPAIR_HELD_UNITS } from "./checking.ts";
import { settled } from "./testing/journal.ts";
import { Room } from "./testing/room.ts";

/** A room whose server gives its document when it is asked for it, or when the test lets it. */
function repairable(document: Op) {
  const room = new Room(document);
  const asked: number[] = [];
  let answer = () => Promise.resolve(room.server.content);
  room.options = {
    fetchDocument: (_url, revision) => {
      asked.push(revision);
      return answer();
    },
  };
  const held = () => {
    let give = () => {};
    answer = () =>
      new Promise((resolve) => {
        const { content } = room.server; // at the revision that was asked for
        give = () => resolve(content);
      });
    return () => give();
  };
  const fails = () => {
    answer = () => Promise.reject(new Error("no network"));
  };
  const works = () => {
    answer = () => Promise.resolve(room.server.content);
  };
  return { room, asked, held, fails, works };
}

const checks = (room: Room) => room.network.frames("check").length;

describe("the check", () => {
  it("is asked for once after something happened, then not more often than every 30 seconds", () => {
    const room = new Room();
    const ana = room.join();
    room.clock.advance(120_000);
    expect(checks(room)).toBe(0); // nothing happened
    ana.editor.type(0, "a");
    room.clock.advance(2_000);
    expect(checks(room)).toBe(1);
    for (let second = 0; second < 60; second++) {
      ana.editor.type(0, "a");
      room.clock.advance(1_000);
    }
    expect(checks(room)).toBe(3);
    expect(ana.collab.hash).toHaveLength(16);
    expect(ana.collab.status.repaired).toBeUndefined();
  });

  it("waits while something is unsent, and comes soon after a resume", () => {
    const room = new Room();
    const ana = room.join();
    room.network.last.silence();
    ana.editor.type(0, "a");
    room.clock.advance(2_000);
    expect(checks(room)).toBe(0);
    room.network.last.cut();
    room.clock.until(() => ana.state === "saved");
    room.clock.advance(2_000);
    expect(checks(room)).toBe(1);
  });
});

describe("a document that differs", () => {
  const other: Op = [{ insert: "abXYef" }];

  it("is put right in place, is counted, and the server is told", async () => {
    const { room, asked } = repairable([{ insert: "abcdef" }]);
    const ana = room.join();
    ana.collab.select([[6, 6]]);
    ana.editor.type(6, "!");
    room.clock.until(() => ana.unsent === 0);
    room.server.document = [...other, { insert: "!" }];
    room.clock.advance(2_000);
    await settled();
    expect(asked).toEqual([1]);
    expect(ana.editor.text).toBe("abXYef!");
    expect(ana.editor.loads).toBe(1);
    expect(ana.editor.remote).toEqual([{ op: [{ retain: 2 }, { delete: 2 }, { insert: "XY" }], author: "" }]);
    expect(ana.collab.status.repaired).toBe(1);
    expect(room.server.repaired).toBe(0);
    room.clock.advance(2_000);
    expect(room.server.repaired).toBe(1);
    expect(ana.copies).toEqual([]);
    ana.editor.type(0, "z");
    room.clock.advance(60_000); // and is told no second time
    expect(checks(room)).toBe(3);
    expect(room.server.repaired).toBe(1);
  });

  it("keeps what is typed meanwhile, in flight and pending, and what others do", async () => {
    const { room, held } = repairable([{ insert: "abcdef" }]);
    const ana = room.join();
    ana.editor.type(6, "!");
    room.clock.until(() => ana.unsent === 0);
    room.server.document = [...other, { insert: "!" }];
    const give = held();
    room.clock.advance(2_000);
    ana.editor.type(7, "1"); // in flight: the server takes it, the record is held back
    room.rest();
    ana.editor.type(8, "2"); // pending
    room.server.write([{ insert: "0" }]);
    room.rest();
    expect(ana.editor.text).toBe("abcdef!12");
    give();
    await settled();
    room.clock.until(() => ana.unsent === 0);
    room.rest();
    expect(ana.editor.text).toBe("0abXYef!12");
    expect(room.server.content).toEqual([{ insert: "0abXYef!12" }]);
    expect(ana.editor.loads).toBe(1);
    expect(ana.copies).toEqual([]);
    expect(room.network.frames("edit").map((frame) => JSON.parse(frame).seq)).toEqual([1, 2, 3]);
  });

  it("is repaired after the next connection if the server cannot be asked", async () => {
    const { room, fails, works } = repairable([{ insert: "abcdef" }]);
    const ana = room.join();
    ana.editor.type(6, "!");
    room.clock.until(() => ana.unsent === 0);
    room.server.document = [...other, { insert: "!" }];
    fails();
    room.clock.advance(1_600);
    await settled();
    expect(ana.collab.status.repaired).toBeUndefined();
    works();
    room.clock.advance(3_000);
    await settled();
    expect(ana.editor.text).toBe("abXYef!");
    expect(ana.collab.status.repaired).toBe(1);
  });

  it("is fetched anew rather than to hold back more than fits", async () => {
    const { room, asked, held, works } = repairable([{ insert: "abcdef" }]);
    const ana = room.join();
    ana.editor.type(6, "!");
    room.clock.until(() => ana.unsent === 0);
    room.server.document = [...other, { insert: "!" }];
    const give = held();
    room.clock.advance(2_000);
    const flood = "0".repeat(REPAIR_HELD_UNITS / 4);
    for (let i = 0; i < 5; i++) {
      room.server.write([{ insert: flood }]);
      room.rest();
    }
    works();
    give(); // too late: nobody waits for it any more
    await settled();
    for (let i = 0; i < 5; i++) {
      room.clock.advance(2_000);
      await settled();
    }
    expect(ana.editor.text).toBe(`${flood.repeat(5)}abXYef!`);
    expect(ana.collab.status.repaired).toBe(1);
    expect(asked).toHaveLength(2);
    expect(ana.copies).toEqual([]);
  });

  it("begins anew when repairs do not help", async () => {
    const room = new Room([{ insert: "abc" }]);
    let n = 0;
    room.options = { fetchDocument: () => Promise.resolve([{ insert: `wrong ${++n}` }]) };
    const ana = room.join();
    ana.editor.type(0, "a");
    room.clock.until(() => ana.unsent === 0);
    room.server.document = [{ insert: "right" }];
    for (let i = 0; i < 10; i++) {
      room.clock.advance(2_000);
      await settled();
    }
    expect(n).toBe(3);
    expect(ana.editor.loads).toBe(2);
    expect(ana.editor.text).toBe("right");
    expect(ana.collab.status.repaired).toBe(3);
  });

  it("begins anew, with a copy, where what is unsent does not fit the right one", async () => {
    const { room, held } = repairable([{ insert: "abcdef" }]);
    const ana = room.join();
    ana.editor.type(6, "!");
    room.clock.until(() => ana.unsent === 0);
    room.server.document = [{ insert: "x" }];
    const give = held();
    room.clock.advance(1_600);
    room.network.last.silence();
    ana.editor.type(7, "far behind");
    give();
    await settled();
    room.clock.until(() => ana.collab.client === "c2");
    expect(ana.copies.map(({ text, reason }) => [text, reason])).toEqual([["far behind", "diverged"]]);
    expect(ana.editor.text).toBe("x");
  });

  it("begins anew where there is nothing to repair it with", () => {
    const room = new Room([{ insert: "abc" }]);
    const ana = room.join();
    ana.editor.type(0, "a");
    room.clock.until(() => ana.unsent === 0);
    room.server.document = [{ insert: "right" }];
    room.clock.until(() => ana.editor.text === "right");
    expect(ana.editor.loads).toBe(2);
  });
});
