import type { Op } from "../ot/op.ts";
import type { Stored } from "./journal.ts";
import type { Welcome } from "./messages.ts";
import { Replica } from "./replica.ts";

/** A client that was stored, as it was when its last event was written. */
export interface Restored {
  readonly welcome: Welcome;
  readonly replica: Replica;
}

/** Replays a stored client. Throws what a damaged store leads to: OtError, ProtocolError, or a TypeError. */
export function restore({ snapshot, events }: Omit<Stored, "entry">): Restored {
  let { welcome } = snapshot;
  const replica = Replica.restored(snapshot);
  for (const event of events) {
    switch (event.kind) {
      case "local":
        replica.localEdit(event.op);
        break;
      case "records":
        replica.records(welcome.client, event.after, event.records);
        break;
      case "catchup":
        replica.catchup(event.after, event.to, event.op);
        break;
      case "resumed":
        welcome = event.welcome;
        replica.resume(welcome);
        break;
      case "session":
        welcome = event.welcome;
        break;
      case "life":
        replica.reborn();
    }
  }
  replica.reborn();
  return { welcome, replica };
}

/** What the user typed according to a log that cannot be replayed: all that it inserted, in the order of typing. */
export function typedIn({ events }: Pick<Stored, "events">): Op {
  return events.flatMap((event) =>
    event.kind === "local" ? event.op.filter((component) => "insert" in component) : [],
  );
}
