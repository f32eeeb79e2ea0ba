import { describe, expect, test } from "vitest";
import { converged } from "./people.ts";
import { Shelf } from "./shelf.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const shelf = async (): Promise<Shelf> => new Shelf(await stage.person(), stage.server.url);

describe("U1: a fresh server", () => {
  test("U1: the list is empty, New document has the focus, and Enter leads to a text with the caret in it", async () => {
    const ana = await shelf();
    await ana.open();
    const { page } = ana.person;
    await page.getByRole("heading", { name: "Nothing here yet" }).waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === "New document");
    expect(await page.locator(".primary:visible", { hasText: "New document" }).count()).toBe(1);
    await page.evaluate(() =>
      addEventListener("keydown", () => sessionStorage.setItem("pressed", String(Date.now())), { capture: true }),
    );
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/d\//);
    const took = await page.waitForFunction(
      () => document.activeElement?.closest(".ql-editor") && Date.now() - Number(sessionStorage.getItem("pressed")),
    );
    const milliseconds = Number(await took.jsonValue());
    console.log(`U1: the caret is in the text ${milliseconds} ms after Enter`);
    expect(milliseconds).toBeLessThan(3_000); // 1 s on a machine that does nothing else
    await page.waitForSelector("body[data-ready]");
    await ana.person.type("typed at once");
    const id = new URL(page.url()).pathname.split("/").at(-1)!;
    expect(await converged(stage.server, id, ana.person)).toBe("typed at once\n");
  });

  test("U1: plain text documents are made too, by the keyboard alone", async () => {
    const ana = await shelf();
    await ana.open();
    await ana.person.page.waitForFunction(() => document.activeElement?.textContent === "New document");
    await ana.person.press("Tab", "Enter", "ArrowDown", "Enter");
    await ana.person.page.waitForURL(/\/d\//);
    await ana.person.page.waitForSelector("body[data-ready] .cm-content");
    await ana.person.type("plain");
    const id = new URL(ana.person.page.url()).pathname.split("/").at(-1)!;
    expect(await converged(stage.server, id, ana.person)).toBe("plain");
  });
});

test("a long list is loaded as one goes through it, each document once", async () => {
  const ana = await shelf();
  await Promise.all(Array.from({ length: 120 }, (_, index) => ana.create(`Document ${index}`, "text")));
  await ana.open();
  await ana.person.page.keyboard.press("End");
  await ana.person.page.locator(".row").nth(60).scrollIntoViewIfNeeded();
  await ana.person.page.keyboard.press("End");
  await ana.person.page.waitForFunction(() => document.querySelectorAll(".row").length === 120);
  expect(new Set(await ana.titles()).size).toBe(120);
  expect(await ana.person.page.getByRole("button", { name: "Show more" }).isVisible()).toBe(false);
});

test("Back from a document leads to the row and the place in the list where one was", async () => {
  const ana = await shelf();
  const { page } = ana.person;
  await Promise.all(Array.from({ length: 90 }, (_, index) => ana.create(`Document ${index}`, "text")));
  await ana.open();
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.querySelectorAll(".row").length === 90);
  await page.locator('.row-link[tabindex="0"]').focus();
  await ana.person.press("End", "ArrowUp", "ArrowUp");
  const row = await ana.focused();
  const scroll = await page.evaluate(() => scrollY);
  expect(scroll).toBeGreaterThan(500);
  await ana.person.press("Enter");
  await page.waitForSelector("body[data-ready] .cm-content");
  await page.goBack();
  await ana.shown();
  await expect.poll(() => ana.focused()).toBe(row);
  expect(Math.abs((await page.evaluate(() => scrollY)) - scroll)).toBeLessThan(60);
});

describe("U3: rows", () => {
  test("U3: tell title, folder, last editor and time", async () => {
    const ana = await shelf();
    await ana.ask("PATCH", "/api/me", { name: "Ana Lovelace", color: "#c2335b" });
    const id = await ana.create("Minutes");
    await ana.change(id, { folder: await ana.folder("Meetings") });
    await ana.person.open(stage.server.url, id);
    await ana.person.toEnd();
    await ana.person.type("words");
    await converged(stage.server, id, ana.person);
    await ana.open();
    const row = ana.row("Minutes");
    await row.getByText("Meetings").waitFor();
    await row.getByText("Ana Lovelace").waitFor();
    const time = row.locator("time");
    expect(Date.now() - Date.parse((await time.getAttribute("datetime"))!)).toBeLessThan(60_000);
    expect(await time.textContent()).toBe("just now");
    expect(await row.getByRole("link").textContent()).toContain("Rich text: Minutes");
  });
});
