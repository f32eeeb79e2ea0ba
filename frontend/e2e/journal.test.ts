import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { DocKind } from "../src/client/types.ts";
import { Cable } from "./cable.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** Lets a page be left with something unsent, and counts how often it asked. */
function leaves(person: Person): { asked: number } {
  const seen = { asked: 0 };
  person.page.on("dialog", (dialog) => {
    seen.asked++;
    void dialog.accept();
  });
  return seen;
}

/** Opens a document as this person in another tab of the same browser. */
async function tab(person: Person, url: string, id: string): Promise<Page> {
  const page = await person.context.newPage();
  await page.goto(`${url}/d/${id}`);
  await page.waitForSelector("body[data-ready]");
  return page;
}

/** Waits until the page has typed all this, and it is in the journal. */
async function kept(page: Page): Promise<void> {
  await page.waitForFunction(() => window.collabd!.collab.kept);
}

const saved = (page: Page) => page.waitForSelector('.status[data-state="saved"], .status[data-state="connected"]');
const clientOf = (page: Page) => page.evaluate(() => window.collabd!.collab.client);
const textOf = (page: Page) => page.evaluate(() => window.collabd!.text());

/** Tabs in one browser, on a network that can be cut. */
async function setting(kind: DocKind = "text") {
  const cable = await Cable.to(stage.server.port);
  const id = await stage.server.create(kind);
  const ana = await stage.person();
  const dialogs = leaves(ana);
  await ana.open(cable.url, id);
  await ana.toEnd();
  return { cable, id, ana, dialogs };
}

describe.each<DocKind>(["rich", "text"])("a %s document", (kind) => {
  test("U18: what is unsent survives a reload, and is sent exactly once; nobody is asked without need", async () => {
    const { cable, id, ana, dialogs } = await setting(kind);
    await ana.type("saved ");
    await converged(stage.server, id, ana);
    const client = await clientOf(ana.page);
    await ana.page.reload();
    await ana.page.waitForSelector("body[data-ready]");
    expect(dialogs.asked).toBe(0);
    expect(await clientOf(ana.page)).toBe(client); // a reload is a lost connection, no more

    cable.silence(); // what is sent from now on never arrives
    await ana.toEnd();
    await ana.type("unsent ");
    await kept(ana.page);
    cable.mend();
    await ana.page.reload();
    expect(dialogs.asked).toBe(1);
    await ana.page.waitForSelector("body[data-ready]");
    expect((await converged(stage.server, id, ana)).trim()).toBe("saved unsent");
    await cable.close();
  });

  test("U18: what was sent and never acknowledged is there once after a reload, whatever was typed since", async () => {
    const { cable, id, ana } = await setting(kind);
    await ana.type("one ");
    await converged(stage.server, id, ana);
    // The server takes the edit, and its acknowledgement is lost.
    const before = await stage.server.revision(id);
    cable.deafen();
    await ana.type("two ");
    await expect.poll(() => stage.server.revision(id)).toBeGreaterThan(before);
    await ana.type("three ");
    await kept(ana.page);
    cable.mend();
    await ana.page.reload();
    await ana.page.waitForSelector("body[data-ready]");
    expect((await converged(stage.server, id, ana)).trim()).toBe("one two three");
    await cable.close();
  });
});

describe("a tab that is killed", () => {
  test("U18: leaves what it typed to the next one, which shows it before it is connected", async () => {
    const { cable, id, ana } = await setting();
    await ana.type("before ");
    await converged(stage.server, id, ana);
    cable.silence();
    await ana.type("killed");
    await kept(ana.page);
    await ana.page.close(); // without a word to the page
    const page = await ana.context.newPage();
    cable.mend();
    // The page comes, and its socket does not.
    await page.route("**/api/docs/*/socket", (route) => route.abort());
    await page.routeWebSocket("**/socket", () => {});
    await page.goto(`${cable.url}/d/${id}`);
    await page.waitForSelector("body[data-ready]");
    expect(await textOf(page)).toBe("before killed");
    expect(await page.evaluate(() => window.collabd!.collab.status)).toMatchObject({ unsent: 6 });
    await page.close();
    const last = await tab(ana, cable.url, id);
    await saved(last);
    expect(await stage.server.text(id)).toBe("before killed");
    expect(await textOf(last)).toBe("before killed");
    await cable.close();
  });

  test("U18: is served by another tab that lives", async () => {
    const { cable, id, ana } = await setting();
    await ana.type("a");
    await converged(stage.server, id, ana);
    const page = await tab(ana, stage.server.url.replace(String(stage.server.port), new URL(cable.url).port), id);
    cable.silence();
    await ana.page.bringToFront();
    await ana.toEnd();
    await ana.type("bc");
    await kept(ana.page);
    await ana.page.close();
    cable.mend();
    await expect.poll(() => stage.server.text(id), { timeout: 20_000 }).toBe("abc");
    await page.waitForFunction(() => window.collabd!.text() === "abc");
    await cable.close();
  });
});

describe("two tabs of one person", () => {
  test("U14: are two clients, and neither takes what the other types", async () => {
    const { cable, id, ana } = await setting();
    await ana.type(" and ");
    await converged(stage.server, id, ana);
    const page = await tab(ana, cable.url, id);
    const clients = await Promise.all([ana.page, page].map(clientOf));
    expect(clients[0]).not.toBe(clients[1]);
    cable.silence();
    await ana.page.bringToFront();
    await ana.toEnd();
    await ana.type("one");
    await page.bringToFront();
    await page.click(".cm-content");
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("two");
    await Promise.all([kept(ana.page), kept(page)]);
    cable.mend();
    await Promise.all([ana.page.reload(), page.reload()]);
    await Promise.all([ana.page, page].map((each) => each.waitForSelector("body[data-ready]")));
    await Promise.all([saved(ana.page), saved(page)]);
    // Both words are there once. A tab may be another client now: the other one may have sent what it left for a moment.
    const [one, two] = await Promise.all([ana.page, page].map(clientOf));
    expect(one).not.toBe(two);
    await expect.poll(() => stage.server.text(id)).toBe("two and one");
    await cable.close();
  });

  test("U14: also when one is a duplicate of the other, down to its session storage", async () => {
    const { cable, id, ana } = await setting();
    await ana.type("once ");
    await converged(stage.server, id, ana);
    const storage = await ana.page.evaluate(() => Object.entries(sessionStorage));
    expect(storage.length).toBeGreaterThan(0);
    const twin = await ana.context.newPage();
    await twin.addInitScript((entries) => {
      for (const [key, value] of entries) sessionStorage.setItem(key, value);
    }, storage);
    await twin.goto(`${cable.url}/d/${id}`);
    await twin.waitForSelector("body[data-ready]");
    await saved(twin);
    expect(await clientOf(twin)).not.toBe(await clientOf(ana.page));
    await twin.click(".cm-content");
    await twin.keyboard.press("Control+End");
    await twin.keyboard.type("twin");
    await ana.sees("once twin");
    expect((await ana.status()).state).not.toBe("error");
    await cable.close();
  });
});

describe("where there are no Web Locks", () => {
  /** What plain http in a local network looks like; a page that hears nothing looks frozen to the others. */
  async function withoutLocks(page: Page, deaf = false): Promise<void> {
    await page.addInitScript((hearsNothing) => {
      Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });
      if (hearsNothing) Object.defineProperty(BroadcastChannel.prototype, "onmessage", { set: () => {} });
    }, deaf);
  }

  /** Lets no connection of this page alone come about, until the result is called. */
  async function cutOff(page: Page): Promise<() => Promise<void>> {
    const real = await page.evaluateHandle(() => {
      const { WebSocket, fetch } = window;
      window.WebSocket = new Proxy(WebSocket, {
        construct: (target, [url, ...rest]: [string, string]) => new target(`${url}/nowhere`, ...rest),
      });
      window.fetch = () => Promise.reject(new TypeError("cut off"));
      return { WebSocket, fetch };
    });
    return () => real.evaluate((originals) => void Object.assign(window, originals));
  }

  test("U14: two tabs of one person are two clients all the same", async () => {
    const { cable, id, ana } = await setting();
    await withoutLocks(ana.page);
    await ana.page.reload();
    await saved(ana.page);
    const page = await ana.context.newPage();
    await withoutLocks(page);
    await page.goto(`${cable.url}/d/${id}`);
    await saved(page);
    expect(await clientOf(page)).not.toBe(await clientOf(ana.page));
    await cable.close();
  });

  test("U18: a tab whose client was taken over while it was frozen goes on as another, and nothing is lost", async () => {
    const { cable, id, ana } = await setting();
    await withoutLocks(ana.page, true);
    await ana.page.reload();
    await saved(ana.page);
    const client = await clientOf(ana.page);
    cable.cut();
    await ana.waitForState("reconnecting");
    await ana.toEnd();
    await ana.type("frozen ");
    await kept(ana.page);
    // Or it might be connected again before the other page has looked for what it left.
    const connect = await cutOff(ana.page);
    const page = await ana.context.newPage();
    await withoutLocks(page);
    cable.mend();
    await page.goto(`${stage.server.url.replace(/:\d+$/, "")}:${new URL(cable.url).port}/d/${id}`);
    await saved(page);
    expect(await clientOf(page)).toBe(client);
    await connect();
    await ana.page.bringToFront();
    await ana.type("awake ");
    await saved(ana.page);
    expect(await clientOf(ana.page)).not.toBe(client);
    const text = await converged(stage.server, id, ana);
    const copies = await ana.page
      .locator(".copy-text")
      .evaluateAll((all) => all.map((copy) => (copy as HTMLTextAreaElement).value).join());
    expect(text.match(/frozen/g)).toHaveLength(1);
    expect(text + copies).toContain("awake");
    await page.waitForFunction((wanted) => window.collabd!.text() === wanted, text);
    await cable.close();
  });
});

test("U18: a browser that keeps nothing says so while something is unsent, and goes on", async () => {
  const cable = await Cable.to(stage.server.port);
  const id = await stage.server.create("text");
  const ana = await stage.person();
  await ana.page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException("The quota is exceeded.", "QuotaExceededError");
    };
    IDBObjectStore.prototype.add = refuse;
    IDBObjectStore.prototype.put = refuse;
  });
  const dialogs = leaves(ana);
  await ana.open(cable.url, id);
  await ana.toEnd();
  await ana.type("saved ");
  await converged(stage.server, id, ana);
  await ana.waitForState("saved");
  const status = ana.page.locator(".status");
  expect(await status.textContent()).toBe("Saved"); // the server has it: nothing is at risk
  cable.cut();
  await ana.waitForState("reconnecting");
  await ana.type("unsent");
  await expect.poll(() => status.textContent()).toContain("not kept on this device");
  expect(await status.getAttribute("data-kept")).toBe("no");
  cable.mend();
  await ana.page.evaluate(() => window.collabd!.collab.retryNow());
  expect(await converged(stage.server, id, ana)).toBe("saved unsent");
  expect(dialogs.asked).toBe(0);
  await cable.close();
});

test.each<DocKind>(["rich", "text"])(
  "U11: a %s document that differs from the server's is put right in place, with what is unsent and the caret where it was",
  async (kind) => {
    const id = await stage.server.create(kind);
    const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
    // A fault of whatever kind: what comes is not what was sent.
    await ana.page.routeWebSocket("**/socket", (socket) => {
      const server = socket.connectToServer();
      server.onMessage((frame) => socket.send(String(frame).replaceAll("same", "SAME")));
    });
    await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
    await ana.toEnd();
    await ana.type("caret here");
    for (let n = 0; n < 5; n++) await ana.press("ArrowLeft");
    const loads = await ana.page.evaluate(() => {
      const { editor } = window.collabd!;
      const seen = { loads: 0 };
      const { load } = editor;
      editor.load = (document) => {
        seen.loads++;
        load.call(editor, document);
      };
      (window as unknown as { seen: object }).seen = seen;
      return seen.loads;
    });
    await ben.toStart();
    await ben.page.keyboard.insertText("the same for all, ");
    await ana.sees("the SAME for all, ");
    await ana.page.waitForFunction(() => window.collabd!.collab.status.repaired === 1);
    await ana.type("X");
    const text = await converged(stage.server, id, ana, ben);
    expect(text.trim()).toBe("the same for all, caretX here");
    const hashes = await Promise.all([ana, ben].map(({ page }) => page.evaluate(() => window.collabd!.collab.hash)));
    expect(hashes[0]).toBe(hashes[1]);
    expect(await ana.page.evaluate(() => (window as unknown as { seen: { loads: number } }).seen.loads)).toBe(loads);
    expect(await ana.page.locator(".notice").count()).toBe(0);
  },
);
