import type { Page } from "playwright-core";

/** How the main thread of a page and its connection did while it was watched. Times in milliseconds. */
export interface Watched {
  /** Tasks over 50 ms, as browsers count them, and the longest; 0 if there was none. */
  readonly longTasks: number;
  readonly longest: number;
  /** How much of the time the main thread was busy, from 0 to 1. */
  readonly busy: number;
  /** How often the connection was lost. */
  readonly dropped: number;
  /** Live objects of JavaScript at the end, after collecting garbage, in bytes. */
  readonly heap: number;
}

/** Watches a page while `meanwhile` runs. */
export async function watch(page: Page, meanwhile: () => Promise<unknown>): Promise<Watched> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "timeTicks" });
  const metric = async (name: string): Promise<number> => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return metrics.find((each) => each.name === name)!.value;
  };
  await page.evaluate(() => {
    const seen = { tasks: [] as number[], dropped: 0, observer: undefined as unknown };
    const observer = new PerformanceObserver((list) =>
      seen.tasks.push(...list.getEntries().map((each) => each.duration)),
    );
    observer.observe({ type: "longtask" });
    seen.observer = observer; // or it would be collected
    window.collabd!.collab.on("status", ({ state }) => {
      if (state === "reconnecting" || state === "offline" || state === "error") seen.dropped++;
    });
    (window as unknown as { watched: typeof seen }).watched = seen;
  });
  const [busy, began] = [await metric("TaskDuration"), performance.now()];
  await meanwhile();
  const share = ((await metric("TaskDuration")) - busy) / ((performance.now() - began) / 1000);
  const { tasks, dropped } = await page.evaluate(
    () => (window as unknown as { watched: { tasks: number[]; dropped: number } }).watched,
  );
  await devtools.send("HeapProfiler.collectGarbage");
  const heap = await metric("JSHeapUsedSize");
  await devtools.detach();
  return { longTasks: tasks.length, longest: Math.max(0, ...tasks), busy: share, dropped, heap };
}
