import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { describe, expect, test } from "vitest";
import { phone } from "./measures.ts";
import { Shelf } from "./shelf.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on the page that is serious or worse; `rules` to look for these alone. */
async function findings(ana: Shelf, rules?: readonly string[]): Promise<string[]> {
  const { page } = ana.person;
  await page.evaluate(() => Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {}))));
  await page.evaluate(axe); // by the protocol, which the policy of the page does not bind
  const { violations } = (await page.evaluate(
    `axe.run(${JSON.stringify(rules ? { runOnly: rules } : {})})`,
  )) as AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`);
}

/** A list with everything in it that rows can have. */
async function furnished(ana: Shelf): Promise<void> {
  const folder = await ana.folder("Team");
  await ana.change(await ana.create("Pinned in the team"), { folder, pinned: true });
  await ana.change(await ana.create("Thrown away"), { trashed: true });
  await ana.create("", "text");
  const id = await ana.create("Open elsewhere");
  const ben = await stage.person();
  await ben.open(stage.server.url, id);
}

describe.each(["light", "dark"] as const)("U32: %s", (colorScheme) => {
  test(`U32: axe finds nothing serious in the list, ${colorScheme}`, async () => {
    const ana = new Shelf(await stage.person({ colorScheme }), stage.server.url);
    const { page } = ana.person;
    const rules = colorScheme === "dark" ? ["color-contrast"] : undefined; // all else is the same in both
    await ana.open();
    await page.getByRole("heading", { name: "Nothing here yet" }).waitFor();
    expect(await findings(ana, rules), "empty").toEqual([]);
    await furnished(ana);
    for (const address of ["/", "/?view=trash", "/?q=team"]) {
      await ana.open(address);
      await page.locator(".row").first().waitFor();
      expect(await findings(ana, rules), address).toEqual([]);
    }
    await ana.open();
    await ana.row("Open elsewhere").locator(".avatar").waitFor();
    await ana.row("Open elsewhere").getByRole("link").focus();
    await ana.person.press("x", "ArrowDown");
    expect(await findings(ana, rules), "selected").toEqual([]);
    await ana.person.press("Delete", "Shift+F10");
    await page.getByRole("menu").waitFor();
    expect(await findings(ana, rules), "menu and toast").toEqual([]);
    await ana.person.press("Escape", "?");
    await page.getByRole("dialog").waitFor();
    expect(await findings(ana, rules), "dialog").toEqual([]);
  });
});

test("U32: axe finds nothing serious on a phone, with the drawer and the selection", async () => {
  const ana = new Shelf(await stage.person(phone), stage.server.url);
  const { page } = ana.person;
  await furnished(ana);
  await ana.open();
  await page.locator(".row").first().waitFor();
  expect(await findings(ana), "list").toEqual([]);
  await page.getByRole("button", { name: "Folders and places" }).tap();
  expect(await findings(ana), "drawer").toEqual([]);
  await ana.person.press("Escape");
  await page.locator(".row-menu").first().tap();
  await page.getByRole("menuitem", { name: "Select" }).tap();
  expect(await findings(ana), "selection").toEqual([]);
});

test("U32: at 200 % zoom the list fits, and all of it can be reached", async () => {
  const ana = new Shelf(await stage.person({ viewport: { width: 640, height: 400 } }), stage.server.url);
  await furnished(ana);
  await ana.open();
  await ana.person.page.locator(".row").first().waitFor();
  expect(await ana.person.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640);
  await ana.person.page.getByRole("button", { name: "Folders and places" }).click();
  await ana.person.page.getByRole("dialog").getByRole("link", { name: "Trash" }).click();
  await ana.has("Thrown away");
});

test("U33: a language is chosen beside one's name, and the page speaks it from then on", async () => {
  const ana = new Shelf(await stage.person(), stage.server.url);
  const { page } = ana.person;
  await ana.open();
  await page.getByRole("button", { name: /^You: / }).click();
  await page.getByRole("combobox", { name: "Language of the pages" }).selectOption("Deutsch");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Dokumente", exact: true }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
  await page.reload();
  await page.getByRole("button", { name: "Neues Dokument" }).waitFor();
});

test("U33: every text of the list is from the catalogue", async () => {
  const ana = new Shelf(await stage.person({ viewport: { width: 900, height: 700 } }), stage.server.url);
  const { page } = ana.person;
  await ana.ask("PATCH", "/api/me", { name: "⟦Ana⟧" });
  await page.addInitScript(() => localStorage.setItem("collabd.language", "x-pseudo"));
  await ana.change(await ana.create("⟦A title⟧"), { folder: await ana.folder("⟦Team⟧"), pinned: true });
  await ana.change(await ana.create("⟦Gone⟧"), { trashed: true });
  const bare = (): Promise<string[]> =>
    page.evaluate(() => {
      const texts: string[] = [document.title];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (
          node instanceof Text &&
          !node.parentElement?.closest("script, noscript, time, kbd, .avatar, option, mark")
        ) {
          texts.push(node.data);
        }
        if (!(node instanceof Element)) continue;
        for (const name of ["aria-label", "placeholder", "data-tip"]) texts.push(node.getAttribute(name) ?? "");
      }
      return texts.filter((text) => /\p{L}/u.test(text) && !text.includes("⟦"));
    });
  for (const address of ["/", "/?view=trash", "/?view=pinned&q=zzz", "/?q=title"]) {
    await ana.open(address);
    await page.locator(".row, .empty").first().waitFor();
    expect(await bare(), address).toEqual([]);
  }
  await ana.open();
  await page.locator(".row-link").first().focus();
  await ana.person.press("x", "Shift+F10");
  await page.getByRole("menu").waitFor();
  expect(await bare(), "menu").toEqual([]);
  await ana.person.press("Escape", "Delete", "?");
  await page.getByRole("dialog").waitFor();
  expect(await bare(), "dialog").toEqual([]);
});
