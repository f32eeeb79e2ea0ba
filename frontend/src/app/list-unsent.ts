/** How often the journal is looked at while something in it is unsent, in milliseconds. */
const lookAgain = 5_000;

/**
 * What pages of this browser left unsent, as the journal has it: the list tells of it, and sends what no page is left
 * to send. The client library is loaded for that when the list is there, not before.
 */
export class Unsent {
  /** How many edits are unsent, by the id of the document. */
  counts: ReadonlyMap<string, number> = new Map();
  #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending = false;

  /** `changed` is called when the counts have. */
  constructor(changed: () => void) {
    this.#changed = changed;
    for (const type of ["pageshow", "focus"]) addEventListener(type, () => void this.look());
  }

  /** Sends what no page will send any more; the server has to be there. */
  async send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    await this.look();
    const { sendOrphans } = await import("../client/browser.ts");
    await sendOrphans();
    await this.look();
  }

  /** Looks into the journal, and again later while there is something. */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    const counts = new Map<string, number>();
    try {
      const { browserJournal } = await import("../client/browser.ts");
      for (const { url, unsent } of await browserJournal.unsent()) {
        const id = decodeURIComponent(new URL(url).pathname.split("/").at(-1)!);
        counts.set(id, (counts.get(id) ?? 0) + unsent);
      }
    } catch {
      // No storage, or a page that cannot load its parts: nothing is known to be unsent.
    }
    const same = counts.size === this.counts.size && [...counts].every(([id, count]) => this.counts.get(id) === count);
    this.counts = counts;
    if (!same) this.#changed();
    if (counts.size > 0) this.#timer = setTimeout(() => void this.look(), lookAgain);
  }
}
