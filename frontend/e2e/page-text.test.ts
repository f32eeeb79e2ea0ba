import { expect, test } from "vitest";
import { converged } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

test("U10: a text document has the language that its title tells, or the one that was chosen here", async () => {
  const id = await stage.server.create("text", "main.go");
  const ana = await stage.person();
  await ana.open(stage.server.url, id);
  const mode = ana.page.getByRole("combobox", { name: "Language of the text" });
  await expect.poll(() => mode.inputValue()).toBe("go");
  await ana.toEnd();
  await ana.type("func main() // go\n# Heading\ndef python(): pass\n");
  await ana.page.locator(".tok-keyword", { hasText: "func" }).waitFor();
  const title = ana.page.getByRole("textbox", { name: "Title" });
  await title.fill("notes.md");
  await ana.page.locator(".tok-heading", { hasText: "Heading" }).waitFor();
  await mode.selectOption("python");
  await ana.page.locator(".tok-keyword", { hasText: "def" }).waitFor();
  await title.fill("still.go");
  await converged(stage.server, id, ana);
  await ana.page.reload();
  await ana.page.waitForSelector("body[data-ready]");
  await ana.page.locator(".tok-keyword", { hasText: "def" }).waitFor();
  expect(await mode.inputValue()).toBe("python");
  await ana.toEnd();
  await ana.type("done");
  expect(await converged(stage.server, id, ana)).toContain("done");
});

test("U32: Tab indents in a text document, as its language does, and Escape lets it out", async () => {
  const id = await stage.server.create("text", "main.py");
  const ana = await stage.person();
  await ana.open(stage.server.url, id);
  await ana.page.waitForFunction(() => document.querySelector<HTMLSelectElement>(".tool-select")?.value === "python");
  await ana.toEnd();
  await ana.type("def f():");
  await ana.press("Enter");
  await ana.type("pass");
  await ana.press("Tab", "Shift+Tab", "Escape", "Tab");
  expect(await ana.page.evaluate(() => document.activeElement?.closest("#text") === null)).toBe(true);
  expect(await converged(stage.server, id, ana)).toBe("def f():\n    pass");
});

test("U10: long lines wrap or not, as one chose last", async () => {
  const id = await stage.server.create("text");
  const ana = await stage.person();
  await ana.open(stage.server.url, id);
  await ana.toEnd();
  await ana.type("a long line ".repeat(30));
  const height = () =>
    ana.page
      .locator(".cm-line")
      .first()
      .evaluate((line) => line.getBoundingClientRect().height);
  expect(await height()).toBeGreaterThan(40);
  await ana.tool("Wrap long lines");
  await expect.poll(height).toBeLessThan(30);
  expect(await ana.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1100);
  await converged(stage.server, id, ana);
  await ana.page.reload();
  await ana.page.waitForSelector("body[data-ready]");
  expect(await height()).toBeLessThan(30);
  expect(await ana.page.getByRole("button", { name: "Wrap long lines" }).getAttribute("aria-pressed")).toBe("false");
});

test("U10: the panel for finding speaks the language of the page and stays in sight", async () => {
  const id = await stage.server.create("text");
  const ana = await stage.person({ locale: "de-DE" });
  await ana.open(stage.server.url, id);
  await ana.toEnd();
  await ana.type(`${"Zeile\n".repeat(60)}Ende`);
  await ana.press("Control+f");
  await ana.page.getByRole("textbox", { name: "Suchen" }).fill("Zeile");
  await ana.page.getByRole("button", { name: "Weiter" }).click();
  await ana.page.evaluate(() => scrollTo(0, 500));
  const top = await ana.page.locator(".cm-search").evaluate((panel) => panel.getBoundingClientRect().top);
  const chrome = await ana.page.locator(".chrome").evaluate((bar) => bar.getBoundingClientRect().bottom);
  expect(Math.abs(top - chrome)).toBeLessThan(3);
  await ana.page.getByRole("textbox", { name: "Ersetzen" }).fill("Reihe");
  await ana.page.getByRole("button", { name: "Alle ersetzen" }).click();
  expect(await converged(stage.server, id, ana)).toBe(`${"Reihe\n".repeat(60)}Ende`);
});

test("a document in the trash says so, and can be taken out of it", async () => {
  const id = await stage.server.create("text", "Old");
  const ana = await stage.person();
  await ana.page.goto(`${stage.server.url}/`);
  await ana.page.request.patch(`${stage.server.url}/api/docs/${id}`, { data: { trashed: true } });
  await ana.open(stage.server.url, id);
  await ana.page.getByText("This document is in the trash.").waitFor();
  await ana.toEnd();
  await ana.type("can be written"); // it is a document all the same
  await converged(stage.server, id, ana);
  await ana.page.getByRole("button", { name: "Restore" }).click();
  await ana.page.locator(".notice-trashed").waitFor({ state: "detached" });
  const answer = await ana.page.request.get(`${stage.server.url}/api/docs/${id}`);
  expect(((await answer.json()) as { trashed_at?: string }).trashed_at).toBeUndefined();
});
