import { expect, test, vi } from "vitest";
import { normalize, type Op } from "../../ot/op.ts";
import { Mover } from "./mover.ts";
import { MemoryHistory, PlainView } from "./testing.ts";
import type { Shown } from "./view.ts";

/** Letters, each put in the middle of those before it, and now and then one is taken away. */
const letters: readonly Op[] = Array.from({ length: 200 }, (_, index) =>
  index % 7 === 6
    ? [{ retain: 1 }, { delete: 1 }]
    : [...(index > 1 ? [{ retain: Math.floor(index / 3) }] : []), { insert: String.fromCharCode(97 + (index % 26)) }],
);

function stage(ops: readonly Op[] = letters) {
  const history = new MemoryHistory(ops);
  const view = new PlainView();
  const shown: Shown[] = [];
  const failed: unknown[] = [];
  const mover = new Mover(history, view, {
    shown: (each) => shown.push(each),
    told: () => {},
    failed: (error) => failed.push(error),
    waiting: () => {},
  });
  const arrives = async (revision: number): Promise<void> => {
    await vi.waitFor(() => expect(mover.revision).toBe(revision));
    expect(normalize(view.contents())).toEqual(normalize(history.at(revision)));
  };
  return { history, view, mover, shown, failed, arrives };
}

test("shows any revision, forwards and backwards", async () => {
  const { mover, arrives } = stage();
  for (const revision of [200, 0, 120, 119, 121, 30, 199]) {
    mover.goTo(revision);
    await arrives(revision);
  }
});

test("the way back needs no server", async () => {
  const { mover, history, arrives } = stage();
  mover.goTo(100);
  await arrives(100);
  mover.goTo(150);
  await arrives(150);
  const asked = history.asked.length;
  mover.goTo(100);
  expect(mover.revision).toBe(100); // at once
  expect(history.asked).toHaveLength(asked);
  await arrives(100);
});

test("a far jump reads the document, and the way back is remembered", async () => {
  const { mover, history, shown, arrives } = stage(
    Array.from({ length: 30 }, () => letters)
      .flat()
      .slice(0, 5000),
  );
  mover.goTo(10);
  await arrives(10);
  mover.goTo(4800);
  await arrives(4800);
  expect(history.asked.slice(1)).toEqual(["document 4800"]);
  expect(shown.at(-1)!.change).toBeDefined();
  mover.goTo(10);
  await arrives(10);
  expect(history.asked).toHaveLength(2);
});

test("steps that were read before are put together", async () => {
  const { mover, history, view, arrives } = stage();
  mover.goTo(50);
  await arrives(50);
  for (const { from, revision, op } of await history.steps(50, 5, 10)) mover.keep(from, revision, op);
  expect(mover.knows(50, 100)).toBe(true);
  expect(mover.knows(50, 99)).toBe(false);
  const before = view.shown;
  mover.goTo(100);
  expect(mover.revision).toBe(100);
  expect(view.shown).toBe(before + 1);
  await arrives(100);
});

test("of many wishes while one is on its way the last one is asked for", async () => {
  const { mover, history, arrives } = stage();
  mover.goTo(10);
  await arrives(10);
  for (const wish of [20, 30, 40, 50, 60]) mover.goTo(wish);
  await arrives(60);
  expect(history.asked.slice(1)).toEqual(["change 10 20", "change 20 60"]);
});

test("an answer that takes too long is not waited for when there is another wish", async () => {
  const { mover, history, arrives } = stage();
  mover.goTo(10);
  await arrives(10);
  vi.useFakeTimers({ toFake: ["performance"] });
  history.gate = (signal) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  mover.goTo(20);
  vi.advanceTimersByTime(1000);
  history.gate = () => Promise.resolve();
  mover.goTo(30);
  vi.useRealTimers();
  await arrives(30);
  expect(history.asked.slice(1)).toEqual(["change 10 20", "change 10 30"]);
});

test("an answer that comes when it is elsewhere already is not shown", async () => {
  const { mover, history, view, arrives } = stage();
  mover.goTo(10);
  await arrives(10);
  for (const { from, revision, op } of await history.steps(10, 2, 1)) mover.keep(from, revision, op);
  let answer = (): void => {};
  history.gate = () => new Promise((resolve) => (answer = resolve));
  history.deaf = true; // it was on its way to the page when it was given up
  mover.goTo(50);
  mover.goTo(12);
  answer();
  await new Promise((resolve) => setTimeout(resolve));
  await arrives(12);
  expect(view.shown).toBe(2);
});

test("a failure is told, and the next wish asks again", async () => {
  const { mover, history, failed, arrives } = stage();
  mover.goTo(10);
  await arrives(10);
  history.gate = () => Promise.reject(new Error("away"));
  mover.goTo(20);
  await vi.waitFor(() => expect(failed).toHaveLength(1));
  expect(mover.moving).toBe(false);
  await arrives(10);
  history.gate = () => Promise.resolve();
  mover.retry(20);
  await arrives(20);
});

test("after the end nothing is shown", async () => {
  const { mover, history, shown } = stage();
  let open = (): void => {};
  history.gate = () => new Promise((resolve) => (open = resolve));
  mover.goTo(10);
  mover.end();
  open();
  await Promise.resolve();
  await Promise.resolve();
  expect(shown).toEqual([]);
});
