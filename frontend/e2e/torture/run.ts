import type { Browser } from "playwright-core";
import { normalize } from "../../src/ot/op.ts";
import { sorted } from "../people.ts";
import { Server } from "../server.ts";
import { Actor } from "./actor.ts";
import { type Breach, count, Ledger, type Words } from "./ledger.ts";
import { type Plan, type Step, wording } from "./plan.ts";
import { lineOf, type Tab } from "./tab.ts";

/** How long everything may take to settle once all is well again, in milliseconds. */
const settling = 40_000;
/** A history that is longer is looked at in as many places. */
const looks = 300;

/** What came of a scenario. */
export interface Outcome {
  readonly plan: Plan;
  /** What is wrong; empty if the law was kept. */
  readonly wrong: readonly string[];
  /** What happened, to be read by people, with seconds since the start. */
  readonly trace: readonly string[];
  readonly ledger: Ledger;
  /** Marks that the browsers showed as unsent, with a copy. */
  readonly copied: number;
  /** Marks that went with a page that had said so, or in the instant of its death. */
  readonly gone: number;
  readonly revisions: number;
}

/** What a page refuses that was opened without a network, while another one owns what is kept of the document. */
const typing: ReadonlySet<string> = new Set<Step["do"]>(["type", "remove", "format"]);
const silent: Words = { saved: false, kept: false, unkept: false };

/** Plays a scenario on a server of its own, and looks whether the law was kept. */
export async function play(plan: Plan, browser: Browser): Promise<Outcome> {
  const server = await Server.start();
  const run = new Run(plan, browser, server);
  try {
    return await run.play();
  } finally {
    await run.leave();
    await server.stop();
  }
}

class Run {
  #plan: Plan;
  #browser: Browser;
  #server: Server;
  #document = "";
  #actors: Actor[] = [];
  #tabs = new Map<number, Tab>();
  #ledger = new Ledger();
  #trace: string[] = [];
  #wrong: string[] = [];
  #serverUp = true;
  #began = performance.now();

  constructor(plan: Plan, browser: Browser, server: Server) {
    this.#plan = plan;
    this.#browser = browser;
    this.#server = server;
  }

  async play(): Promise<Outcome> {
    const { plan } = this;
    try {
      await this.#begin();
      for (const step of plan.steps) await this.#step(step);
    } catch (error) {
      this.#wrong.push(`the scenario came to a halt: ${error instanceof Error ? error.message : error}`);
      for (const tab of this.#tabs.values()) if (tab.alive) this.#note(`${tab.line} shows ${await tab.shown()}`);
    }
    const end = this.#wrong.length > 0 ? { text: "", copies: "" } : await this.#settled();
    const revisions = this.#wrong.length > 0 ? 0 : await this.#history();
    for (const tab of this.#tabs.values()) this.#wrong.push(...tab.complaints);
    const { marks } = this.#ledger;
    const gone = marks.filter((mark) => mark.typed === "told" || mark.typed === "cut");
    return {
      plan,
      wrong: this.#wrong,
      trace: this.#trace,
      ledger: this.#ledger,
      copied: marks.filter((mark) => end.copies.includes(mark.text)).length,
      gone: gone.filter((mark) => count(end.text, mark.text) === 0).length,
      revisions,
    };
  }

  get plan(): Plan {
    return this.#plan;
  }

  async leave(): Promise<void> {
    await Promise.all(this.#actors.map((actor) => actor.leave()));
  }

  async #begin(): Promise<void> {
    const { kind, owners, first, people, faults } = this.#plan;
    this.#document = await this.#server.create(kind);
    for (let person = 0; person < people; person++) {
      const own = person === 0 && faults.includes("browser");
      this.#actors.push(await Actor.enter(own ? undefined : this.#browser, this.#server.port, this.#document));
    }
    for (const [number, owner] of owners.entries()) {
      if (number >= first) break;
      this.#tabs.set(number, this.#actors[owner]!.add(number));
      await this.#actors[owner]!.open(number);
    }
    const lines = owners.map((_, tab) => `${lineOf(tab)}|`).join("\n");
    await this.#tabs.get(0)!.write(lines);
    for (const tab of this.#tabs.values()) {
      await tab.sees(lines);
      await tab.prepared();
    }
    this.#note("begun");
  }

  async #step(step: Step): Promise<void> {
    const tab = "tab" in step ? this.#tabs.get(step.tab) : undefined;
    const asleep = tab?.frozen === true && step.do !== "thaw";
    if ("tab" in step && step.do !== "open" && (!tab?.alive || asleep)) {
      if (step.do === "duplicate") this.#add(step.tab, step.as); // it may be opened later
      return this.#note(`${wording(step)}: not there`);
    }
    if (typing.has(step.do) && !(await tab!.writable())) return this.#note(`${wording(step)}: may only be read`);
    const began = performance.now();
    await this.#act(step, tab).catch((error: unknown) => {
      if (!tab?.crashed) throw new Error(`${wording(step)}: ${error instanceof Error ? error.message : error}`);
    });
    for (const [number, each] of this.#tabs) if (each.crashed) this.#died(number, silent);
    const took = performance.now() - began;
    this.#note(
      `${wording(step)}${took > 2_000 ? ` (took ${(took / 1000).toFixed(1)} s)` : ""}${await this.#heard(step)}`,
    );
  }

  async #act(step: Step, tab: Tab | undefined): Promise<void> {
    const actor = this.#actors["person" in step ? step.person : "tab" in step ? this.#plan.owners[step.tab]! : 0]!;
    switch (step.do) {
      case "type":
        this.#ledger.typed(step.mark, step.tab);
        return tab!.type(step.mark, step.way, lineOf(step.line));
      case "remove":
        if (await tab!.remove(step.mark)) this.#ledger.removed(step.mark);
        return;
      case "format":
        return tab!.format(step.mark);
      case "settle":
        return tab!.settle();
      case "offline":
      case "online":
        return actor.goOffline(step.do === "offline");
      case "cut":
        return actor.cable.cut();
      case "silence":
        return actor.cable.silence();
      case "deafen":
        return actor.cable.deafen();
      case "mend":
        return actor.cable.mend();
      case "kill-server":
        this.#serverUp = false;
        return this.#server.kill();
      case "start-server":
        await this.#server.restart();
        this.#serverUp = true;
        return;
      case "open":
        return actor.open(step.tab);
      case "duplicate":
        this.#add(step.tab, step.as);
        return actor.duplicate(step.tab, step.as);
      case "freeze":
      case "thaw":
        return tab!.freeze(step.do === "freeze");
      case "fill":
      case "empty":
        return tab!.fill(step.do === "fill");
      case "break":
      case "repair":
        return tab!.breakStorage(step.do === "break");
      case "clock":
        return tab!.jump(step.hours);
      case "reload":
        this.#died(step.tab, await tab!.lastWords(step.at));
        return tab!.reload();
      case "crash":
      case "close": {
        this.#died(step.tab, await tab!.lastWords(step.at));
        return step.do === "crash" ? tab!.crash() : tab!.close();
      }
      case "kill-browser": {
        for (const [number, each] of actor.tabs) {
          if (each.alive) this.#died(number, await each.lastWords(step.at));
        }
        return actor.kill();
      }
    }
  }

  /** A tab of the person whose tab `of` is, not yet open. */
  #add(of: number, number: number): void {
    this.#tabs.set(number, this.#actors[this.#plan.owners[of]!]!.add(number));
  }

  #died(number: number, words: Words): void {
    this.#ledger.died(number, words);
    if (this.#tabs.get(number)!.crashed) this.#tabs.get(number)!.gone();
  }

  /** What the page says after the step, which is what it is bound by if it dies. */
  async #heard(step: Step): Promise<string> {
    if (!("tab" in step)) return "";
    const tab = this.#tabs.get(step.tab);
    if (!tab?.alive || tab.frozen) return "";
    const [words, status] = [await tab.words(), await tab.status()];
    if (words.saved && this.#serverUp) await this.#believe(step.tab);
    this.#ledger.heard(step.tab, words);
    const says = [status.state, status.unsent > 0 && `${status.unsent} unsent`, words.unkept && "unkept"];
    return ` → ${says.filter(Boolean).join(", ")}`;
  }

  /** Whether what a page calls saved is in the log at this moment. */
  async #believe(tab: number): Promise<void> {
    const open = this.#ledger.marks.filter((mark) => mark.tab === tab && mark.typed === "open" && !mark.removed);
    if (open.length === 0) return;
    const text = await this.#server.text(this.#document);
    const missing = open.filter((mark) => count(text, mark.text) === 0).map((mark) => mark.text);
    if (missing.length > 0)
      throw new Error(`t${tab} says that all is saved, but the server has no ${missing.join(", ")}`);
  }

  #note(text: string): void {
    this.#trace.push(`${((performance.now() - this.#began) / 1000).toFixed(2).padStart(6)} ${text}`);
  }

  /** Waits until everybody shows what the server has, and every mark is where it belongs. */
  async #settled(): Promise<{ text: string; copies: string }> {
    const tabs = [...this.#tabs.values()].filter((tab) => tab.alive);
    for (const tab of tabs) await tab.page!.evaluate(() => dispatchEvent(new Event("online"))); // what is tried again, is tried now
    const until = performance.now() + settling;
    for (;;) {
      const text = await this.#server.text(this.#document);
      const expected = sorted(normalize(await this.#server.delta(this.#document)));
      const copies = (await Promise.all(tabs.map((tab) => tab.copies()))).join("\n");
      const breaches = this.#ledger.breaches(text, copies);
      const apart: string[] = [];
      for (const tab of tabs) {
        const { saved } = await tab.words();
        const shown = sorted(normalize(await tab.delta()));
        if (!saved) apart.push(`${tab.line} has not settled: ${JSON.stringify(await tab.status())}`);
        else if (shown !== expected) apart.push(`${tab.line} shows ${shown} instead of ${expected}`);
      }
      // A storage that fails may leave an older client than the server knows; else there is no reason for any copy.
      const storageFailed = this.#plan.faults.some((fault) => fault === "quota" || fault === "storage");
      if (copies.trim() !== "" && !storageFailed)
        apart.push(`a copy though all could be sent: ${JSON.stringify(copies)}`);
      if (breaches.length + apart.length === 0) {
        this.#note("settled");
        return { text, copies };
      }
      if (performance.now() > until || breaches.some((breach) => breach.kind === "doubled")) {
        this.#wrong.push(...apart, ...breaches.map(worded), `the document: ${JSON.stringify(text)}`);
        return { text, copies };
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Looks at what the document was at each revision: nothing may ever have been there twice. */
  async #history(): Promise<number> {
    const head = await this.#server.revision(this.#document);
    const every = Math.max(1, Math.ceil(head / looks));
    for (let revision = 1; revision <= head; revision += every) {
      const twice = this.#ledger.doubled(await this.#server.text(this.#document, revision));
      if (twice.length === 0) continue;
      this.#wrong.push(`doubled at revision ${revision}: ${twice.join(", ")}`);
      break;
    }
    return head;
  }
}

function worded({ kind, mark, why }: Breach): string {
  return `${kind}: ${mark} (${why})`;
}
