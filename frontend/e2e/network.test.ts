import { describe, expect, it } from "vitest";
import type { DocKind } from "../src/client/types.ts";
import { Cable } from "./cable.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

async function two(kind: DocKind, url = stage.server.url): Promise<{ id: string; ana: Person; ben: Person }> {
  const id = await stage.server.create(kind);
  const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
  await Promise.all([ana.open(url, id), ben.open(stage.server.url, id)]);
  return { id, ana, ben };
}

/** Words that can be counted: each must be there once, in order. */
function words(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Mends the cable and presses the button, unless the client has come back by itself and the button is gone. */
async function mendAndRetry(cable: Cable, person: Person): Promise<void> {
  const retry = person.page.getByRole("button", { name: "Retry now" });
  await retry.waitFor();
  cable.mend();
  await retry.evaluateAll((buttons) => {
    for (const button of buttons) (button as HTMLButtonElement).click();
  });
}

function expectWords(text: string, prefix: string, count: number): void {
  expect(text.match(new RegExp(`${prefix}\\d+`, "g"))).toEqual(words(prefix, count));
}

describe.each<DocKind>(["rich", "text"])("a %s document", (kind) => {
  it("loses nothing and doubles nothing when the server is killed under two who type", async () => {
    const { id, ana, ben } = await two(kind);
    await ana.toEnd();
    await ana.type("start\n");
    await ben.sees("start");
    await ben.toEnd();
    await ana.toStart();
    const pages = [ana, ben].map((person) => person.page.evaluate(() => performance.timeOrigin));
    const typing = Promise.all([
      ana.type(`${words("a", 40).join(" ")} `, 12),
      ben.type(`${words("b", 40).join(" ")} `, 12),
    ]);
    for (let kills = 0; kills < 3; kills++) {
      const seen = await ana.text();
      await expect.poll(() => ana.text(), { interval: 20, timeout: 10_000 }).not.toBe(seen); // in the middle of typing
      await stage.server.kill();
      await ana.waitForState("reconnecting");
      await stage.server.restart();
      await Promise.all([ana.waitForState("saved", "saving"), ben.waitForState("saved", "saving")]);
    }
    await typing;
    const text = await converged(stage.server, id, ana, ben);
    expectWords(text, "a", 40);
    expectWords(text, "b", 40);
    expect(await Promise.all([ana, ben].map((person) => person.page.evaluate(() => performance.timeOrigin)))).toEqual(
      await Promise.all(pages),
    ); // no page was loaded again
    expect(await ana.page.locator(".notice").count()).toBe(0);
  });

  it("U17: goes on without the network, counts what is unsent, and catches up", async () => {
    const cable = await Cable.to(stage.server.port);
    const { id, ana, ben } = await two(kind, cable.url);
    await ana.toEnd();
    await ana.type("start\n");
    await ben.sees("start");
    await ben.toEnd();

    await ana.context.setOffline(true);
    cable.cut();
    await ana.waitForState("offline");
    await ana.toStart();
    for (const word of words("a", 5)) await ana.type(`${word} `);
    const { unsent } = await ana.status();
    expect(unsent).toBeGreaterThan(4);
    const status = ana.page.getByRole("status");
    await expect.poll(() => status.first().textContent()).toContain(`${unsent} unsent`);
    for (const word of words("b", 5)) await ben.type(`${word} `);
    await ana.type("more ");
    expect((await ana.status()).unsent).toBeGreaterThan(unsent);

    // The browser says that there is a network again, but the server is not to be reached yet.
    await ana.context.setOffline(false);
    await ana.waitForState("reconnecting");
    await mendAndRetry(cable, ana);
    const text = await converged(stage.server, id, ana, ben);
    expectWords(text, "a", 5);
    expectWords(text, "b", 5);
    await ana.waitForState("saved");
    expect(await ana.page.locator(".status").getAttribute("data-unsent")).toBe("0");
    expect(await ana.page.locator("dialog[open], [aria-modal=true]").count()).toBe(0);
    const hashes = [ana, ben].map(({ page }) => page.evaluate(() => window.collabd!.collab.hash));
    expect(await hashes[0]).toBe(await hashes[1]);
    await cable.close();
  });

  it("U17: notices within seconds that a connection is dead, though nothing closed it", async () => {
    const cable = await Cable.to(stage.server.port);
    const { id, ana, ben } = await two(kind, cable.url);
    await ana.toEnd();
    await ana.type("before ");
    await converged(stage.server, id, ana, ben);
    cable.silence();
    const cut = Date.now();
    await ana.type("during ");
    await ana.page.waitForSelector('.status[data-state="saving"]');
    await ana.waitForState("reconnecting");
    const took = Date.now() - cut;
    console.log(`U17: a silent network shows after ${took} ms`);
    expect(took).toBeLessThan(7_000); // 5 s, and room for a machine that does other things
    cable.mend();
    await ana.type("after ");
    expect((await converged(stage.server, id, ana, ben)).trim()).toBe("before during after");
    await cable.close();
  });
});

describe("leaving", () => {
  it("asks only when something is unsent", async () => {
    const cable = await Cable.to(stage.server.port);
    const { id, ana, ben } = await two("rich", cable.url);
    await ana.toEnd();
    await ana.type("saved");
    await converged(stage.server, id, ana, ben);
    let asked = 0;
    ana.page.on("dialog", (dialog) => {
      asked++;
      void dialog.dismiss();
    });
    cable.cut();
    await ana.waitForState("reconnecting");
    await ana.type(" unsaved");
    await ana.page.close({ runBeforeUnload: true });
    await expect.poll(() => asked).toBe(1);
    expect(ana.page.isClosed()).toBe(false);
    await mendAndRetry(cable, ana);
    expect(await converged(stage.server, id, ana, ben)).toBe("saved unsaved\n");
    const closed = ana.page.waitForEvent("close");
    await ana.page.close({ runBeforeUnload: true });
    await closed;
    expect(asked).toBe(1);
    await cable.close();
  });
});
