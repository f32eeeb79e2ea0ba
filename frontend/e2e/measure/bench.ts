import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, inject, it } from "vitest";
import type { DocKind } from "../../src/client/types.ts";
import { randomOf } from "../../src/ot/testing.ts";
import { launch, Person } from "../people.ts";
import { Server } from "../server.ts";
import { Report } from "./report.ts";
import { transferOf } from "./transfer.ts";
import { startTypists } from "./typists.ts";
import { type Watched, watch } from "./watch.ts";

// `make bench-browser`. Texts are from a fixed seed; every figure is measured once or is the middle of some.

/** For how long others type, in seconds, and how often what is short is measured. */
const typing = Number(process.env.SECONDS ?? 20);
const times = 7;
/** The folder with the recorded session, and at how many edits a second it is played. Without it that part is left out. */
const traces = process.env.COLLABD_TRACES;
const rate = process.env.RATE ?? "200";

const report = new Report();
let browser: Browser;
let server: Server;

beforeAll(async () => {
  browser = await launch();
});
beforeEach(async () => {
  server = await Server.start();
});
afterEach(async () => {
  await server.stop();
});
afterAll(async () => {
  report.facts({ typing, times, chromium: browser.version() });
  await browser.close();
  const text = report.toString();
  console.log(text);
  if (process.env.REPORT) writeFileSync(process.env.REPORT, text);
});

it("initial transfer", async () => {
  const documents = { list: undefined, rich: await server.create("rich"), text: await server.create("text") };
  for (const [what, id] of Object.entries(documents)) {
    const visitor = await Person.enter(browser, { serviceWorkers: "block" });
    const transfer = await transferOf(visitor.page, () => shown(visitor, id));
    await visitor.leave();
    report.add("transfer", [what, kib(transfer.bytes), String(transfer.requests)]);
  }
  const visitor = await Person.enter(browser);
  await shown(visitor, undefined);
  await visitor.prepared();
  const all = await visitor.page.evaluate(async () => {
    const found = [];
    for (const name of await caches.keys())
      found.push(...(await (await caches.open(name)).keys()).map(({ url }) => url));
    return found;
  });
  let bytes = 0;
  for (const url of all) {
    const head = await fetch(url, { method: "HEAD", headers: { "accept-encoding": "gzip" } });
    bytes += Number(head.headers.get("content-length") ?? 0);
  }
  await visitor.leave();
  report.add("transfer", ["later, by the worker: all parts of all pages", kib(bytes), String(all.length)]);
});

it.each<[string, DocKind, number]>([
  ["rich, empty", "rich", 0],
  ["text, empty", "text", 0],
  ["rich, 20 pages", "rich", 60_000],
  ["text, 1 MB", "text", 1_000_000],
  ["rich, 1 MB", "rich", 1_000_000],
])("time until one can type: %s", async (what, kind, units) => {
  const id = await server.create(kind);
  if (units > 0) await fill(id, units);
  const cold: number[] = [];
  const warm: number[] = [];
  const kept: number[] = [];
  for (let n = 0; n < times; n++) {
    const visitor = await Person.enter(browser);
    await timed(visitor.page);
    cold.push(await ready(visitor, () => visitor.open(server.url, id)));
    await visitor.prepared();
    warm.push(await ready(visitor, () => visitor.open(server.url, id)));
    await visitor.page.waitForFunction(() => window.collabd!.collab.kept);
    await server.kill();
    kept.push(await ready(visitor, () => visitor.open(server.url, id)));
    await server.restart();
    await visitor.leave();
  }
  report.add("ready", [what, ...[cold, warm, kept].map((all) => ms(middle(all)))]);
});

it.each<[string, DocKind, number]>([
  ["rich, 20 pages", "rich", 60_000],
  ["text, 20 pages", "text", 60_000],
  ["rich, 1 MB", "rich", 1_000_000],
  ["text, 1 MB", "text", 1_000_000],
])("10 others type: %s", async (what, kind, units) => {
  const id = await server.create(kind);
  await fill(id, units);
  const [reader, others] = [await Person.enter(browser), await Person.enter(browser)];
  await reader.open(server.url, id);
  await reader.prepared();
  await others.page.goto(server.url);
  let letters = 0;
  const watched = await watch(reader.page, async () => {
    const stop = await startTypists(others.page, id, 10, 100);
    await after(typing * 1000);
    letters = await stop();
  });
  await Promise.all([reader.leave(), others.leave()]);
  report.add("typing", [what, (letters / typing).toFixed(0), ...row(watched)]);
});

it.runIf(traces)("a recorded session is played while a browser watches", async () => {
  const id = await server.create("text");
  const reader = await Person.enter(browser);
  await reader.open(server.url, id);
  let said = "";
  const watched = await watch(reader.page, async () => {
    const file = join(traces!, "automerge-paper.jsonl.gz");
    const player = spawn(inject("collabd"), ["replay", file, "--url", server.url, "--doc", id, "--rate", rate]);
    player.stdout.on("data", (data) => {
      said += data;
    });
    const [code] = await once(player, "exit");
    if (code !== 0) throw new Error(`collabd replay ended with ${code}: ${said}`);
  });
  await reader.page.waitForFunction((text) => window.collabd!.text() === text, await server.text(id));
  await reader.leave();
  const played = /^transactions\s+(.*)$/m.exec(said)?.[1] ?? "";
  report.add("replay", [played, ...row(watched)]);
});

/** Opens the list, or a document, until it can be used. */
async function shown(visitor: Person, id: string | undefined): Promise<void> {
  if (id !== undefined) return visitor.open(server.url, id);
  await visitor.page.goto(server.url);
  await visitor.page.getByRole("heading", { level: 1 }).waitFor();
}

/** Notes in each page when its document can be edited, in milliseconds since its navigation began. */
async function timed(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const look = (): void => {
      if (document.body?.dataset.ready === undefined) return;
      observer.disconnect();
      (window as unknown as { ready: number }).ready = performance.now();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
  });
}

async function ready({ page }: Person, open: () => Promise<void>): Promise<number> {
  await open();
  return page.evaluate(() => (window as unknown as { ready: number }).ready);
}

/** Puts so many units of paragraphs into a document, in pieces as large as a server takes. */
async function fill(id: string, units: number): Promise<void> {
  const random = randomOf(1);
  const author = await Person.enter(browser);
  await author.open(server.url, id);
  for (let left = units; left > 0; left -= 10_000) {
    let text = "";
    while (text.length < Math.min(left, 10_000)) {
      const words = Array.from(
        { length: 40 + Math.floor(random() * 60) },
        () => "lorem ipsum dolor sit".split(" ")[Math.floor(random() * 4)],
      );
      text += `${words.join(" ")}\n`;
    }
    await author.page.evaluate((insert) => {
      const { collab, editor } = window.collabd!;
      editor.applyRemote([{ insert }], "");
      collab.localEdit([{ insert }]);
    }, text);
    await author.page.waitForFunction(() => window.collabd!.collab.status.unsent === 0);
  }
  await author.leave();
}

function row({ longTasks, longest, busy, dropped, heap }: Watched): string[] {
  const tasks = longTasks === 0 ? "none over 50 ms" : ms(longest);
  return [
    tasks,
    String(longTasks),
    `${(busy * 100).toFixed(0)} %`,
    String(dropped),
    `${(heap / 2 ** 20).toFixed(0)} MB`,
  ];
}

function middle(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[all.length >> 1]!;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
