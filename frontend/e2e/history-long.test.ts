import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { Doc } from "../src/ot/document.ts";
import { hashOf } from "../src/ot/text.ts";
import { ana, ben, mira, traceOf, traces, typed, written } from "./histories.ts";
import { documents, emptyRich } from "./history-page.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** Opens the history and measures in the page how long it takes until the text is painted, in milliseconds. */
function opening(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const began = performance.now();
    document.querySelector<HTMLElement>(".history-opener")!.click();
    while (window.collabd!.history === undefined) await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return Math.round(performance.now() - began);
  });
}

/** Drags the slider to places from 0 to 1, one after the other, and measures in the page how long each takes to be painted. */
function scrub(page: Page, places: readonly number[]): Promise<{ revision: number; ms: number }[]> {
  return page.evaluate(async (places) => {
    const element = document.querySelector<HTMLElement>("[role=slider]")!;
    const { left, width, top } = element.querySelector("canvas")!.getBoundingClientRect();
    element.setPointerCapture = () => {};
    element.hasPointerCapture = () => true;
    const results: { revision: number; ms: number }[] = [];
    for (const place of places) {
      const began = performance.now();
      element.dispatchEvent(
        new PointerEvent("pointermove", { clientX: left + place * width, clientY: top + 20, bubbles: true }),
      );
      const wanted = Number(element.getAttribute("aria-valuenow"));
      while (window.collabd!.history!.revision !== wanted)
        await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      results.push({ revision: wanted, ms: Math.round(performance.now() - began) });
    }
    return results;
  }, places);
}

/** Twenty places all over the slider. */
const places = Array.from({ length: 20 }, (_, index) => ((index * 0.618034 + 0.37) % 1) * 0.98 + 0.01);

test.each(["rich", "text"] as const)("U22: 10,000 revisions of a %s document open and scrub at once", async (kind) => {
  const edits = [...typed(10_000, 3, 400, kind)];
  const docs = documents(edits, kind === "rich" ? emptyRich : Doc.of([]));
  const id = await written(stage.server, { kind, title: "Long", users: [ana, ben, mira], edits });
  const person = await stage.person();
  const { page } = person;
  await person.open(stage.server.url, id);
  const opened = await page.evaluate(async () => {
    const began = performance.now();
    document.querySelector<HTMLElement>(".history-opener")!.click();
    while (window.collabd!.history === undefined) await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return Math.round(performance.now() - began);
  });
  const steps = await scrub(page, places);
  const times = steps.map(({ ms }) => ms).sort((a, b) => a - b);
  console.log(`10,000 revisions, ${kind}: open ${opened} ms, scrub median ${times[10]} ms, longest ${times.at(-1)} ms`);
  expect(new Set(steps.map(({ revision }) => revision)).size).toBe(20);
  for (const { revision } of steps.slice(-1)) {
    expect(hashOf(await page.evaluate(() => window.collabd!.history!.contents()))).toBe(docs[revision]!.hash());
  }
  // Promised are 1,000 and 200 ms; a machine with much else to do must not fail here.
  expect(opened).toBeLessThan(3000);
  expect(times[10]).toBeLessThan(200);
  expect(times.at(-1)).toBeLessThan(800);
});

test("U22: the history of a paper, keystroke by keystroke, is at any revision what was typed by then", async () => {
  // The recording, where the environment names it; else one that is as long as typing it here allows.
  const edits = traces ? await traceOf("automerge-paper") : [...typed(30_000, 1, 500, "text")];
  const id = await written(stage.server, { kind: "text", title: "paper.tex", users: [ana], edits });
  const person = await stage.person();
  const { page } = person;
  await person.open(stage.server.url, id);
  const opened = await opening(page);
  const times: number[] = [];
  const hashes = new Map<number, string>();
  for (const place of places) {
    const [step] = await scrub(page, [place]);
    times.push(step!.ms);
    hashes.set(step!.revision, hashOf(await page.evaluate(() => window.collabd!.history!.contents())));
    const lines = await page.evaluate(() => document.querySelectorAll(".history-desk .cm-line").length);
    expect(lines).toBeGreaterThan(0);
  }
  let doc = Doc.of([]);
  for (const [index, [, , op]] of edits.entries()) {
    doc = doc.apply(op);
    const hash = hashes.get(index + 1);
    if (hash !== undefined) expect(`${index + 1} ${hash}`).toBe(`${index + 1} ${doc.hash()}`);
  }
  expect(hashes.size).toBe(20);
  times.sort((a, b) => a - b);
  console.log(`${edits.length} revisions: open ${opened} ms, scrub median ${times[10]} ms, longest ${times.at(-1)} ms`);
}, 120_000);
