import { describe, expect, test } from "vitest";
import type { DocKind } from "../src/client/types.ts";
import { Doc } from "../src/ot/document.ts";
import { plainText } from "../src/ot/text.ts";
import { seriousProblems } from "./axe.ts";
import { hardCoded } from "./hard-coded.ts";
import { ana, ben, mira, typed, written } from "./histories.ts";
import { documents, emptyRich, shows } from "./history-page.ts";
import type { Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const wide = { viewport: { width: 1280, height: 760 } };

/** Somebody who looks at revision 150 of 300. */
async function reader(kind: DocKind, options: object): Promise<Person> {
  const edits = typed(300, 3, 100, kind);
  const id = await written(stage.server, { kind, title: "Notes", users: [ana, ben, mira], edits });
  const person = await stage.person(options);
  await person.page.goto(`${stage.server.url}/d/${id}?rev=150`);
  await shows(person.page, 150);
  return person;
}

/** Opens what a button opens, looks at it, and closes it by Escape, which must give the focus back. */
async function lookInto({ page }: Person, opener: string): Promise<string[]> {
  await page.locator(opener).click();
  await page.locator(".popover:popover-open").waitFor();
  const found = await seriousProblems(page);
  await page.keyboard.press("Escape");
  await page.waitForFunction((opener) => document.activeElement?.matches(opener), opener);
  return found;
}

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  test("U32: the history has nothing serious, and neither has what it opens", async () => {
    const person = await reader("rich", { ...wide, colorScheme });
    const { page } = person;
    expect(await seriousProblems(page)).toEqual([]);
    expect(await lookInto(person, ".history-filter")).toEqual([]);
    await page.getByRole("button", { name: "Name this revision" }).click();
    await person.type("Draft");
    expect(await seriousProblems(page)).toEqual([]);
    await person.press("Enter");
    await page.getByRole("button", { name: "Rename “Draft”" }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 400, height: 760 });
    expect(await lookInto(person, ".history-sessions")).toEqual([]);
  });
});

test("U32: the keyboard goes along the slider, the tools, the text and the sessions, and Escape leads out", async () => {
  const person = await reader("text", { ...wide, reducedMotion: "reduce" });
  const { page } = person;
  const names: string[] = [];
  for (let stop = 0; stop < 25; stop++) {
    names.push(
      await page.evaluate(() => {
        const element = document.activeElement;
        return element?.closest("nav")?.ariaLabel ?? element?.ariaLabel ?? element?.textContent ?? "";
      }),
    );
    if (names.at(-1) === "Sessions") break;
    await person.press("Tab");
  }
  expect(names[0]).toBe("Revision");
  const order = ["Name this revision", "Restore this revision", "Text of the document at this revision", "Sessions"];
  expect(names.filter((name) => order.includes(name))).toEqual(order);
  await person.press("Shift+Tab", "Escape");
  await page.waitForFunction(() => document.body.dataset.history === undefined);
});

test.each(["rich", "text"] as const)("U33: printed, the history of a %s document is its text alone", async (kind) => {
  const person = await reader(kind, wide);
  const { page } = person;
  await page.emulateMedia({ media: "print" });
  const doc = documents([...typed(300, 3, 100, kind)], kind === "rich" ? emptyRich : Doc.of([]))[150]!;
  const words = (text: string): string => text.replace(/\s+/g, " ").trim();
  expect(words(await page.evaluate(() => document.body.innerText))).toBe(words(plainText(doc.op())));
});

test("U33: no text of the history is outside of the catalogue", async () => {
  const edits = typed(300, 3, 100, "rich");
  const id = await written(stage.server, { kind: "rich", title: "Notes", users: [ana, ben, mira], edits });
  const person = await stage.person(wide);
  const { page } = person;
  await page.addInitScript(() => localStorage.setItem("collabd.language", "x-pseudo"));
  await page.goto(`${stage.server.url}/d/${id}?rev=150`);
  await shows(page, 150);
  const theirs = /Ana Sousa|Ben Adler|Mira Okafor|^history-(entry|dots|list|side).*\d|\d:\d\d|day,/; // names and times
  const found = async (): Promise<string[]> => (await hardCoded(page)).filter((text) => !theirs.test(text));
  expect(await found()).toEqual([]);
  await page.locator(".history-filter").click();
  expect(await found()).toEqual([]);
  await person.press("Escape");
  await page.locator(".history-rename").click();
  expect(await found()).toEqual([]);
});

test("U32: those who asked for less motion see nothing turn or slide, and it plays all the same", async () => {
  const person = await reader("rich", { ...wide, reducedMotion: "reduce" });
  const { page } = person;
  await page.locator("[role=slider]").press("Space");
  await page.waitForFunction(() => window.collabd!.history!.revision > 152);
  const moving = await page.evaluate(() =>
    document
      .getAnimations()
      .filter((each) => each.playState === "running" && Number(each.effect?.getComputedTiming().duration) > 50)
      .map(({ effect }) => (effect as KeyframeEffect).target?.className),
  );
  expect(moving).toEqual([]);
  await page.locator("[role=slider]").press("Space");
});
