import { expect, test } from "vitest";
import { Shelf } from "./shelf.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const shelf = async (...titles: readonly string[]): Promise<Shelf> => {
  const person = new Shelf(await stage.person(), stage.server.url);
  for (const title of titles) await person.create(title);
  return person;
};

test("U2: arrows, Home and End go through the rows, of which Tab reaches one; Enter opens", async () => {
  const ana = await shelf("Three", "Two", "One");
  await ana.open();
  const { page } = ana.person;
  expect(await page.locator('.row-link[tabindex="0"]').count()).toBe(1);
  await page.locator('.row-link[tabindex="0"]').focus();
  expect(await ana.focused()).toBe("One");
  await ana.person.press("ArrowDown", "ArrowDown", "ArrowDown");
  expect(await ana.focused()).toBe("Three");
  await ana.person.press("Home");
  expect(await ana.focused()).toBe("One");
  await ana.person.press("End", "ArrowUp");
  expect(await ana.focused()).toBe("Two");
  expect(await page.locator('.row-link[tabindex="0"]').count()).toBe(1);
  await ana.person.press("Enter");
  await page.waitForURL(/\/d\//);
  await page.waitForSelector("body[data-ready]");
  expect(await page.locator(".title").inputValue()).toBe("Two");
});

test("F2 gives a document another title, and Escape leaves it", async () => {
  const ana = await shelf("First", "Second");
  await ana.open();
  await ana.row("Second").getByRole("link").focus();
  await ana.person.press("F2");
  await ana.person.type("Renamed");
  await ana.person.press("Enter");
  await ana.has("Renamed", "First");
  expect(await ana.focused()).toBe("Renamed");
  await ana.person.press("ArrowDown", "F2");
  await ana.person.type("no");
  await ana.person.press("Escape");
  await ana.has("Renamed", "First");
  expect(await ana.focused()).toBe("First");
  await ana.person.page.reload();
  await ana.shown();
  await expect.poll(async () => (await ana.titles()).sort()).toEqual(["First", "Renamed"]);
});

test("U5: Delete moves to the trash and goes on to the next row; z and Ctrl+Z undo, the last first", async () => {
  const ana = await shelf("C", "B", "A");
  await ana.open();
  await ana.row("A").getByRole("link").focus();
  await ana.person.press("Delete");
  await ana.has("B", "C");
  expect(await ana.focused()).toBe("B");
  await ana.person.press("Delete");
  await ana.has("C");
  await ana.person.press("z");
  await ana.has("B", "C");
  await ana.person.press("Control+z");
  await ana.has("A", "B", "C");
  await ana.person.press("z");
  await ana.has("A", "B", "C");
});

test("U4: x, Shift with arrows and Ctrl+A select, Escape does not any more", async () => {
  const ana = await shelf("4", "3", "2", "1");
  await ana.open();
  const selected = () => ana.person.page.locator(".row.selected .row-title").allTextContents();
  await ana.row("1").getByRole("link").focus();
  await ana.person.press("x");
  await expect.poll(selected).toEqual(["1"]);
  await ana.person.press("ArrowDown", "ArrowDown", "x", "Shift+ArrowDown");
  await expect.poll(selected).toEqual(["1", "3", "4"]);
  await ana.person.press("Control+a");
  await expect.poll(selected).toEqual(["1", "2", "3", "4"]);
  await ana.person.press("Escape");
  await expect.poll(selected).toEqual([]);
  expect(await ana.focused()).toBe("4");
});

test("U4: m moves, the menu by the keyboard too", async () => {
  const ana = await shelf("Moved");
  await ana.folder("One");
  await ana.folder("Two");
  await ana.open();
  await ana.row("Moved").getByRole("link").focus();
  await ana.person.press("m", "ArrowDown", "ArrowDown", "Enter");
  await ana.row("Moved").getByText("Two").waitFor();
  expect(await ana.focused()).toBe("Moved");
  await ana.person.press("Shift+F10");
  await ana.person.page.getByRole("menu", { name: "More actions for “Moved”" }).waitFor();
  await ana.person.press("Escape");
  expect(await ana.focused()).toBe("Moved");
});

test("? shows the keys, and single letters can be turned off", async () => {
  const ana = await shelf("Only");
  await ana.open();
  const { page } = ana.person;
  await ana.row("Only").getByRole("link").focus();
  await ana.person.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await dialog.getByText("To the first, to the last").waitFor();
  await ana.person.press("n"); // nothing happens behind it
  await dialog.getByRole("checkbox", { name: "Single letters are shortcuts" }).uncheck();
  await ana.person.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await ana.focused()).toBe("Only");
  await ana.person.press("x", "n", "/", "Delete");
  await page.getByText("“Only” is in the trash").waitFor();
  expect(new URL(page.url()).pathname).toBe("/");
});

test("the first link leads past all else to the documents", async () => {
  const ana = await shelf("Only");
  await ana.open();
  await ana.person.press("Tab");
  expect(await ana.focused()).toBe("Skip to the documents");
  await ana.person.press("Enter");
  expect(await ana.focused()).toBe("Only");
});
