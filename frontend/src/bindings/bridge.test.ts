import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalize, type Op } from "../ot/op.ts";
import { Dice } from "../ot/testing.ts";
import { apply } from "../ot/text.ts";
import { edited, level, received, shown, told } from "./bridge.ts";

describe("a bridge", () => {
  it("leads both documents to the same one, whatever happens in whatever order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const dice = new Dice(seed);
        let bridge = level;
        let collab: Op = dice.document();
        let editor = collab;
        for (let step = 0; step < 8; step++) {
          const event = dice.int(0, 3);
          if (event === 0) {
            const op = dice.op(editor);
            editor = apply(editor, op);
            bridge = edited(bridge, op);
          } else if (event === 1) {
            const op = dice.op(collab);
            collab = apply(collab, op);
            bridge = received(bridge, op);
          } else if (event === 2) {
            collab = apply(collab, bridge.outbox);
            bridge = told(bridge);
          } else {
            editor = apply(editor, bridge.held);
            bridge = shown(bridge);
          }
          expect(normalize(apply(collab, bridge.outbox))).toEqual(normalize(apply(editor, bridge.held)));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("lets the remote edit keep the left place, as the server does", () => {
    const both = received(edited(level, [{ insert: "mine" }]), [{ insert: "theirs" }]);
    expect(both).toEqual({ outbox: [{ retain: 6 }, { insert: "mine" }], held: [{ insert: "theirs" }] });
  });
});
