import type { Op } from "../ot/op.ts";
import { type Gravity, transformPosition, untransformPosition } from "../ot/position.ts";
import type { PresenceChange } from "./messages.ts";
import type { State } from "./state.ts";
import type { Peer, Selection } from "./types.ts";

/** The most selections that a client tells of. */
const MAX_SELECTIONS = 16;

/** Others who are here, by client, with positions in the document at the revision that we have reached. */
export type Peers = ReadonlyMap<string, Peer>;

/** Who is here beside `self` after the server's news: the same news may go to everybody, so we can be in them. */
export function updatePeers(peers: Peers, change: PresenceChange, self: string): Peers {
  const next = new Map(change.full ? [] : peers);
  for (const peer of change.peers) if (peer.client !== self) next.set(peer.client, peer);
  for (const client of change.gone) next.delete(client);
  return next;
}

/** Where they are after a record of `author`: its own caret goes behind what it inserted, the others stay before it. */
export function movePeers(peers: Peers, op: Op, author: string): Peers {
  const next = new Map<string, Peer>();
  for (const [client, peer] of peers) {
    next.set(client, withSelections(peer, moveSelections(peer.selections, op, client === author ? "right" : "left")));
  }
  return next;
}

/** Where they are in the document that the user sees, which has the unsent changes in it. */
export function shownPeers(peers: Peers, state: State): readonly Peer[] {
  return [...peers.values()].map((peer) => {
    let { selections } = peer;
    if (state.kind !== "synchronized") selections = moveSelections(selections, state.inflight.op, "left");
    if (state.kind === "inflight+pending") selections = moveSelections(selections, state.pending.op, "left");
    return withSelections(peer, selections);
  });
}

/** The same selections after an op. */
export function moveSelections(selections: readonly Selection[], op: Op, gravity: Gravity): readonly Selection[] {
  return selections.map(([anchor, head]) => [
    transformPosition(op, anchor, gravity),
    transformPosition(op, head, gravity),
  ]);
}

/** The user's selections in the document at `state.revision`, which the server knows: before the unsent changes. */
export function selectionsToSend(selections: readonly Selection[], state: State): readonly Selection[] {
  const back = (position: number): number => {
    let place = position;
    if (state.kind === "inflight+pending") place = untransformPosition(state.pending.op, place);
    if (state.kind !== "synchronized") place = untransformPosition(state.inflight.op, place);
    return place;
  };
  return selections.slice(0, MAX_SELECTIONS).map(([anchor, head]) => [back(anchor), back(head)]);
}

/** Whether both are the same selections in the same order. */
export function sameSelections(a: readonly Selection[], b: readonly Selection[]): boolean {
  return a.length === b.length && a.every(([anchor, head], i) => anchor === b[i]![0] && head === b[i]![1]);
}

/** Whether both lists show the same people at the same places. */
export function samePeers(a: readonly Peer[], b: readonly Peer[]): boolean {
  const same = (x: Peer, y: Peer) =>
    x.client === y.client && x.user === y.user && x.role === y.role && sameSelections(x.selections, y.selections);
  return a.length === b.length && a.every((peer, i) => same(peer, b[i]!));
}

function withSelections(peer: Peer, selections: readonly Selection[]): Peer {
  return sameSelections(peer.selections, selections) ? peer : { ...peer, selections };
}
