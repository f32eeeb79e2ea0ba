import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { converged } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Whether something makes the page wider than the screen. A phone then zooms out, so its own measures tell nothing. */
async function scrollsSideways(page: Page): Promise<boolean> {
  return (await page.evaluate(() => document.documentElement.scrollWidth)) > page.viewportSize()!.width;
}

/** What can be touched, is in sight and is smaller than 44 px one way or the other. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a, select, input")]
      .filter((element) => !element.closest(".skip") && element.checkVisibility())
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 44 || box.width < 44))
      .filter(({ element }) => !element.matches(".title, .link-button, .ql-ui")) // they have room around them
      .map(({ element, box }) => `${element.className} ${Math.round(box.width)}×${Math.round(box.height)}`),
  );
}

describe("the list", () => {
  it("is empty at first, and Enter leads to a text with the caret in it", async () => {
    const ana = await stage.person();
    await ana.page.goto(`${stage.server.url}/`);
    await ana.page.waitForFunction(() => document.activeElement?.textContent === "New document");
    await ana.press("Enter");
    await ana.page.waitForURL(/\/d\//);
    await ana.page.waitForSelector("body[data-ready]");
    await ana.type("typed at once");
    const id = new URL(ana.page.url()).pathname.split("/").at(-1)!;
    expect(await converged(stage.server, id, ana)).toBe("typed at once\n");
  });

  it("makes plain text documents too, from the menu and by the keyboard alone", async () => {
    const ana = await stage.person();
    await ana.page.goto(`${stage.server.url}/`);
    await ana.page.waitForFunction(() => document.activeElement?.textContent === "New document");
    await ana.press("Tab", "Enter", "ArrowDown", "Enter");
    await ana.page.waitForURL(/\/d\//);
    await ana.page.waitForSelector("body[data-ready] .cm-content");
    await ana.type("plain");
    const id = new URL(ana.page.url()).pathname.split("/").at(-1)!;
    expect(await converged(stage.server, id, ana)).toBe("plain");
  });

  it("goes through rows by the arrows, opens one and gives one another title", async () => {
    await stage.server.create("rich", "First");
    const second = await stage.server.create("text", "Second");
    const ana = await stage.person();
    await ana.page.goto(`${stage.server.url}/`);
    await ana.page.locator(".row").first().waitFor();
    expect(await ana.page.locator(".row-title").allTextContents()).toEqual(["Second", "First"]);
    await ana.page.locator(".row-link").first().focus();
    await ana.press("ArrowDown", "ArrowUp", "F2");
    await ana.type("Renamed");
    await ana.press("Enter");
    await expect.poll(() => stage.server.title(second)).toBe("Renamed");
    await ana.page.waitForFunction(() => document.activeElement?.classList.contains("row-link"));
    expect(await ana.page.locator("time").first().getAttribute("datetime")).toMatch(/^\d{4}-\d\d-\d\dT/);
    await ana.press("Enter");
    await ana.page.waitForURL(`**/d/${second}`);
  });

  it("loads all of a long list", async () => {
    for (let index = 0; index < 60; index++) await stage.server.create("text", `Document ${index}`);
    const ana = await stage.person();
    await ana.page.goto(`${stage.server.url}/`);
    await ana.page.locator(".row").first().waitFor();
    await ana.page.keyboard.press("End");
    await ana.page.waitForFunction(() => document.querySelectorAll(".row").length === 60);
    const titles = await ana.page.locator(".row-title").allTextContents();
    expect(new Set(titles).size).toBe(60);
  });
});

describe("the editor page", () => {
  it("changes the title in place, for everybody and in the list", async () => {
    const id = await stage.server.create("rich");
    const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
    await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
    await ana.page.getByRole("textbox", { name: "Title" }).fill("Minutes of May");
    await ana.press("Enter");
    await ben.page.waitForFunction(
      () => document.querySelector<HTMLInputElement>(".title")?.value === "Minutes of May",
    );
    expect(await ben.page.title()).toContain("Minutes of May");
    await ana.type("in the text"); // Enter leads there
    expect(await converged(stage.server, id, ana, ben)).toBe("in the text\n");
    await ben.page.goto(`${stage.server.url}/`);
    await ben.page.getByText("Minutes of May").waitFor();
  });

  it("lets one choose how others see one", async () => {
    const id = await stage.server.create("rich");
    const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
    await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
    await ana.page.locator(".me-button").click();
    await ana.page.getByRole("textbox", { name: "Name" }).fill("Ana Lovelace");
    await ana.page.getByRole("radio").nth(2).check();
    await ana.press("Enter");
    await ana.page.getByRole("button", { name: "You: Ana Lovelace" }).waitFor();
    await ana.page.reload();
    await ana.page.waitForSelector("body[data-ready]");
    await ben.page.locator(".people-button .avatar", { hasText: "AL" }).waitFor();
  });

  it("names its tools, tells which are on, and shows their keys", async () => {
    const id = await stage.server.create("rich");
    const ana = await stage.person();
    await ana.open(stage.server.url, id);
    const bold = ana.page.getByRole("button", { name: "Bold" });
    expect(await bold.getAttribute("aria-pressed")).toBe("false");
    await ana.toEnd();
    await ana.press("Control+b");
    await ana.page.locator('.tool[aria-label="Bold"][aria-pressed="true"]').waitFor();
    const unnamed = await ana.page.evaluate(
      () =>
        [...document.querySelectorAll("button, select, input, a")].filter(
          (each) => !each.getAttribute("aria-label") && !each.textContent?.trim(),
        ).length,
    );
    expect(unnamed).toBe(0);
    await bold.hover();
    await ana.page.locator(".tooltip", { hasText: "Ctrl+B" }).waitFor({ state: "visible" });
    await ana.page.getByRole("button", { name: "Undo" }).focus();
    await ana.press("ArrowRight", "ArrowRight", "ArrowRight");
    expect(await ana.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Bold");
  });

  it("says what to do when there is no such document", async () => {
    const ana = await stage.person();
    await ana.page.goto(`${stage.server.url}/d/nowhere`);
    await ana.page.getByRole("heading", { name: "No document at this address" }).waitFor();
    await ana.page.getByRole("link", { name: "All documents" }).click();
    await ana.page.getByRole("heading", { name: "Documents", exact: true }).waitFor();
  });

  it("keeps what a resync took out of the document, until it is dismissed", async () => {
    const id = await stage.server.create("rich");
    const ana = await stage.person();
    await ana.open(stage.server.url, id);
    await ana.toEnd();
    await ana.type("kept");
    await converged(stage.server, id, ana);
    await ana.page.evaluate(() => window.collabd!.collab.localEdit([{ retain: 99 }, { insert: "does not fit" }]));
    const copy = ana.page.getByRole("textbox", { name: "Unsent text" });
    await copy.waitFor();
    expect(await copy.inputValue()).toBe("does not fit");
    await ana.type(" typing goes on");
    await converged(stage.server, id, ana);
    await ana.page.reload();
    await ana.page.waitForSelector("body[data-ready]");
    expect(await copy.inputValue()).toBe("does not fit");
    await ana.page.getByRole("button", { name: "Dismiss" }).click();
    await ana.page.reload();
    await ana.page.waitForSelector("body[data-ready]");
    expect(await copy.count()).toBe(0);
  });
});

describe("at 360 px", () => {
  it("the list fits, with room for fingers", async () => {
    await stage.server.create("rich", "A title that is much too long for a telephone, whatever one does about it");
    const ana = await stage.person(phone);
    await ana.page.goto(`${stage.server.url}/`);
    await ana.page.locator(".row").first().waitFor();
    expect(await scrollsSideways(ana.page)).toBe(false);
    expect(await smallTargets(ana.page)).toEqual([]);
  });

  it.each(["rich", "text"] as const)("a %s document fits, and the connection is in sight", async (kind) => {
    const id = await stage.server.create(kind, "A title that is much too long for a telephone, whatever one does");
    const [ana, ben] = await Promise.all([stage.person(phone), stage.person()]);
    await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
    await ben.toEnd();
    await ben.type(`${"a-word-without-any-end".repeat(8)}\n`);
    await ana.sees("end\n");
    expect(await scrollsSideways(ana.page)).toBe(false);
    expect(await smallTargets(ana.page)).toEqual([]);
    const box = await ana.page.locator(".status").boundingBox();
    expect(box!.x).toBeGreaterThanOrEqual(0);
    expect(box!.x + box!.width).toBeLessThanOrEqual(360);
    expect(box!.height).toBeGreaterThan(10);
    await ana.toEnd();
    await ana.type("from the phone");
    expect(await converged(stage.server, id, ana, ben)).toContain("from the phone");
    await stage.server.kill();
    await ana.type(" offline");
    await ana.waitForState("reconnecting");
    await ana.page.getByText(/ unsent$/).waitFor();
    const retry = await ana.page.getByRole("button", { name: "Retry now" }).boundingBox();
    const own = await ana.page.locator(".me-button").boundingBox();
    expect(retry!.x + retry!.width).toBeLessThanOrEqual(own!.x); // nothing covers it
    expect(await scrollsSideways(ana.page)).toBe(false);
  });
});
