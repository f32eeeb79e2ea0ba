import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { Doc } from "../src/ot/document.ts";
import { plainText } from "../src/ot/text.ts";
import { ana, ben, typed, written } from "./histories.ts";
import { addressed, documents, emptyRich, openHistory, shows, slider } from "./history-page.ts";
import { converged } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** The text that the history shows, as one sees it. */
function shownText(page: Page): Promise<string> {
  return page.evaluate(() =>
    [...document.querySelectorAll(".history-desk :is(.ql-editor > *, .cm-line)")]
      .map((line) => `${line.textContent}\n`)
      .join(""),
  );
}

describe("the slider", () => {
  test("U21: opens in the page, goes by the keyboard, and says where it is", async () => {
    const edits = [...typed(1000, 2, 250, "rich")];
    const docs = documents(edits, emptyRich);
    const id = await written(stage.server, { kind: "rich", title: "Notes", users: [ana, ben], edits });
    const person = await stage.person();
    const { page } = person;
    await person.open(stage.server.url, id);
    await openHistory(person);
    expect(addressed(page)).toBe("1000");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("slider");
    const at = async (revision: number): Promise<void> => {
      await shows(page, revision);
      expect(await shownText(page)).toBe(plainText(docs[revision]!.op()));
      await expect.poll(() => addressed(page)).toBe(String(revision));
    };
    for (const [keys, revision] of [
      ["ArrowLeft", 999],
      ["Shift+ArrowLeft", 989],
      ["ArrowRight", 990],
      ["Shift+ArrowRight", 1000],
      ["PageDown", 750],
      ["PageDown", 500],
      ["PageUp", 750],
      ["Home", 0],
      ["ArrowLeft", 0],
      ["PageUp", 250],
      ["End", 1000],
    ] as const) {
      await person.press(keys);
      await at(revision);
    }
    await person.press("PageDown", "Shift+ArrowLeft", "ArrowLeft");
    await at(739);
    const text = await slider(page).getAttribute("aria-valuetext");
    expect(text).toMatch(/^revision 739, Ana Sousa, .*\d{1,2}:\d\d/);
    await page.reload();
    await shows(page, 739);
    await at(739);
    const other = await stage.person();
    await other.page.goto(page.url());
    await shows(other.page, 739);
  });

  test("U21: Space plays and stops, at the speed that is chosen", async () => {
    const edits = [...typed(600, 2, 250, "text")];
    const docs = documents(edits, Doc.of([]));
    const id = await written(stage.server, { kind: "text", title: "notes.txt", users: [ana, ben], edits });
    const person = await stage.person();
    const { page } = person;
    await page.goto(`${stage.server.url}/d/${id}?rev=20`);
    await shows(page, 20);
    await slider(page).focus();
    await person.press("Space");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.waitForFunction(() => window.collabd!.history!.revision > 24);
    await person.press("Space");
    await page.getByRole("button", { name: "Play" }).waitFor();
    const stopped = await shows(page);
    expect(stopped).toBeLessThan(200);
    await page.getByRole("combobox", { name: "Speed" }).selectOption("100");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname.split("/").at(-1)!));
    await page.getByRole("button", { name: "Play" }).click();
    await shows(page, 600);
    await page.getByRole("button", { name: "Play" }).waitFor(); // it has come to the end by itself
    expect(asked.filter((each) => each === "records")).toHaveLength(1); // all steps together
    expect(await page.evaluate(() => window.collabd!.history!.contents())).toEqual(docs[600]!.op());
    await page.getByRole("button", { name: "Play" }).click(); // and begins again
    await page.waitForFunction(() => window.collabd!.history!.revision < 600);
  });

  test("U21, U24: Escape and the way back lead to the live text, its caret and its place", async () => {
    const id = await written(stage.server, {
      kind: "rich",
      title: "Notes",
      users: [ana, ben],
      edits: typed(4000, 2, 500, "rich"),
    });
    const [one, two] = await Promise.all([stage.person(), stage.person()]);
    await Promise.all([one, two].map((person) => person.open(stage.server.url, id)));
    const { page } = one;
    await one.toEnd();
    await one.type("here");
    await one.press("ArrowLeft", "ArrowLeft");
    const top = (): Promise<number> =>
      page.evaluate(() => {
        const lines = [...document.querySelectorAll("#text .ql-editor > *")];
        return lines.at(-1)!.getBoundingClientRect().bottom;
      });
    await converged(stage.server, id, one, two);
    const before = await top();
    await page.keyboard.press("Control+Alt+Shift+H");
    await shows(page);
    await one.press("Home");
    await shows(page, 0);
    await two.toStart();
    await two.type("Somebody writes above\nand once more\n");
    await page.waitForFunction(() => window.collabd!.text().includes("once more")); // the live text goes on behind it
    await one.press("Escape");
    await page.waitForFunction(() => document.body.dataset.history === undefined);
    expect(addressed(page)).toBeNull();
    await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(3);
    await one.type("HE");
    expect(await converged(stage.server, id, one, two)).toContain("heHEre\n");
    await openHistory(one);
    await page.goBack();
    await page.waitForFunction(() => document.body.dataset.history === undefined);
    await page.goForward();
    await shows(page);
  });

  test("U21: says that it needs the server, and goes on when that is back", async () => {
    const id = await written(stage.server, {
      kind: "text",
      title: "notes.txt",
      users: [ana],
      edits: typed(300, 1, 100, "text"),
    });
    const person = await stage.person();
    const { page } = person;
    await person.open(stage.server.url, id);
    await person.prepared();
    await stage.server.kill();
    await page.getByRole("button", { name: "History" }).click();
    const problem = page.getByRole("alert").filter({ hasText: "The history is kept on the server" });
    await problem.waitFor();
    await stage.server.restart();
    await problem.getByRole("button", { name: "Try again" }).click();
    await shows(page, 300);
    expect(await problem.count()).toBe(0);
  });
});
