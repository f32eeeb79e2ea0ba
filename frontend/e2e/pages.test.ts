import { describe, expect, it } from "vitest";
import { phone, scrollsSideways, smallTargets } from "./measures.ts";
import { converged } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

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
    await ben.page.locator('.people-button .avatar[data-initials="AL"]').waitFor();
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
