import type { Notice, User } from "../../client/types.ts";
import type { Toasts } from "../list-toast.ts";
import { strings } from "../strings.ts";
import { ServerHistory } from "./api.ts";
import { numberText, timeText } from "./wording.ts";

/** Tells that somebody else has restored a revision: a text that changes all at once needs a reason. */
export async function tellRestored(doc: string, me: User | undefined, notice: Notice, toasts: Toasts): Promise<void> {
  if (notice.kind !== "restored" || notice.user.id === me?.id) return;
  const what = await nameOf(doc, notice.of);
  toasts.show((notice.part ? strings.restoredPartBy : strings.restoredBy)(notice.user.name, what));
}

/** A revision by its time, which people know; by its number where the server does not say that. */
async function nameOf(doc: string, revision: number): Promise<string> {
  try {
    const { record } = await new ServerHistory(doc).change(revision, revision);
    if (record) return strings.revisionOf(timeText(Date.parse(record.at)));
  } catch {
    // The number is right, too.
  }
  return strings.revision(numberText(revision));
}
