import { expect, test } from "vitest";
import { phone, scrollsSideways, smallTargets } from "./measures.ts";
import { Shelf } from "./shelf.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

test("U31: at 360 px the list fits, with room for fingers, in each of its places", async () => {
  const ana = new Shelf(await stage.person(phone), stage.server.url);
  const { page } = ana.person;
  const long = "A title that is much too long for a telephone, whatever one does about it";
  const id = await ana.create(long);
  await ana.change(id, { folder: await ana.folder("A folder whose name is too long as well"), pinned: true });
  await ana.change(await ana.create("x".repeat(150), "text"), { trashed: true });
  for (const address of ["/", "/?view=pinned", "/?view=trash", "/?q=title", "/?q=zzz", "/?view=pinned&q=zzz"]) {
    await ana.open(address);
    expect(await scrollsSideways(page), address).toBe(false);
    expect(await smallTargets(page), address).toEqual([]);
  }
});

test("U31: the places are in a drawer, which keeps the focus and gives it back", async () => {
  const ana = new Shelf(await stage.person(phone), stage.server.url);
  const { page } = ana.person;
  const folder = await ana.folder("Team");
  await ana.change(await ana.create("In the team"), { folder });
  await ana.create("Elsewhere");
  await ana.open();
  const opener = page.getByRole("button", { name: "Folders and places" });
  await opener.tap();
  const drawer = page.getByRole("dialog", { name: "Folders and places" });
  await drawer.getByRole("link", { name: "Team (1 document)" }).waitFor();
  expect(await smallTargets(page)).toEqual([]);
  for (let press = 0; press < 12; press++) {
    await ana.person.press("Tab");
    const inside = () => page.evaluate(() => document.activeElement?.closest("dialog, body")?.className);
    expect(["drawer", "list-page"]).toContain(await inside()); // the browser's own controls are between
    expect(await page.evaluate(() => document.activeElement?.closest(".list-header, main") === null)).toBe(true);
  }
  await ana.person.press("Escape");
  await drawer.waitFor({ state: "hidden" });
  expect(await ana.focused()).toBe("Folders and places");
  await opener.tap();
  await drawer.getByRole("link", { name: "Team (1 document)" }).tap();
  await ana.has("In the team");
  expect(await drawer.isVisible()).toBe(false);
});

test("U31: a finger selects, moves and deletes by the menu of a row", async () => {
  const ana = new Shelf(await stage.person(phone), stage.server.url);
  const { page } = ana.person;
  for (const title of ["1", "2", "3"]) await ana.create(title);
  await ana.open();
  await ana.row("2").locator(".row-menu").tap();
  expect(await smallTargets(page)).toEqual([]);
  await page.getByRole("menuitem", { name: "Select" }).tap();
  await ana.row("1").getByRole("link").tap(); // while something is selected a tap selects
  await page.getByText("2 selected").first().waitFor();
  expect(await smallTargets(page)).toEqual([]);
  await page.getByRole("button", { name: "Move to trash" }).tap();
  await ana.has("3");
  expect(await scrollsSideways(page)).toBe(false);
  expect(await smallTargets(page)).toEqual([]);
  await page.getByRole("button", { name: "Undo" }).tap();
  await ana.has("3", "2", "1");
});
