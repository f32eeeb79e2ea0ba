import type { EditorHost } from "../bindings/host.ts";
import { PeerTracker, type ShownPeer } from "../bindings/peers.ts";
import type { Editor, Op, Peer, Selection } from "../client/types.ts";

/**
 * Stands between the editor and Collab, and knows where everybody is and when each of them last moved of their own
 * accord: a caret that others push along is not a person at work.
 */
export class Attendance {
  #tracker: PeerTracker;
  #listeners = new Set<() => void>();

  /** `now` tells the time in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#tracker = new PeerTracker(now);
  }

  /** Everybody else who is here, those who came first first. */
  get present(): readonly ShownPeer[] {
    return this.#tracker.shown;
  }

  /** Calls back after anybody came, went or moved. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** The host to give to an editor in place of this one. */
  host(host: EditorHost): EditorHost {
    return {
      localEdit: (op: Op) => {
        this.#tracker.shift(op);
        host.localEdit(op);
      },
      select: (selections: readonly Selection[]) => host.select(selections),
    };
  }

  /** The editor to attach in place of this one. */
  editor(editor: Editor): Editor {
    return {
      load: (doc) => editor.load(doc),
      applyRemote: (op, author) => {
        this.#tracker.shift(op);
        editor.applyRemote(op, author);
      },
      showPeers: (peers: readonly Peer[]) => {
        this.#tracker.report(peers);
        editor.showPeers(peers);
        for (const listener of this.#listeners) listener();
      },
      setReadOnly: (readOnly) => editor.setReadOnly(readOnly),
    };
  }
}
