import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { DocKind, Op } from "../src/client/types.ts";
import { plainText } from "../src/ot/text.ts";
import { seriousProblems } from "./axe.ts";
import { ana, ben, type Edit, mira, noon, written } from "./histories.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const patience = { timeout: 10_000 };
const minute = 60_000;

/** Yesterday morning Ana wrote a text; at noon Ben changed it, and Mira added to it. */
function edits(kind: DocKind): readonly Edit[] {
  const at = (minutes: number): number => noon + minutes * minute;
  const lines = "We met on Tuesday.\nBread is cheap 😀.\nButter is not.\nMilk neither.\n";
  const fold = Array.from({ length: 30 }, (_, i) => `Line ${i + 1} of many.\n`).join("");
  const heading = kind === "rich" ? [{ insert: "\n", attributes: { header: 1 } }] : [{ insert: "\n" }];
  return [
    [0, at(-120), [{ insert: "Minutes" }, ...heading]],
    [0, at(-118), [{ retain: 8 }, { insert: lines }]],
    [0, at(-116), [{ retain: 8 + lines.length }, { insert: fold }]],
    [1, at(0), [{ retain: 18 }, { insert: "Oct 3" }, { delete: 7 }]], // Tuesday
    [1, at(3), [{ retain: 44 }, { delete: 15 }]], // Butter is not.
    [2, at(6), [{ retain: 7 }, { insert: " of May" }]],
    [2, at(8), [{ retain: 24 }, ...(kind === "rich" ? [{ retain: 6, attributes: { bold: true } }] : [{ insert: "" }])]],
  ].map(([user, time, op]) => [user, time, clean(op as Op)] as Edit);
}

/** Without empty inserts; a text document has no formats. */
function clean(op: Op): Op {
  const parts = op.filter((part) => !("insert" in part && part.insert === ""));
  return parts.some((part) => !("retain" in part) || part.attributes) ? parts : [{ insert: "¶" }];
}

/** Opens the history of a document at a revision, in which `count` people wrote. */
async function openAt(person: Person, id: string, revision: number): Promise<void> {
  await person.page.goto(`${stage.server.url}/d/${id}?rev=${revision}`);
  await shows(person.page, revision);
}

async function shows(page: Page, revision: number): Promise<void> {
  await page.waitForFunction((wanted) => window.collabd?.history?.revision === wanted, revision);
}

async function story(kind: DocKind): Promise<string> {
  return written(stage.server, { kind, title: "Minutes", users: [ana, ben, mira], edits: edits(kind) });
}

/** Compares the revision that is shown with another one. */
async function compareWith(page: Page, revision: number): Promise<Locator> {
  const toggle = page.getByRole("button", { name: "Compare", exact: true });
  if ((await toggle.getAttribute("aria-pressed")) !== "true") await toggle.click();
  await page.getByLabel("Revision number").fill(String(revision));
  await page.keyboard.press("Enter");
  await page.locator(`.difference:is([data-from="${revision}"], [data-to="${revision}"])[aria-busy="false"]`).waitFor();
  return page.locator(".difference");
}

/** How a mark is drawn, and the text in it. */
function decorations(page: Page): Promise<{ tag: string; text: string; line: string }[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll(".difference .mark")].map((mark) => ({
      tag: mark.localName,
      text: mark.textContent ?? "",
      line: getComputedStyle(mark).textDecorationLine + getComputedStyle(mark).textDecorationStyle,
    })),
  );
}

describe.each(["rich", "text"] as const)("the difference of two revisions of a %s document", (kind) => {
  test("U23: tells inserted from deleted without colours, in one column and in two", async () => {
    const id = await story(kind);
    const person = await stage.person({ viewport: { width: 1280, height: 800 } });
    const { page } = person;
    await openAt(person, id, 6);
    await compareWith(page, 3);
    const marks = await decorations(page);
    expect(marks.filter(({ tag }) => tag === "ins").map(({ text }) => text)).toEqual([" of May", "Oct 3"]);
    expect(marks.filter(({ tag }) => tag === "del").map(({ text }) => text)).toEqual(["Tuesday", "Butter is not."]);
    for (const { tag, line } of marks) expect(line).toBe(tag === "ins" ? "underlinesolid" : "line-throughsolid");
    expect(await page.locator(".marks-count").first().textContent()).toBe("3 changes");
    const signs = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".difference-row")].map((row) => [
        row.dataset.fate,
        getComputedStyle(row, "::before").content.slice(1, 2),
      ]),
    );
    expect(signs.slice(0, 4).map(([fate]) => fate)).toEqual(["changed", "changed", "same", "deleted"]);
    expect(signs.filter(([, sign]) => sign === "−")).toHaveLength(1);

    // What is far from any change is folded, and comes back at a click, with the focus.
    await page.getByRole("button", { name: "unchanged lines" }).click();
    expect(await page.locator(".difference-row").count()).toBe(35 + (kind === "rich" ? 1 : 0));

    await page.getByRole("button", { name: "Side by side" }).click();
    await page.locator(".difference-pair").first().waitFor();
    const sides = await page.evaluate(() =>
      [...document.querySelectorAll(".difference-pair:not(.difference-headings)")].slice(0, 5).map((pair) => {
        const [left, right] = [...pair.children];
        const text = (cell: Element) => (cell.querySelector(".difference-content, p, h1")?.textContent ?? "—").trim();
        const top = (cell: Element) => Math.round(cell.getBoundingClientRect().top);
        return [text(left!), text(right!), top(left!) === top(right!)];
      }),
    );
    expect(sides).toEqual([
      ["Minutes", "Minutes of May", true],
      ["We met on Tuesday.", "We met on Oct 3.", true],
      ["Bread is cheap 😀.", "Bread is cheap 😀.", true],
      ["Butter is not.", "—", true],
      ["Milk neither.", "Milk neither.", true],
    ]);
    expect(await page.locator(".difference-cell:first-child ins, .difference-cell:last-child del").count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
  });

  test("U23: tells who inserted and who deleted, at the pointer and by the keyboard", async () => {
    const id = await story(kind);
    const person = await stage.person({ viewport: { width: 1280, height: 800 } });
    const { page } = person;
    await openAt(person, id, 6);
    await compareWith(page, 3);
    const card = page.locator(".marks-card");
    await page.locator("del", { hasText: "Butter" }).hover();
    await card.getByText("Ben Adler").waitFor();
    expect(await card.textContent()).toContain("Deleted by");
    expect(await card.getAttribute("aria-label")).toMatch(/^Deleted by: Ben Adler, .*Revision 5$/);
    await page.locator("ins", { hasText: "of May" }).hover();
    await card.getByText("Mira Okafor").waitFor();
    await page.mouse.move(5, 400);
    await card.waitFor({ state: "hidden" });

    await person.press("F7");
    await page.waitForFunction(() => document.activeElement?.textContent === " of May");
    await person.press("F7");
    await page.waitForFunction(() => document.activeElement?.textContent === "Tuesday");
    await card.getByText("Ben Adler").waitFor();
    expect(await page.locator(".marks-count").first().textContent()).toBe("Change 2 of 3");
    await expect
      .poll(() => page.locator(".unseen[aria-live]").textContent(), patience)
      .toMatch(/^Change 2 of 3\. Deleted by: Ben Adler, .*: Tuesday\. Inserted by: Ben Adler, .*: Oct 3$/);
    await person.press("Alt+ArrowUp");
    await page.waitForFunction(() => document.activeElement?.textContent === " of May");
    await person.press("Shift+F7"); // from the first to the last
    await page.waitForFunction(() => document.activeElement?.textContent === "Butter is not.");
    await person.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.closest(".marks-card") !== null)).toBe(true);
    await person.press("Escape");
    await card.waitFor({ state: "hidden" });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Butter is not.");
    expect(await page.locator(".difference").isVisible()).toBe(true);
    await person.press("Enter", "Tab", "Enter"); // Go to this revision
    await shows(page, 5);
    await page.locator('.difference[data-to="5"]').waitFor();
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await page.locator(".history-desk :is(.ql-editor:not(.difference), .cm-content)").waitFor();
  });

  test("U23: colours the text by who wrote it, with lines that differ, and says whose a place is", async () => {
    const id = await story(kind);
    const person = await stage.person({ viewport: { width: 1280, height: 800 } });
    const { page } = person;
    await openAt(person, id, 6);
    await page.getByRole("button", { name: "Authors", exact: true }).click();
    const legend = page.getByRole("list", { name: "Who wrote the text" });
    await legend.getByText("Ana Sousa").waitFor();
    const colored = (): Promise<Record<string, string>> => coloredText(page);
    await expect.poll(colored, patience).toMatchObject({ "Mira Okafor": " of May", "Ben Adler": "Oct 3" });
    const lines = await page.evaluate(() =>
      [...document.querySelectorAll(".author-swatch")].map((swatch) => getComputedStyle(swatch).textDecorationStyle),
    );
    expect(new Set(lines).size).toBe(3);

    // The card at the pointer, and at the caret.
    const place = await placeOf(page, "Oct 3");
    await page.mouse.move(place.x - 40, place.y);
    await page.mouse.move(place.x, place.y);
    const card = page.locator(".marks-card");
    await card.getByText("Ben Adler").waitFor();
    expect(await card.textContent()).toContain("Revision 4");
    await page.mouse.move(5, 500);
    await card.waitFor({ state: "hidden" });
    await page.locator(".history-desk :is(.ql-editor:not(.difference), .cm-content)").focus();
    await person.press("Control+Home");
    for (let i = 0; i < 9; i++) await person.press("ArrowRight");
    await card.getByText("Mira Okafor").waitFor();
    await person.press("F7");
    await card.getByText("Ana Sousa").waitFor();
    await expect
      .poll(() => page.locator(".unseen[aria-live]").textContent(), patience)
      .toMatch(/^Written by: Ana Sousa, /);

    // One person alone, and all again.
    await legend.getByRole("button", { name: "Ben Adler" }).click();
    await expect.poll(async () => Object.keys(await colored()), patience).toEqual(["Ben Adler"]);
    await legend.getByRole("button", { name: "Ben Adler" }).click();

    // The colours follow the slider: at revision 5 there is nothing of Mira yet.
    await page.getByRole("slider").focus();
    await person.press("ArrowLeft");
    await shows(page, 5);
    await expect.poll(async () => Object.keys(await colored()).sort(), patience).toEqual(["Ana Sousa", "Ben Adler"]);
    await person.press("ArrowRight");
    await expect.poll(colored, patience).toMatchObject({ "Mira Okafor": " of May" });

    await person.press("F7");
    await page.locator(".marks-card button").waitFor();
    await person.press("Enter", "Enter"); // into the card, and "Go to this revision"
    await shows(page, 1);
    await page.getByRole("button", { name: "Authors", exact: true }).click();
    await expect.poll(() => page.evaluate(() => [...CSS.highlights.keys()]), patience).toEqual([]);
    expect(await page.locator(".cm-line [class*=author-]").count()).toBe(0);
    expect(await person.text()).toBe(await stage.server.text(id)); // the document knows nothing of all this
  });
});

/** What is coloured, by the name of its author in the legend. */
function coloredText(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const names = new Map<string, string>();
    for (const button of document.querySelectorAll<HTMLElement>(".marks-author")) {
      names.set(`author-${button.dataset.author}`, button.querySelector("bdi")!.textContent!.split(", ")[0]!);
    }
    const found: Record<string, string> = {};
    for (const [name, highlight] of CSS.highlights) {
      if (!names.has(name)) continue;
      const texts = [...highlight].map((range) => {
        const live = document.createRange();
        live.setStart(range.startContainer, range.startOffset);
        live.setEnd(range.endContainer, range.endOffset);
        return live.toString();
      });
      found[names.get(name)!] = texts.join("|");
    }
    for (const mark of document.querySelectorAll(".history-desk .cm-line [class*=author-]")) {
      const name = names.get(mark.className.split(" ").find((each) => /^author-\d/.test(each)) ?? "");
      if (name !== undefined) found[name] = (found[name] ? `${found[name]}|` : "") + mark.textContent;
    }
    return found;
  });
}

/** The middle of a text in the history, in CSS pixels of the window. */
function placeOf(page: Page, text: string): Promise<{ x: number; y: number }> {
  return page.evaluate((text) => {
    const root = document.querySelector(".history-desk :is(.ql-editor:not(.difference), .cm-content)")!;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.nodeValue!.indexOf(text);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + text.length);
      const { left, right, top, bottom } = range.getBoundingClientRect();
      return { x: (left + right) / 2, y: (top + bottom) / 2 };
    }
    throw new Error(`there is no ${text}`);
  }, text);
}

test("U23: images and dividers are framed, and formats have a dotted line and words", async () => {
  const id = await written(stage.server, {
    kind: "rich",
    title: "Pictures",
    users: [ana, ben],
    edits: [
      [0, noon, [{ insert: "bold and not\n" }, { insert: { divider: true } }, { insert: "\n" }]],
      [
        1,
        noon + minute,
        [{ retain: 4, attributes: { bold: true } }, { retain: 9 }, { delete: 1 }, { insert: { image: "/icon.png" } }],
      ],
    ],
  });
  const person = await stage.person();
  const { page } = person;
  await openAt(person, id, 2);
  await compareWith(page, 1);
  const frames = await page.evaluate(() =>
    [...document.querySelectorAll(".difference .mark-embed")].map((mark) => [
      mark.localName,
      getComputedStyle(mark).borderTopStyle,
      mark.firstElementChild!.className || mark.firstElementChild!.localName,
    ]),
  );
  expect(frames).toEqual([
    ["del", "dashed", "divider"],
    ["ins", "solid", "img"],
  ]);
  const formatted = page.locator(".mark-formatted");
  expect(await formatted.evaluate((mark) => getComputedStyle(mark).textDecorationStyle)).toBe("dotted");
  await formatted.hover();
  await page.locator(".marks-card").getByText("now bold").waitFor();
});

test("U23: what was deleted is brought back while somebody else types, as a new revision", async () => {
  const id = await story("rich");
  const [person, other] = await Promise.all([stage.person(), stage.person()]);
  await other.open(stage.server.url, id);
  await openAt(person, id, 6);
  await compareWith(person.page, 3);
  await other.toEnd();
  const typing = other.type(" and more is typed meanwhile", 15);
  await person.page.locator("del", { hasText: "Butter" }).click();
  await person.page.getByRole("button", { name: "Bring this back" }).click();
  await typing;
  await other.sees("Butter is not.");
  const text = await converged(stage.server, id, person, other);
  expect(text).toContain("We met on Oct 3.\nBread is cheap 😀.\nButter is not.\nMilk neither.\n");
  expect(text).toContain(" and more is typed meanwhile");
  const after = await stage.server.revision(id);
  expect(await stage.server.text(id, 6)).not.toContain("Butter");
  expect(after).toBeGreaterThan(7);
});

test("U23: what to compare with is chosen by name, by session or by number, and the difference follows the slider", async () => {
  const id = await story("rich");
  const person = await stage.person({ viewport: { width: 1280, height: 800 } });
  const { page } = person;
  await openAt(person, id, 6);
  const named = await page.request.put(`${stage.server.url}/api/docs/${id}/revisions/1/name`, {
    data: { name: "First draft" },
  });
  expect(named.ok()).toBe(true);
  await page.reload();
  await shows(page, 6);
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  const compared = (from: number, to: number) =>
    page.locator(`.difference[data-from="${from}"][data-to="${to}"][aria-busy="false"]`).waitFor();
  await compared(3, 6); // from the beginning of the session
  const choice = page.getByLabel("Compare with");
  await choice.selectOption({ label: "First draft (1)" });
  await compared(1, 6);
  expect(await page.locator(".difference h1").textContent()).toBe("Minutes of May");
  await page.getByRole("slider").focus();
  await person.press("ArrowLeft");
  await compared(1, 5);
  expect(await page.locator(".difference h1").textContent()).toBe("Minutes");
  await choice.selectOption({ label: "The empty document" });
  await compared(0, 5);
  expect(await page.locator(".difference del").count()).toBe(0);
  await page.getByLabel("Revision number").fill("5");
  await page.keyboard.press("Enter");
  await compared(5, 5);
  expect(await page.locator(".marks-count").first().textContent()).toBe("There is no difference.");
  await page.getByLabel("Revision number").fill("6"); // a later one: then this one is the old one
  await page.keyboard.press("Enter");
  await compared(5, 6);
  expect(await page.locator(".difference ins").textContent()).toBe(" of May");
});

test("U23: no text is outside of the catalogue", async () => {
  const id = await story("rich");
  const person = await stage.person({ viewport: { width: 1280, height: 800 } });
  const { page } = person;
  await page.addInitScript(() => localStorage.setItem("collabd.language", "x-pseudo"));
  await openAt(person, id, 6);
  const hardCoded = (): Promise<string[]> =>
    page.evaluate(() => {
      const found: string[] = [];
      const theirs = "strong, .ql-editor .difference-row, [aria-hidden=true], optgroup";
      for (const element of document.querySelectorAll(
        ".marks-toggles *, .marks-details *, .marks-card, .marks-card *, .difference, .difference *",
      )) {
        if (element.closest(theirs)) continue;
        const texts = [element.getAttribute("aria-label"), (element as HTMLElement).dataset.tip];
        for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) texts.push(node.nodeValue);
        for (const text of texts) if (text && /\p{L}{3}/u.test(text) && !text.startsWith("⟦")) found.push(text);
      }
      return found;
    });
  await page.locator(".marks-toggle").first().click();
  await page.locator(".marks-author").first().waitFor();
  await person.press("F7");
  await page.locator(".marks-card").waitFor();
  expect(await hardCoded()).toEqual([]);
  await person.press("Escape");
  await page.locator(".marks-toggle").nth(1).click();
  await page.locator(".difference .mark").first().waitFor();
  await person.press("F7");
  await page.locator(".marks-card").waitFor();
  expect(await hardCoded()).toEqual([]);
});

test.each([
  ["rich", "light"],
  ["rich", "dark"],
  ["text", "light"],
  ["text", "dark"],
] as const)("U23: nothing is hard to perceive in a %s document in the %s theme", async (kind, colorScheme) => {
  const parts = [".history-bar", ".history-desk .paper", ".marks-card"];
  const id = await story(kind);
  const person = await stage.person({ colorScheme, viewport: { width: 1280, height: 800 } });
  const { page } = person;
  await openAt(person, id, 6);
  await page.getByRole("button", { name: "Authors", exact: true }).click();
  await page.locator(".marks-author").first().waitFor();
  await person.press("F7");
  await page.locator(".marks-card").waitFor();
  expect(await seriousProblems(page, ...parts)).toEqual([]);
  await person.press("Escape");
  await compareWith(page, 3);
  await person.press("F7");
  await page.locator(".marks-card").waitFor();
  expect(await seriousProblems(page, ...parts)).toEqual([]);
  await person.press("Escape");
  await page.getByRole("button", { name: "Side by side" }).click();
  await page.locator(".difference-pair").first().waitFor();
  expect(await seriousProblems(page, ...parts)).toEqual([]);
});

test.each(["rich", "text"] as const)("U23: a %s document is compared in 360 pixels, in one column", async (kind) => {
  const id = await story(kind);
  const person = await stage.person({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  const { page } = person;
  await openAt(person, id, 6);
  await compareWith(page, 3);
  expect(await page.getByRole("button", { name: "Side by side" }).isVisible()).toBe(false);
  await page.locator("del", { hasText: "Butter" }).tap();
  const card = page.locator(".marks-card");
  await card.getByText("Ben Adler").waitFor();
  const box = (await card.boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(360);
  const small = await page.evaluate(
    () =>
      [
        ...document.querySelectorAll<HTMLElement>(
          ".marks-details :is(button, select, input), .marks-card button, .difference-fold",
        ),
      ]
        .filter((element) => element.checkVisibility())
        .map((element) => element.getBoundingClientRect())
        .filter(({ width, height }) => width < 44 || height < 44).length,
  );
  expect(small).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.getByRole("button", { name: "Next change" }).tap();
  await page.locator(".mark-current").first().waitFor();
  await page.getByRole("button", { name: "Authors", exact: true }).tap();
  await page.locator(".marks-author").first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test.each(["rich", "text"] as const)(
  "U23: a thousand changes in 100 KB of a %s document are drawn at once",
  async (kind) => {
    const lines = Array.from({ length: 2000 }, (_, i) => `${i} the quick brown fox jumps over the lazy dog again\n`);
    const text = lines.join("");
    const change: Op = lines.flatMap((line, i) =>
      i % 2 === 0
        ? [{ retain: line.length }]
        : [{ retain: line.length - 6 }, { insert: "today" }, { delete: 5 }, { retain: 1 }],
    );
    const id = await written(stage.server, {
      kind,
      title: "Long",
      users: [ana, ben],
      edits: [
        [0, noon, [{ insert: text }]],
        [1, noon + minute, change],
      ],
    });
    const person = await stage.person({ viewport: { width: 1280, height: 800 } });
    const { page } = person;
    await openAt(person, id, 2);
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(window, { tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
        type: "longtask",
      });
    });
    await compareWith(page, 1);
    await page.locator(".mark").first().waitFor();
    expect(await page.locator(".marks-count").first().textContent()).toBe("1,000 changes");
    await expect.poll(() => page.locator("del").count(), patience).toBe(1000);
    await person.press("Shift+F7"); // the last one
    await expect.poll(() => page.locator("del.mark-current").isVisible(), patience).toBe(true);
    expect(await page.locator(".marks-count").first().textContent()).toBe("Change 1,000 of 1,000");
    const drawn = await page.evaluate(
      () =>
        new Promise<number[]>((resolve) =>
          requestAnimationFrame(() => setTimeout(() => resolve((window as unknown as { tasks: number[] }).tasks), 0)),
        ),
    );
    console.log(`${kind}: longest task of the page ${Math.round(Math.max(0, ...drawn))} ms`);
    expect(plainText([{ insert: text }]).length).toBeGreaterThan(100_000);
  },
);
