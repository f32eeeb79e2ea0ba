import type { Op } from "../ot/op.ts";
import type { Clock } from "./clock.ts";
import { copyOf, keptCopy } from "./copying.ts";
import { type Ahead, Durable } from "./durable.ts";
import type { JournalEvent, Stored } from "./journal.ts";
import type { Welcome } from "./messages.ts";
import type { CollabOptions } from "./options.ts";
import type { Replica } from "./replica.ts";
import { type Restored, restore, typedIn } from "./restore.ts";
import type { Edit, State } from "./state.ts";
import type { UnsentCopy } from "./types.ts";

/** What Keeper asks, and tells. */
export interface KeeperOwner {
  welcome(): Welcome | undefined;
  replica(): Replica | undefined;
  live(): boolean;
  /** `unkept` changed. */
  changed(): void;
  /** `mayGo` may say something else now. */
  written(): void;
  /** Another page goes on with this client: begin anew. */
  taken(): void;
  /** Something could not be sent, and a copy of it is kept. */
  copy(copy: UnsentCopy): void;
}

/**
 * Sees to it that nothing unsent is lost: the client is in the journal while it can be resumed, and what cannot be sent
 * becomes a copy. Without a journal there are the copies alone.
 */
export class Keeper {
  readonly #durable: Durable | undefined;
  #due: { readonly edit: Edit; readonly ahead: Ahead } | undefined; // to be sent when it is in the journal
  #handed: State | undefined; // what another page took over, all of it

  constructor(
    readonly options: CollabOptions,
    readonly clock: Clock,
    readonly owner: KeeperOwner,
  ) {
    const { journal, url } = options;
    if (journal === undefined) return;
    this.#durable = new Durable(journal, url, clock, {
      snapshot: () => ({ welcome: owner.welcome()!, ...owner.replica()!.stored }),
      who: () => ({ client: owner.welcome()?.client ?? "", user: this.#user }),
      unsent: () => owner.replica()?.changes ?? 0,
      alone: () => !owner.live(),
      changed: () => owner.changed(),
      written: () => owner.written(),
      taken: () => {
        this.#handed = undefined;
        owner.taken();
      },
    });
  }

  /** There is a journal. */
  get journalled(): boolean {
    return this.#durable !== undefined;
  }

  /** What is unsent is not kept in this browser, though it should be. */
  get unkept(): boolean {
    return this.#durable?.unkept ?? false;
  }

  /** All that happened to the client is in the journal. */
  get complete(): boolean {
    return this.#durable?.complete ?? false;
  }

  /** What the journal has of this document. */
  take(): Promise<Stored | undefined> {
    return this.#durable?.take() ?? Promise.resolve(undefined);
  }

  /** Gives back at once what was taken. */
  release(stored: Stored): void {
    stored.entry?.release();
  }

  /** The client that was taken, as it was; undefined if what is stored is damaged. What was typed is then in a copy. */
  restore(stored: Stored): Restored | undefined {
    const { entry, snapshot } = stored;
    if (entry !== undefined) this.#durable?.resume(entry, stored);
    try {
      return restore(stored);
    } catch {
      const copies = entry === undefined ? [] : this.#copies(typedIn(stored), snapshot.document, "damaged");
      this.#forget(copies, snapshot.welcome?.user?.id ?? "");
      return undefined;
    }
  }

  /** Whether the client is still ours to resume. If not, another page has all that was in the journal. */
  async owned(): Promise<boolean> {
    if (this.#durable === undefined || (await this.#durable.owned())) return true;
    this.#handed = this.#durable.complete ? this.owner.replica()?.state : undefined;
    return false;
  }

  record(event: JournalEvent): void {
    this.#durable?.record(event);
  }

  /** The replica is another one than the recorded events made. */
  rewrite(): void {
    this.#durable?.rewrite();
  }

  /** Whether an edit may be sent: when it is in the journal, which `written` tells, or that takes too long. */
  mayGo(edit: Edit): boolean {
    if (this.#durable === undefined) return true;
    if (this.#due?.edit !== edit) this.#due = { edit, ahead: this.#durable.ahead() };
    return this.#durable.has(this.#due.ahead);
  }

  /** Copies of what the client leaves behind that ends now, because of `reason`. They are not kept yet: see `begin`. */
  left(reason: string | undefined): readonly UnsentCopy[] {
    const replica = this.owner.replica();
    if (reason === undefined || replica === undefined || replica.state === this.#handed) return [];
    return this.#copies(replica.unsent, replica.document, reason);
  }

  /** A new client begins, and the one before it leaves these copies; `before` was its user. */
  begin(left: readonly UnsentCopy[], before: string | undefined): void {
    const { url } = this.options;
    this.#handed = undefined;
    this.#durable?.begin(
      this.owner.welcome()?.client ?? "",
      left.map((copy) => keptCopy(copy, url, before ?? "")),
    );
    // What somebody else has typed in this browser is kept for them, and not shown to whoever is here now.
    if (this.#durable === undefined || before === this.#user) for (const copy of left) this.owner.copy(copy);
  }

  /** The client goes on; it may have been taken out of the journal, because it could not send. */
  goOn(): void {
    if (this.#durable?.holds === false) this.#durable.begin(this.owner.welcome()?.client ?? "", []);
  }

  /** What is unsent will not be sent, though it is still shown: keeps a copy instead of the client. */
  giveUp(reason: string): void {
    const replica = this.owner.replica();
    if (replica !== undefined) this.#forget(this.#copies(replica.unsent, replica.document, reason), this.#user);
  }

  /** An edit does not fit the document: keeps a copy of it. */
  refuse(op: Op): void {
    const copies = this.#copies(op, this.owner.replica()?.document ?? [], "invalid_edit");
    this.#durable?.keep(copies.map((copy) => keptCopy(copy, this.options.url, this.#user)));
    for (const copy of copies) this.owner.copy(copy);
  }

  /** Gives the journal at once what it would be given soon. */
  flush(): void {
    this.#durable?.flush();
  }

  /** The page ends; `forget` takes the client out of the journal, too. */
  close(forget: boolean): void {
    if (forget) this.#durable?.forget([]);
    else this.#durable?.close();
  }

  get #user(): string {
    return this.owner.welcome()?.user.id ?? "";
  }

  #forget(copies: readonly UnsentCopy[], user: string): void {
    if (copies.length === 0) return;
    this.#durable?.forget(copies.map((copy) => keptCopy(copy, this.options.url, user)));
    for (const copy of copies) this.owner.copy(copy);
  }

  #copies(op: Op, document: Op, reason: string): readonly UnsentCopy[] {
    if (op.length === 0) return [];
    return [copyOf(op, document, this.clock.now(), reason, this.options.random ?? Math.random)];
  }
}
