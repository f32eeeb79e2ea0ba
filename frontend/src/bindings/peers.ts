import type { Op, Peer, Selection } from "../client/types.ts";
import { transformPosition } from "../ot/position.ts";

/** A peer as a binding draws it. */
export interface ShownPeer {
  readonly client: string;
  /** The id of the person, who may be here by several clients. */
  readonly user: string;
  readonly name: string;
  readonly color: string;
  /** White or black, so that it can be read on `color`. */
  readonly ink: string;
  readonly selections: readonly Selection[];
  /** Counts the moves of its own, so that a label is shown when this changes and not when others shift it. */
  readonly moves: number;
  /** When it came, or last moved by itself: milliseconds since 1970. */
  readonly movedAt: number;
}

/** How long somebody has not moved before they are shown as idle, in milliseconds. */
export const idleAfter = 3 * 60_000;

/**
 * What a binding knows of the carets of others. Between two reports of Collab it moves them over the changes of the
 * editor itself, and it tells a peer that moved from a peer that was moved.
 */
export class PeerTracker {
  #shown = new Map<string, ShownPeer>();
  #now: () => number;

  /** `now` tells the time in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The peers, those who came first first. */
  get shown(): readonly ShownPeer[] {
    return [...this.#shown.values()];
  }

  /** Collab says that these are here, and where. */
  report(peers: readonly Peer[]): void {
    const next = new Map<string, ShownPeer>();
    for (const peer of peers) {
      const known = this.#shown.get(peer.client);
      const stayed = known !== undefined && sameSelections(known.selections, peer.selections);
      next.set(peer.client, {
        client: peer.client,
        user: peer.user.id,
        name: peer.user.name,
        color: peer.user.color,
        ink: inkOn(peer.user.color),
        selections: peer.selections,
        moves: (known?.moves ?? 0) + (stayed ? 0 : 1),
        movedAt: stayed ? known.movedAt : this.#now(),
      });
    }
    this.#shown = next;
  }

  /** The editor's content changed by `op`, which is not of a peer: all of them stay left of what it inserts. */
  shift(op: Op): void {
    for (const [client, peer] of this.#shown) {
      const selections = peer.selections.map(
        ([anchor, head]): Selection => [transformPosition(op, anchor, "left"), transformPosition(op, head, "left")],
      );
      this.#shown.set(client, { ...peer, selections });
    }
  }
}

function sameSelections(a: readonly Selection[], b: readonly Selection[]): boolean {
  return a.length === b.length && a.every(([anchor, head], index) => b[index]![0] === anchor && b[index]![1] === head);
}

/** How much of an idle caret is left to see. */
const idleOpacity = 0.35;

/** A caret has moved: it is in full colour, and fades when it does not move again for `idleAfter`. */
export function fadeWhenIdle(caret: HTMLElement | null | undefined): void {
  for (const animation of caret?.getAnimations() ?? []) animation.cancel();
  caret?.animate([{ opacity: 1 }, { opacity: idleOpacity }], { delay: idleAfter, duration: 1000, fill: "forwards" });
}

/** White where it has a contrast of 4.5:1 on a colour, else black, which then has more. */
export function inkOn(color: string): "#000000" | "#ffffff" {
  return 1.05 / (luminance(color) + 0.05) >= 4.5 ? "#ffffff" : "#000000";
}

/** Relative luminance as WCAG defines it, 0 to 1; of black for what is no colour. */
function luminance(color: string): number {
  const match = /^#(..)(..)(..)$/.exec(color);
  if (!match) return 0;
  const [red, green, blue] = match.slice(1).map((part) => {
    const value = Number.parseInt(part, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
