import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ana, ben, mira, typed, written } from "./histories.ts";
import { addressed, openHistory, shows, slider } from "./history-page.ts";
import { phone, scrollsSideways, smallTargets } from "./measures.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

function notes(): Promise<string> {
  const edits = typed(720, 3, 240, "rich"); // three sessions, in each of which all three write
  return written(stage.server, { kind: "rich", title: "Notes", users: [ana, ben, mira], edits });
}

test("U24: a revision is named where it stands, renamed and unnamed, and the list leads to it", async () => {
  const id = await notes();
  const person = await stage.person({ viewport: { width: 1280, height: 800 } });
  const { page } = person;
  await page.goto(`${stage.server.url}/d/${id}?rev=300`);
  await shows(page, 300);
  await page.getByRole("button", { name: "Name this revision" }).click();
  await person.type("not this");
  await person.press("Escape");
  expect(addressed(page)).toBe("300"); // Escape in the field leaves the history open
  await page.getByRole("button", { name: "Name this revision" }).click();
  await person.type("First draft");
  await person.press("Enter");
  const rename = page.getByRole("button", { name: "Rename “First draft”" });
  await rename.waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("First draft");
  const list = page.getByRole("navigation", { name: "Sessions" });
  await slider(page).focus();
  await person.press("End");
  await shows(page, 720);
  expect(await rename.count()).toBe(0);
  await list.getByRole("button", { name: /^First draft/ }).click();
  await shows(page, 300);
  expect(await slider(page).getAttribute("aria-valuetext")).toMatch(/^revision 300, Mira Okafor, .*, “First draft”$/);
  await rename.press("Enter");
  await person.press("Control+a");
  await person.type("Second draft");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Rename “Second draft”" }).waitFor();
  await page.reload();
  await shows(page, 300);
  await list.getByRole("button", { name: /^Second draft/ }).waitFor();
  await page.getByRole("button", { name: "Remove the name “Second draft”" }).click();
  await page.getByRole("button", { name: "Name this revision" }).waitFor();
  expect(await list.getByRole("button", { name: /draft/ }).count()).toBe(0);
});

test("U22: sessions are listed by day with their people, and lead there by mouse and keys", async () => {
  const id = await notes();
  const person = await stage.person({ viewport: { width: 1280, height: 800 } });
  const { page } = person;
  await person.open(stage.server.url, id);
  await openHistory(person);
  const sessions = page.getByRole("navigation", { name: "Sessions" }).getByRole("button");
  expect(await sessions.count()).toBe(3);
  expect(await sessions.nth(0).textContent()).toMatch(/Ben Adler and Mira Okafor240 revisions$/);
  expect(await sessions.nth(0).getAttribute("aria-current")).toBe("true");
  await sessions.nth(2).click();
  await shows(page, 240);
  expect(await sessions.nth(2).getAttribute("aria-current")).toBe("true");
  await person.press("ArrowUp", "Enter");
  await shows(page, 480);
  await slider(page).hover({ position: { x: 60, y: 20 } });
  expect(await page.locator(".history-tip").textContent()).toMatch(/ · Ana Sousa and Ben Adler · Revisions 1 to 240$/);
});

/** What the track of the slider shows at a place: a revision of 720, and CSS pixels below the middle of the band. */
function painted(page: Page, revision: number, below: number): Promise<string> {
  return page.evaluate(
    async ([revision, below]) => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const canvas = document.querySelector<HTMLCanvasElement>("canvas.history-track")!;
      const x = (canvas.width * revision!) / 720;
      const y = canvas.height / 2 + below! * devicePixelRatio;
      const copy = new OffscreenCanvas(1, 1).getContext("2d")!;
      copy.drawImage(canvas, Math.round(x), Math.round(y), 1, 1, 0, 0, 1, 1);
      const [red, green, blue, alpha] = copy.getImageData(0, 0, 1, 1).data;
      const hex = [red, green, blue].map((each) => each!.toString(16).padStart(2, "0")).join("");
      return alpha === 0 ? "nothing" : `#${hex}`;
    },
    [revision, below],
  );
}

test("U22: the slider shows who wrote when, where sessions end, and names", async () => {
  const id = await notes();
  const person = await stage.person({ viewport: { width: 1280, height: 800 } });
  const { page } = person;
  await page.goto(`${stage.server.url}/d/${id}?rev=10`);
  await shows(page, 10);
  expect(await painted(page, 60, 0)).toBe(ana.color);
  expect(await painted(page, 180, 0)).toBe(ben.color);
  expect(await painted(page, 300, 0)).toBe(mira.color);
  expect([ben.color, mira.color]).not.toContain(await painted(page, 240, 0)); // between two sessions
  expect(await painted(page, 10, -11)).toBe("nothing");
  await page.getByRole("button", { name: "Name this revision" }).click();
  await person.type("Start");
  await person.press("Enter");
  await page.getByRole("button", { name: "Rename “Start”" }).waitFor();
  expect(await painted(page, 10, -11)).not.toBe("nothing");
  await page.getByRole("button", { name: "Show the edits of" }).click();
  await page.getByRole("checkbox", { name: /^Ben Adler/ }).check();
  expect(await painted(page, 60, 0)).not.toBe(ana.color);
  expect(await painted(page, 180, 0)).toBe(ben.color);
});

test("U22: the slider stops at the edits of the chosen people only", async () => {
  const id = await notes();
  const person = await stage.person({ viewport: { width: 1280, height: 800 } });
  const { page } = person;
  await page.goto(`${stage.server.url}/d/${id}?rev=1`);
  await shows(page, 1);
  await page.getByRole("button", { name: "Show the edits of" }).click();
  const people = page.getByRole("dialog", { name: "Show the edits of" });
  await people.getByRole("checkbox", { name: /^Ben Adler/ }).check();
  expect(await people.getByRole("checkbox", { name: "Everybody" }).isChecked()).toBe(false);
  await person.press("Escape");
  expect(addressed(page)).toBe("1"); // Escape has closed the list only
  await slider(page).focus();
  await person.press("ArrowRight"); // Ben wrote 121 to 240 and 481 to 600
  await shows(page, 121);
  await person.press("Shift+ArrowRight");
  await shows(page, 131);
  await person.press("End");
  await shows(page, 600);
  await person.press("Shift+ArrowLeft", "ArrowLeft");
  await shows(page, 589);
  await page.getByRole("button", { name: "Show the edits of" }).click();
  await people.getByRole("checkbox", { name: "Everybody" }).check();
  await person.press("Escape");
  await slider(page).focus();
  await person.press("End");
  await shows(page, 720);
});

test("U21: a phone shows the history within two taps, and all of it can be touched", async () => {
  const id = await notes();
  const person = await stage.person(phone);
  const { page } = person;
  await person.open(stage.server.url, id);
  await page.getByRole("button", { name: "History" }).tap();
  await shows(page, 720);
  expect(await scrollsSideways(page)).toBe(false);
  expect(await smallTargets(page)).toEqual([]);
  await page.getByRole("button", { name: "Sessions" }).tap();
  const sheet = page.getByRole("dialog", { name: "Sessions" });
  expect(await smallTargets(page)).toEqual([]);
  await sheet.getByRole("button").nth(1).tap();
  await sheet.waitFor({ state: "hidden" });
  await shows(page, 480);
  const box = (await slider(page).boundingBox())!;
  await page.touchscreen.tap(box.x + box.width / 2, box.y + 20);
  const tapped = await shows(page);
  expect(Math.abs(tapped - 360)).toBeLessThan(20);
});
