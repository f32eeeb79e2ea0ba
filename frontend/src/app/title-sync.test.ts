import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TitleSync } from "./title-sync.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server with one title; it tells everybody of a new one, after `delay` milliseconds. */
class TitleServer {
  title = "";
  away = false;
  writers: TitleWriter[] = [];
  delay = 40;

  async save(title: string, was: string): Promise<{ saved: boolean; title: string }> {
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (this.away) throw new Error("away");
    const saved = this.title === was;
    if (saved) {
      this.title = title;
      for (const writer of this.writers) setTimeout(() => writer.sync.heard(title), writer.lag);
    }
    const now = this.title;
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    return { saved, title: now };
  }
}

class TitleWriter {
  text = "";
  lag: number;
  sync: TitleSync;

  constructor(server: TitleServer, lag: number) {
    this.lag = lag;
    this.sync = new TitleSync({
      save: (title, was) => server.save(title, was),
      show: (title) => {
        this.text = title;
      },
      changed: () => {},
    });
    server.writers.push(this);
  }

  /** Types at the end, as a person who sees what the field shows. */
  type(more: string): void {
    this.text += more;
    this.sync.typed(this.text);
  }
}

describe("TitleSync", () => {
  it("saves after a pause in typing, and then has nothing unsaved", async () => {
    const server = new TitleServer();
    const ana = new TitleWriter(server, 10);
    ana.type("Minutes ");
    ana.type("of May");
    expect(ana.sync.unsaved).toBe(true);
    await vi.advanceTimersByTimeAsync(299);
    expect(server.title).toBe("");
    await vi.advanceTimersByTimeAsync(100);
    expect(server.title).toBe("Minutes of May");
    await vi.advanceTimersByTimeAsync(100);
    expect(ana.sync.unsaved).toBe(false);
  });

  // Two who type at the same time, whose letters come at any distance, with the news late for one of them.
  it.each([0, 30, 170, 290, 410, 900])("loses no letter of two who type at once, %i ms apart", async (apart) => {
    const server = new TitleServer();
    const ana = new TitleWriter(server, 5);
    const ben = new TitleWriter(server, 250);
    for (let index = 0; index < 12; index++) {
      ana.type("a");
      await vi.advanceTimersByTimeAsync(apart);
      ben.type("b");
      await vi.advanceTimersByTimeAsync(index % 3 === 0 ? 350 : 60);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect([...server.title].sort().join("")).toBe("a".repeat(12) + "b".repeat(12));
    expect([ana.text, ben.text]).toEqual([server.title, server.title]);
    expect([ana.sync.unsaved, ben.sync.unsaved]).toEqual([false, false]);
  });

  it("does not take its own title for somebody's news while its user goes on writing", async () => {
    const server = new TitleServer();
    const ana = new TitleWriter(server, 700);
    const seen: string[] = [];
    for (const letter of "collaborative") {
      ana.type(letter);
      await vi.advanceTimersByTimeAsync(310);
      seen.push(ana.text);
    }
    expect(seen.every((text, index) => text === "collaborative".slice(0, index + 1))).toBe(true);
    await vi.advanceTimersByTimeAsync(5000);
    expect([server.title, ana.text]).toEqual(["collaborative", "collaborative"]);
  });

  it("says that it could not be saved, and tries again", async () => {
    const server = new TitleServer();
    const ana = new TitleWriter(server, 5);
    server.away = true;
    ana.type("offline");
    await vi.advanceTimersByTimeAsync(1000);
    expect([ana.sync.failed, ana.sync.unsaved]).toEqual([true, true]);
    server.away = false;
    await vi.advanceTimersByTimeAsync(3000);
    expect([server.title, ana.sync.failed]).toEqual(["offline", false]);
  });

  it("moves nothing under an input method", async () => {
    const server = new TitleServer();
    const ana = new TitleWriter(server, 5);
    ana.sync.compose(true);
    ana.type("に");
    ana.sync.heard("News");
    expect(ana.text).toBe("に");
    ana.sync.compose(false);
    expect(ana.text).toBe("Newsに");
  });

  it("keeps within the limit, and cuts no pair", () => {
    const server = new TitleServer();
    const ana = new TitleWriter(server, 5);
    ana.type("😀".repeat(100));
    ana.sync.heard("x");
    expect(ana.text).toBe(`x${"😀".repeat(99)}`);
  });
});
