import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ana, ben, noon, typed, written } from "./histories.ts";
import { openHistory, shows, slider } from "./history-page.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const minute = 60_000;

/** Two paragraphs, of which the second is replaced later, and then a third comes. */
function paragraphs(): Promise<string> {
  return written(stage.server, {
    kind: "rich",
    title: "Plan",
    users: [ana, ben],
    edits: [
      [0, noon, [{ insert: "We meet on Monday.\nThe old plan was good.\n" }]],
      [1, noon + 20 * minute, [{ retain: 19 }, { delete: 22 }, { insert: "Nothing is left of it." }]],
      [0, noon + 40 * minute, [{ retain: 42 }, { insert: "A third paragraph.\n" }]],
    ],
  });
}

const before = "We meet on Monday.\nThe old plan was good.\n\n";
const after = "We meet on Monday.\nNothing is left of it.\nA third paragraph.\n\n";

function toast(page: Page, text: string | RegExp) {
  return page.getByRole("status", { name: "What was done" }).locator(".toast").filter({ hasText: text });
}

async function openAt(person: Person, id: string, revision: number): Promise<void> {
  await person.page.goto(`${stage.server.url}/d/${id}?rev=${revision}`);
  await shows(person.page, revision);
}

test("U23: a whole revision is restored as a new one, others are told who did it, and Undo takes it back", async () => {
  const id = await paragraphs();
  const [one, two] = await Promise.all([stage.person(), stage.person()]);
  await two.open(stage.server.url, id);
  expect(await two.text()).toBe(after);
  await openAt(one, id, 1);
  const { page } = one;
  await page.getByRole("button", { name: "Restore this revision" }).click();
  await page.waitForFunction(() => document.body.dataset.history === undefined);
  expect(await converged(stage.server, id, one, two)).toBe(before);
  expect(await stage.server.revision(id)).toBe(4);
  await toast(two.page, `${await one.name()} restored the revision of `).waitFor();
  await toast(page, "Restored the document as of").getByRole("button", { name: "Undo" }).click();
  await two.sees("A third paragraph.");
  expect(await converged(stage.server, id, one, two)).toBe(after);
  expect(await stage.server.revision(id)).toBe(5);
  await toast(page, "The restored text was taken back").waitFor();
  expect(await toast(page, "restored the revision").count()).toBe(0); // nobody is told of what they did themselves
});

test("U23: a selection is restored while another person types elsewhere, and nothing of that is lost", async () => {
  const id = await paragraphs();
  const [one, two] = await Promise.all([stage.person(), stage.person()]);
  await two.open(stage.server.url, id);
  await openAt(one, id, 1);
  const { page } = one;
  const restore = page.getByRole("button", { name: "Restore selection" });
  expect(await restore.isDisabled()).toBe(true);
  await page.locator(".history-desk .ql-editor > p").nth(1).click({ clickCount: 3 }); // the paragraph
  await expect.poll(() => restore.isDisabled()).toBe(false);
  await two.toEnd();
  await Promise.all([two.type("Written meanwhile, without a pause.", 10), restore.click()]);
  await page.waitForFunction(() => document.body.dataset.history === undefined);
  const text = await converged(stage.server, id, one, two);
  expect(text).toContain("We meet on Monday.\nThe old plan was good.\n");
  expect(text).not.toContain("Nothing is left");
  expect(text).toContain("A third paragraph.");
  expect(text).toContain("Written meanwhile, without a pause.");
  await toast(two.page, "restored a part of the revision of ").waitFor();
});

test("U23: a selection is made and restored by the keyboard, and the text takes no input", async () => {
  const id = await paragraphs();
  const one = await stage.person({ viewport: { width: 1280, height: 800 } });
  await openAt(one, id, 1);
  const { page } = one;
  await page.getByRole("textbox", { name: "Text of the document at this revision" }).focus();
  await one.press("Control+Home", "ArrowDown", "Shift+End");
  await one.type("nothing of this");
  await one.press("Enter", "Backspace", "Delete", "Control+b", "Control+x", "Control+v");
  const shown = await page.evaluate(() => document.querySelector(".history-desk .ql-editor")!.textContent);
  expect(shown).toBe("We meet on Monday.The old plan was good.");
  const restore = page.getByRole("button", { name: "Restore selection" });
  await restore.focus();
  await one.press("Enter");
  await page.waitForFunction(() => document.body.dataset.history === undefined);
  await one.sees("The old plan was good.");
  expect(await stage.server.revision(id)).toBe(4);
});

test("U23: where nothing differs nothing is written, and that is said", async () => {
  const id = await written(stage.server, {
    kind: "text",
    title: "notes.txt",
    users: [ana],
    edits: [
      [0, noon, [{ insert: "as it was" }]],
      [0, noon + minute, [{ retain: 9 }, { insert: "!" }]],
      [0, noon + 2 * minute, [{ retain: 9 }, { delete: 1 }]],
    ],
  });
  const one = await stage.person();
  await openAt(one, id, 1);
  await one.page.getByRole("button", { name: "Restore this revision" }).click();
  await toast(one.page, "Nothing to restore").waitFor();
  expect(await stage.server.revision(id)).toBe(3);
});

test("U23: who may only read sees the history, and no way to restore or to name", async () => {
  const id = await written(stage.server, {
    kind: "text",
    title: "notes.txt",
    users: [ana, ben],
    edits: typed(200, 2, 50, "text"),
  });
  const one = await stage.person({ serviceWorkers: "block" });
  // The server has no viewers yet; this one's is told to be one.
  await one.page.routeWebSocket(/\/socket/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) =>
      socket.send(
        String(message)
          .replaceAll('"role":"editor"', '"role":"viewer"')
          .replaceAll('"role":"owner"', '"role":"viewer"'),
      ),
    );
  });
  await openAt(one, id, 100);
  await slider(one.page).press("ArrowLeft");
  await shows(one.page, 99);
  expect(await one.page.getByRole("button", { name: /Restore|Name this/ }).count()).toBe(0);
});

test("U22: what others write meanwhile is in the slider, and does not move it", async () => {
  const id = await written(stage.server, {
    kind: "text",
    title: "notes.txt",
    users: [ana, ben],
    edits: typed(200, 2, 50, "text"),
  });
  const [one, two] = await Promise.all([stage.person(), stage.person()]);
  await Promise.all([one.open(stage.server.url, id), two.open(stage.server.url, id)]);
  await openHistory(one);
  await two.toEnd();
  await two.type("and this");
  await expect
    .poll(() => slider(one.page).getAttribute("aria-valuemax").then(Number), { timeout: 10_000 })
    .toBeGreaterThan(200);
  expect(await slider(one.page).getAttribute("aria-valuenow")).toBe("200");
  await slider(one.page).press("End");
  await one.page.waitForFunction(() =>
    document.querySelector(".history-desk .cm-content")!.textContent!.includes("and this"),
  );
});
