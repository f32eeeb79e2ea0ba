import { describe, expect, it } from "vitest";
import {
  acknowledged,
  type Inflight,
  type InflightAndPending,
  local,
  remote,
  type State,
  synchronized,
  unsentChanges,
  unsentOp,
} from "./state.ts";

const limits = { units: 1000, components: 100, bytes: 100_000 };
const insert = (at: number, text: string) => (at === 0 ? [{ insert: text }] : [{ retain: at }, { insert: text }]);

const start = synchronized(7, 3);
const inflight = local(start, insert(1, "x"), limits) as Inflight;
const both = local(inflight, insert(2, "y"), limits) as InflightAndPending;

describe("local", () => {
  it("synchronized: the op is in flight, with the next seq and our revision as its base", () => {
    expect(inflight).toEqual({
      kind: "inflight",
      revision: 7,
      acked: 3,
      edit: { seq: 4, base: 7, op: insert(1, "x") },
      inflight: { op: insert(1, "x"), changes: 1 },
    });
  });

  it("inflight: the op waits, and what is in flight stays as it is", () => {
    expect(both.kind).toBe("inflight+pending");
    expect(both.edit).toBe(inflight.edit);
    expect(both.pending).toEqual({ op: insert(2, "y"), changes: 1 });
  });

  it("inflight+pending: the op is composed into what waits", () => {
    const more = local(both, insert(3, "z"), limits) as InflightAndPending;
    expect(more.edit).toBe(inflight.edit);
    expect(more.inflight).toBe(inflight.inflight);
    expect(more.pending).toEqual({ op: insert(2, "yz"), changes: 2 });
    expect(unsentOp(more)).toEqual(insert(1, "xyz"));
    expect(unsentChanges(more)).toBe(3);
  });

  it("what is typed and deleted again is not pending", () => {
    expect(local(both, [{ retain: 2 }, { delete: 1 }], limits)).toEqual(inflight);
  });

  it("an op over the limits goes in parts, and counts as unsent until the last", () => {
    const small = { ...limits, units: 4 };
    const cut = local(start, insert(1, "abc😀def"), small) as InflightAndPending;
    expect(cut.edit.op).toEqual(insert(1, "abc"));
    expect(cut.pending.op).toEqual(insert(4, "😀def"));
    expect(unsentChanges(cut)).toBe(1);
    const second = acknowledged(cut, 8, small) as InflightAndPending;
    expect(second.edit).toEqual({ seq: 5, base: 8, op: insert(4, "😀de") });
    expect(unsentChanges(second)).toBe(1);
    const third = acknowledged(second, 9, small) as Inflight;
    expect(third.edit).toEqual({ seq: 6, base: 9, op: insert(8, "f") });
    expect(unsentChanges(third)).toBe(1);
    expect(unsentChanges(acknowledged(third, 10, small))).toBe(0);
  });

  it("a change whose later parts are gone counts with the part in flight", () => {
    const cut = local(start, insert(0, "abcdef"), { ...limits, units: 4 });
    const gone = local(cut, [{ retain: 4 }, { delete: 2 }], limits);
    expect(gone.kind).toBe("inflight");
    expect(unsentChanges(gone)).toBeGreaterThan(0);
  });
});

describe("remote", () => {
  it("synchronized: goes to the editor as it is", () => {
    expect(remote(start, insert(0, "h"), 8)).toEqual({ state: { ...start, revision: 8 }, op: insert(0, "h") });
  });

  it("inflight: both give way to each other, the history stays left, and the message stays as it was", () => {
    const { state, op } = remote(inflight, insert(1, "hh"), 8);
    expect(op).toEqual(insert(1, "hh"));
    expect(state).toEqual({ ...inflight, revision: 8, inflight: { op: insert(3, "x"), changes: 1 } });
    expect((state as Inflight).edit).toBe(inflight.edit);
  });

  it("inflight+pending: goes through both, in this order", () => {
    const { state, op } = remote(both, insert(2, "hh"), 8);
    expect(op).toEqual(insert(4, "hh"));
    expect(state).toEqual({ ...both, revision: 8 });
    const second = remote(both, insert(0, "hh"), 8);
    expect(second.op).toEqual(insert(0, "hh"));
    expect(second.state).toMatchObject({ inflight: { op: insert(3, "x") }, pending: { op: insert(4, "y") } });
  });

  it("pending that others have done already is gone", () => {
    const deleting = local(local(start, insert(0, "x"), limits), [{ retain: 1 }, { delete: 1 }], limits);
    expect(remote(deleting, [{ delete: 1 }], 8).state).toMatchObject({ kind: "inflight", revision: 8 });
  });

  it("inflight that others have done already still waits for its record", () => {
    const deleting = local(start, [{ delete: 1 }], limits);
    const { state } = remote(deleting, [{ delete: 1 }], 8);
    expect(state).toMatchObject({ kind: "inflight", inflight: { op: [] }, edit: { op: [{ delete: 1 }] } });
  });
});

describe("acknowledged", () => {
  it("inflight: synchronized", () => {
    expect(acknowledged(inflight, 8, limits)).toEqual(synchronized(8, 4));
  });

  it("inflight+pending: what waited is in flight, made on the revision of the record", () => {
    expect(acknowledged(both, 8, limits)).toEqual({
      kind: "inflight",
      revision: 8,
      acked: 4,
      edit: { seq: 5, base: 8, op: insert(2, "y") },
      inflight: { op: insert(2, "y"), changes: 1 },
    } satisfies State);
  });
});
