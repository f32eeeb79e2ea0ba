import { describe, expect, test } from "vitest";
import { guests } from "./guests.ts";
import { hardCoded } from "./hard-coded.ts";
import type { Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

async function pseudo(options = {}): Promise<Person> {
  const person = await stage.person(options);
  await person.page.addInitScript(() => localStorage.setItem("collabd.language", "x-pseudo"));
  return person;
}

describe("U33: no text is outside of the catalogue", () => {
  test("on the list", async () => {
    const ana = await pseudo();
    await ana.page.goto(`${stage.server.url}/`);
    await ana.page.getByText("⟦").first().waitFor();
    expect(await hardCoded(ana.page)).toEqual([]); // without documents
    await stage.server.create("rich", "Minutes");
    await ana.page.reload();
    await ana.page.locator(".row").waitFor();
    expect(await hardCoded(ana.page)).toEqual([]);
    await ana.page.locator(".new-kinds").click();
    expect(await hardCoded(ana.page)).toEqual([]);
  });

  test.each(["rich", "text"] as const)("on the page of a %s document, and in what it opens", async (kind) => {
    const id = await stage.server.create(kind, "Minutes");
    const ana = await pseudo({ viewport: { width: 1280, height: 760 } });
    await ana.open(stage.server.url, id);
    const leave = await guests(stage.server, id, 7, [[0, 0]]);
    await ana.page.locator(".avatar-rest").waitFor();
    expect(await hardCoded(ana.page)).toEqual([]);
    for (const opener of [".people-button", ".words-button", ".me-button"]) {
      await ana.page.locator(opener).click();
      await ana.page.locator(".popover:popover-open").first().waitFor();
      expect(await hardCoded(ana.page)).toEqual([]);
      await ana.press("Escape");
    }
    await ana.page.locator(".people-button").click();
    await ana.page.locator(".follow").first().click();
    await ana.page.locator(".follow-bar").waitFor();
    expect((await hardCoded(ana.page)).filter((text) => !text.includes("Guest"))).toEqual([]);
    await ana.toEnd();
    await ana.press("Control+f");
    await ana.page.locator(".cm-search, .find-bar").first().waitFor();
    expect(await hardCoded(ana.page)).toEqual([]);
    await leave();
    await stage.server.kill();
    await ana.page.locator('.status[data-state="reconnecting"]').waitFor();
    expect(await hardCoded(ana.page)).toEqual([]);
  });

  test("where there is no document", async () => {
    const ana = await pseudo();
    await ana.page.goto(`${stage.server.url}/d/nowhere`);
    await ana.page.locator(".problem").waitFor();
    expect(await hardCoded(ana.page)).toEqual([]);
  });
});

test.each([
  ["dark", "light"],
  ["light", "dark"],
] as const)("U33: who chose %s on a %s system sees no other one flash by", async (chosen, colorScheme) => {
  const id = await stage.server.create("rich");
  const ana = await stage.person({ colorScheme });
  await ana.page.addInitScript((chosen) => {
    localStorage.setItem("collabd.theme", chosen);
    const seen: string[] = [];
    Object.assign(window, { seen });
    const look = (): void => {
      if (document.body) seen.push(getComputedStyle(document.documentElement).colorScheme);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, chosen);
  await ana.open(stage.server.url, id);
  const seen = await ana.page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(new Set(seen)).toEqual(new Set([chosen]));
  expect(await ana.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([
    "en",
    "ltr",
  ]);
});
