import { cpus, totalmem } from "node:os";

const tables = {
  transfer: {
    title: "What is transferred",
    text: "Bytes of all answers as they come over the network, with their headers, until the page can be used. What the document\nholds comes over a socket and is not counted. The worker fetches its part afterwards, once for each release.",
    head: ["page", "transferred", "answers"],
  },
  ready: {
    title: "Time until one can type",
    text: "From the start of the navigation until the editor takes keys. *First visit*: nothing is cached. *Again*: with worker, caches and\njournal. *Without a server*: it is killed before.",
    head: ["document", "first visit", "again", "without a server"],
  },
  typing: {
    title: "While ten others type",
    text: "Ten others type a letter every 100 ms, in ten places, over sockets of their own. A long task is one over 50 ms, as browsers\ncount; *busy* is the share of the time in which the main thread had a task.",
    head: ["document", "letters a second", "longest task", "long tasks", "busy", "connections lost", "heap"],
  },
  replay: {
    title: "A recorded session",
    text: "`collabd replay` types automerge-paper (259,778 edits by the author of a paper) while a browser has the document open.",
    head: ["edits", "longest task", "long tasks", "busy", "connections lost", "heap"],
  },
} as const;

/** The page of figures. */
export class Report {
  #rows = new Map<keyof typeof tables, string[][]>();
  #facts = { typing: 0, times: 0, chromium: "" };

  add(table: keyof typeof tables, row: string[]): void {
    this.#rows.set(table, [...(this.#rows.get(table) ?? []), row]);
  }

  facts(facts: { typing: number; times: number; chromium: string }): void {
    this.#facts = facts;
  }

  toString(): string {
    const { typing, times, chromium } = this.#facts;
    const machine = `${cpus().length} cores and ${(totalmem() / 2 ** 30).toFixed(0)} GB`;
    const parts = [
      "# Benchmarks of the browser application",
      "`make bench-browser` writes this page: do not edit it. It needs Chromium, and the recorded session in the folder that\n`COLLABD_TRACES` names; that is played at `RATE` edits a second (200) and takes 22 minutes.",
      `Measured on a machine with ${machine}, which browser, server and those who type share, with Chromium ${chromium}, headless. Texts\nare made from a fixed seed. Times are the middle of ${times}; others typed for ${typing} s. They say how one\nkind compares with the other on one machine, and promise nothing for another.`,
    ];
    for (const [name, { title, text, head }] of Object.entries(tables)) {
      const rows = this.#rows.get(name as keyof typeof tables);
      if (!rows) continue;
      const lines = [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows];
      parts.push(`## ${title}`, text, lines.map((line) => `| ${line.join(" | ")} |`).join("\n"));
    }
    return `${parts.join("\n\n")}\n`;
  }
}
