import { connectionState } from "./condition.ts";
import type { Status } from "./types.ts";

/** Why a session stopped for good. */
export interface Stop {
  readonly code: string;
  readonly message: string;
}

/** What Standing asks for what it does not know itself. */
export interface StandingOwner {
  /** What the browser says, if it is to be asked. */
  online(): boolean | undefined;
  /** There is a document to show. */
  known(): boolean;
  mayEdit(): boolean;
  unsent(): number;
  /** What else goes into the status. */
  more(): Omit<Status, "state" | "unsent" | "error">;
}

/** How things stand between this client and the server, as far as it follows from its connections. */
export class Standing {
  /** Connected, welcomed, and the document is here. */
  live = false;
  /** The server has not answered a question yet. */
  inDoubt = false;
  /** The user changed something. */
  typed = false;
  /** What we were told of the network last. */
  online = true;
  stopped: Stop | undefined;
  #lostOnce = false;

  constructor(readonly owner: StandingOwner) {}

  /** A connection is gone, or did not come about. */
  lost(): void {
    this.live = false;
    this.inDoubt = false;
    this.#lostOnce = true;
  }

  get status(): Status {
    const { owner, live, inDoubt, typed, stopped } = this;
    const unsent = owner.unsent();
    const state = connectionState({
      online: owner.online() ?? this.online,
      live,
      inDoubt,
      typed,
      unsent,
      known: owner.known(),
      lost: this.#lostOnce,
      mayEdit: owner.mayEdit(),
    });
    return { state: stopped ? "error" : state, unsent, ...owner.more(), ...(stopped && { error: stopped }) };
  }
}
