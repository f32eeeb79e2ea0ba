import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { DocKind } from "../src/client/types.ts";
import { converged, type Person } from "./people.ts";
import { Release } from "./release.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** The id of the build that the page is of. */
function buildOf(page: Page): Promise<string> {
  return page.evaluate(() => document.querySelector<HTMLMetaElement>("meta[name=collabd-build]")!.content);
}

/** Waits until these builds have caches, the oldest first, and no others. */
async function cachesAre(page: Page, builds: readonly (string | undefined)[]): Promise<void> {
  const names = (): Promise<string[]> => page.evaluate(() => window.caches.keys());
  await expect.poll(names, { timeout: 15_000 }).toEqual(builds.map((build) => `collabd ${build}`));
}

/** Waits until the worker of this build has all of it, and is in charge. */
async function takenOver(page: Page, build: string): Promise<void> {
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await page.waitForFunction(async (name) => (await window.caches.keys()).includes(name), `collabd ${build}`);
  await page.waitForFunction(async () => {
    const { installing, waiting, active } = await navigator.serviceWorker.ready;
    return !installing && !waiting && active?.state === "activated" && active === navigator.serviceWorker.controller;
  });
}

/** A second page of the same person. */
async function tab(person: Person, url: string): Promise<Page> {
  const page = await person.context.newPage();
  await page.goto(url);
  return page;
}

describe("starting without a server", () => {
  it("U18: a document's page and the list come from the cache, and nothing of anybody is in it", async () => {
    const id = await stage.server.create("rich", "Plans");
    const ana = await stage.person();
    await ana.open(stage.server.url, id);
    await ana.prepared(); // at the first visit
    await ana.type("secret");
    await ana.waitForState("saved");
    await ana.page.goto(`${stage.server.url}/`);
    await ana.page.getByText("Plans").waitFor();

    await stage.server.kill();
    await ana.page.reload();
    await ana.page.getByRole("heading", { name: "Documents" }).waitFor();
    await ana.page.goto(`${stage.server.url}/d/${id}`);
    await ana.waitForState("connecting", "reconnecting", "offline");
    expect(new URL(ana.page.url()).pathname).toBe(`/d/${id}`);

    const kept = await ana.page.evaluate(async () => {
      const found = [];
      for (const name of await window.caches.keys()) {
        for (const request of await (await window.caches.open(name)).keys()) found.push(new URL(request.url).pathname);
      }
      return found;
    });
    expect(kept).toEqual(expect.arrayContaining(["/", "/d/shell"]));
    expect(kept.filter((path) => path !== "/" && path !== "/d/shell" && !path.startsWith("/assets/"))).toEqual([]);

    await stage.server.restart();
    expect(await converged(stage.server, id, ana)).toBe("secret\n"); // by itself, as always
  });

  it.each<DocKind>(["rich", "text"])(
    "U18: a %s document opens with what was unsent, and all of it is merged once",
    async (kind) => {
      const id = await stage.server.create(kind);
      const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
      await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
      await ana.prepared();
      await ana.toEnd();
      await ana.type("saved ");
      await Promise.all([ana.waitForState("saved"), ben.sees("saved")]);
      ana.page.on("dialog", (dialog) => void dialog.accept()); // something is unsent

      await ana.context.setOffline(true);
      await ana.type("unsent ");
      await ben.toStart();
      await ben.type("meanwhile ");
      await ben.waitForState("saved");
      await stage.server.kill();
      for (const again of ["once ", "twice "]) {
        await ana.page.reload();
        await ana.page.waitForSelector("body[data-ready]");
        expect(await ana.text()).toContain("saved unsent ");
        expect((await ana.status()).unsent).toBeGreaterThan(0);
        await ana.toEnd();
        await ana.type(again);
      }
      await ana.waitForState("offline");
      await stage.server.restart();
      await ana.context.setOffline(false);
      expect((await converged(stage.server, id, ana, ben)).trim()).toBe("meanwhile saved unsent once twice");
    },
  );

  it.each<DocKind>(["rich", "text"])(
    "U18: a page from the cache opens a %s document as any, with its styles",
    async (kind) => {
      const front = await Release.of(stage.server.port);
      const id = await stage.server.create(kind);
      const ana = await stage.person();
      await ana.open(front.url, id);
      await ana.prepared();
      front.slow = true; // pages hang, sockets do not: the worker is patient for a while
      await ana.page.reload({ waitUntil: "commit" });
      await ana.page.waitForSelector("body[data-ready]");
      expect(
        await ana.page.evaluate(() => performance.getEntriesByType("navigation")[0]!.toJSON().workerStart),
      ).toBeGreaterThan(0);
      await ana.toEnd();
      await ana.type("typed");
      expect((await converged(stage.server, id, ana)).trim()).toBe("typed");
      const font = await ana.page
        .locator(".ql-editor, .cm-content")
        .evaluate((text) => getComputedStyle(text).whiteSpace);
      expect(font).toMatch(/pre-wrap|break-spaces/); // CodeMirror's own style element, by the nonce, or Quill's sheet
      await front.close();
    },
  );

  it("U18: every page of a first visit is in the worker's charge, also those that open while it starts", async () => {
    const ana = await stage.person();
    const pages = [ana.page, await ana.context.newPage(), await ana.context.newPage(), await ana.context.newPage()];
    await Promise.all(pages.map((page) => page.goto(stage.server.url)));
    for (const page of pages) await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  });

  it("U18: an address that no page is at, the API and the health of the server are not from the cache", async () => {
    const ana = await stage.person();
    await ana.page.goto(stage.server.url);
    await ana.prepared();
    await stage.server.kill();
    for (const path of ["/nothing", "/healthz", "/api/docs"]) {
      const failure = await ana.page.goto(stage.server.url + path).catch((error: unknown) => String(error));
      expect(failure).toContain("ERR_CONNECTION_REFUSED");
    }
  });
});

describe("a new release", () => {
  it("U20: takes nothing away from pages of older ones, which are never loaded again by it", async () => {
    const front = await Release.of(stage.server.port);
    const id = await stage.server.create("rich");
    const ana = await stage.person();
    await ana.open(front.url, id);
    await ana.prepared();
    await ana.toEnd();
    await ana.type("one ");
    const began = await ana.page.evaluate(() => performance.timeOrigin);
    const first = await buildOf(ana.page);
    const later = await ana.page.evaluate(async () => {
      const found = await Promise.all(
        (await window.caches.keys()).map(async (name) => (await window.caches.open(name)).keys()),
      );
      return found.flat().find((request) => request.url.includes("codemirror"))!.url; // a part not loaded yet
    });

    const others = [];
    for (const release of [2, 3, 4]) {
      front.number = release;
      const other = await tab(ana, front.url);
      others.push(await buildOf(other));
      await takenOver(other, others.at(-1)!);
      await other.close();
      await ana.type(`${release} `);
    }
    expect((await fetch(later)).status).toBe(404); // the server has it no more
    const loaded = `import(${JSON.stringify(later)}).then((part) => Object.keys(part).length)`; // untouched by the test's tools
    expect(await ana.page.evaluate(loaded)).toBeGreaterThan(0);
    await cachesAre(ana.page, [first, others[1], others[2]]);
    expect(await ana.page.evaluate(() => performance.timeOrigin)).toBe(began);
    expect(await converged(stage.server, id, ana)).toBe("one 2 3 4 \n");

    await ana.page.reload(); // now it is of the fourth, and nobody needs the first
    expect(await buildOf(ana.page)).toBe(others[2]);
    front.number = 5;
    await takenOver(ana.page, others[2]!.replace("v4", "v5"));
    await cachesAre(ana.page, [others[2], others[2]!.replace("v4", "v5")]);
    await front.close();
  });
});

describe("the application", () => {
  it("U18: can be installed", async () => {
    const ana = await stage.person();
    await ana.page.goto(stage.server.url);
    await ana.prepared();
    const devtools = await ana.context.newCDPSession(ana.page);
    const manifest = await devtools.send("Page.getAppManifest");
    expect(manifest.errors).toEqual([]);
    const { icons } = JSON.parse(manifest.data!) as { icons: { src: string; sizes: string }[] };
    for (const { src, sizes } of icons) {
      const width = await ana.page.evaluate(async (url) => {
        const image = new Image();
        image.src = url;
        await image.decode();
        return image.naturalWidth;
      }, src);
      if (sizes !== "any") expect(`${width}x${width}`).toBe(sizes);
    }
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  });
});
