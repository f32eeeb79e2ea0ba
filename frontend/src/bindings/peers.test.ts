import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Peer, Selection } from "../client/types.ts";
import { transformPosition } from "../ot/position.ts";
import { Dice } from "../ot/testing.ts";
import { documentLength } from "../ot/text.ts";
import { inkOn, PeerTracker } from "./peers.ts";

function peer(client: string, ...selections: Selection[]): Peer {
  return { client, role: "editor", user: { id: `u-${client}`, name: client, color: "#112233" }, selections };
}

function movesOf(tracker: PeerTracker): Record<string, number> {
  return Object.fromEntries(tracker.shown.map(({ client, moves }) => [client, moves]));
}

describe("PeerTracker", () => {
  it("tells who moved from who was moved", () => {
    const tracker = new PeerTracker();
    tracker.report([peer("a", [3, 3]), peer("b", [5, 5])]);
    expect(movesOf(tracker)).toEqual({ a: 1, b: 1 });
    tracker.shift([{ insert: "xy" }]);
    tracker.report([peer("a", [5, 5]), peer("b", [7, 7])]);
    expect(movesOf(tracker)).toEqual({ a: 1, b: 1 });
    tracker.report([peer("a", [5, 5]), peer("b", [7, 8])]);
    expect(movesOf(tracker)).toEqual({ a: 1, b: 2 });
    tracker.report([peer("b", [7, 8])]);
    expect(movesOf(tracker)).toEqual({ b: 2 });
  });

  it("moves carets as a marker that stays left of inserts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const dice = new Dice(seed);
        const document = dice.document();
        const op = dice.op(document);
        const at = dice.int(0, documentLength(document));
        const tracker = new PeerTracker();
        tracker.report([peer("a", [at, at])]);
        tracker.shift(op);
        expect(tracker.shown[0]!.selections[0]![0]).toBe(transformPosition(op, at, "left"));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("inkOn", () => {
  it("chooses what can be read", () => {
    expect(inkOn("#ffd166")).toBe("#000000");
    expect(inkOn("#1d3b8f")).toBe("#ffffff");
    expect(inkOn("#767676")).toBe("#ffffff"); // 4.54:1
    expect(inkOn("#777777")).toBe("#000000"); // 4.48:1
  });
});
