import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { seriousProblems as problems } from "./axe.ts";
import { guests } from "./guests.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** Opens what a button opens, looks at it, and closes it by Escape, which must give the focus back. */
async function lookInto(person: Person, opener: string): Promise<string[]> {
  const { page } = person;
  await page.locator(opener).click();
  await page.waitForSelector(".popover:popover-open");
  const found = await problems(page);
  await page.keyboard.press("Escape");
  await page.waitForFunction((opener) => document.activeElement?.matches(opener), opener);
  return found;
}

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  test("U32: the list has nothing serious", async () => {
    await stage.server.create("rich", "Minutes of May");
    await stage.server.create("text", "main.go");
    const ana = await stage.person({ colorScheme });
    await ana.page.goto(`${stage.server.url}/`);
    await ana.page.locator(".row").first().waitFor();
    expect(await problems(ana.page)).toEqual([]);
    expect(await lookInto(ana, ".me-button")).toEqual([]);
  });

  test("U32: a rich document has nothing serious, and neither has what it opens", async () => {
    const id = await stage.server.create("rich", "Minutes of May");
    const ana = await stage.person({ colorScheme, viewport: { width: 1280, height: 760 } });
    await ana.open(stage.server.url, id);
    await ana.toEnd();
    await ana.type("# Heading\nText with **bold** words and `code` in it\n- a list\n");
    const leave = await guests(stage.server, id, 7, [[3, 9]]);
    await ana.page.locator(".avatar-rest").waitFor();
    await ana.page.locator(".outline-item").waitFor();
    expect(await problems(ana.page)).toEqual([]);
    for (const opener of [".people-button", ".me-button", ".words-button"]) {
      expect(await lookInto(ana, opener)).toEqual([]);
    }
    await leave();
  });

  test("U32: a text document has nothing serious, in colours and with the panel for finding", async () => {
    const id = await stage.server.create("text", "main.go");
    const ana = await stage.person({ colorScheme, viewport: { width: 1000, height: 760 } });
    await ana.open(stage.server.url, id);
    await ana.toEnd();
    await ana.type('package main\n\n// says hello\nfunc main() {\nprintln("hello", 42, true)\n}\n');
    await ana.page.locator(".tok-string").first().waitFor();
    expect(await problems(ana.page)).toEqual([]);
    expect(await lookInto(ana, ".outline-opener")).toEqual([]);
    await ana.tool("Find and replace");
    await ana.page.locator(".cm-search").waitFor();
    expect(await problems(ana.page)).toEqual([]);
    await ana.press("Escape");
    await ana.page.waitForFunction(() => document.activeElement?.classList.contains("cm-content"));
  });
});

test("U32: the first stop of the keyboard leads to the text, and Escape then Tab out of it", async () => {
  for (const kind of ["rich", "text"] as const) {
    const id = await stage.server.create(kind, "Keys");
    const ana = await stage.person();
    await ana.open(stage.server.url, id);
    await ana.type("some text ");
    await converged(stage.server, id, ana);
    await ana.page.reload(); // an empty document would take the focus
    await ana.page.waitForSelector("body[data-ready]");
    await ana.press("Tab");
    expect(await ana.page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the text");
    await ana.press("Enter");
    await ana.type("in the text");
    await ana.sees("in the text");
    await ana.press("Escape", "Tab");
    expect(await ana.page.evaluate(() => document.activeElement?.closest("#text") === null)).toBe(true);
  }
});

test("U32: nothing turns or slides for those who asked for less motion", async () => {
  const id = await stage.server.create("rich");
  const ana = await stage.person({ reducedMotion: "reduce" });
  await ana.open(stage.server.url, id);
  const moving = await ana.page.evaluate(
    () =>
      [...document.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        return (
          style.animationIterationCount === "infinite" ||
          style.transitionDuration.split(", ").some((time) => Number.parseFloat(time) > 0.05)
        );
      }).length,
  );
  expect(moving).toBe(0);
});

/** Controls of the page that cannot be brought into the window, or are covered where they are. */
function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        ".bar button, .bar a, .bar input, .tool-strip button, .tool-strip select",
      ),
    ]
      .filter((element) => element.checkVisibility() && !element.closest(".popover"))
      .filter((element) => {
        element.scrollIntoView({ block: "nearest", inline: "center" });
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        return left < -1 || right > innerWidth + 1 || !(hit && (element.contains(hit) || hit.contains(element)));
      })
      .map((element) => `${element.className} ${element.getAttribute("aria-label") ?? element.textContent}`),
  );
}

test.each(["rich", "text"] as const)("U32: a %s document at 200 % zoom has all its controls", async (kind) => {
  const id = await stage.server.create(kind, "A title that is rather long for so small a window");
  const ana = await stage.person({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  await ana.open(stage.server.url, id);
  const leave = await guests(stage.server, id, 8);
  await ana.page.locator(".avatar-rest, .people-button .avatar").first().waitFor();
  expect(await outOfReach(ana.page)).toEqual([]);
  expect(await ana.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640);
  await ana.page.locator(".people-button").click();
  const list = await ana.page.locator(".people-list").boundingBox();
  expect(list!.y + list!.height).toBeLessThanOrEqual(400);
  await leave();
});

test.each(["rich", "text"] as const)(
  "U31: at 360 × 640 a %s document has status, people and words within two taps",
  async (kind) => {
    const id = await stage.server.create(kind, "A title that is much too long for a telephone, whatever one does");
    const ana = await stage.person({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    await ana.open(stage.server.url, id);
    const leave = await guests(stage.server, id, 3);
    await ana.page.locator(".people-button .avatar").first().waitFor();
    expect(await outOfReach(ana.page)).toEqual([]);
    expect(await ana.page.locator(".status").isVisible()).toBe(true);
    for (const opener of [".people-button", ".words-button", ".outline-opener"]) {
      await ana.page.locator(opener).tap();
      const box = await ana.page.locator(".popover:popover-open").boundingBox();
      expect(box!.x).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width).toBeLessThanOrEqual(360);
      const small = await ana.page.evaluate(
        () =>
          [...document.querySelectorAll<HTMLElement>(".popover:popover-open button")]
            .map((button) => button.getBoundingClientRect())
            .filter(({ width, height }) => width < 44 || height < 44).length,
      );
      expect(small).toBe(0);
      await ana.press("Escape");
    }
    expect(await ana.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await leave();
  },
);

test.each(["rich", "text"] as const)(
  "U31: the caret of a %s document stays above a keyboard that covers the page",
  async (kind) => {
    const id = await stage.server.create(kind);
    const ana = await stage.person({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
    await ana.page.addInitScript(() => {
      const viewport = Object.assign(new EventTarget(), {
        height: 640,
        width: 360,
        offsetTop: 0,
        offsetLeft: 0,
        scale: 1,
      });
      Object.defineProperty(window, "visualViewport", { value: viewport });
    });
    await ana.open(stage.server.url, id);
    await ana.toEnd();
    await ana.type("line\n".repeat(14));
    const keyboard = (height: number) =>
      ana.page.evaluate((height) => {
        Object.assign(window.visualViewport!, { height: 640 - height });
        window.visualViewport!.dispatchEvent(new Event("resize"));
      }, height);
    await keyboard(300);
    const bottom = () =>
      ana.page.evaluate(() => {
        const selection = getSelection()!;
        const at = selection.focusNode instanceof Element ? selection.focusNode : selection.focusNode!.parentElement!;
        return at.getBoundingClientRect().bottom;
      });
    await expect.poll(bottom).toBeLessThanOrEqual(340);
    await ana.type("more\n".repeat(10));
    await expect.poll(bottom).toBeLessThanOrEqual(340);
    await keyboard(0);
    expect(await ana.page.evaluate(() => document.documentElement.style.getPropertyValue("--keyboard"))).toBe("0px");
  },
);

test("U33: printed, a document is its text alone", async () => {
  for (const kind of ["rich", "text"] as const) {
    const id = await stage.server.create(kind, "Print");
    const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
    await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
    await ben.toEnd();
    await ben.type("words to print");
    await ana.sees("words to print");
    await ana.page.locator(".ql-cursor-caret, .cm-peerBar").first().waitFor({ state: "attached" });
    await ana.page.emulateMedia({ media: "print" });
    const shown = await ana.page.evaluate(() =>
      [
        ...document.querySelectorAll(
          ".chrome, .outline-panel, .follow-bar, .ql-cursors, .cm-peerCarets, .cm-gutters, .notice",
        ),
      ]
        .filter((element) => element.checkVisibility())
        .map((element) => element.className),
    );
    expect(shown).toEqual([]);
    expect(await ana.page.evaluate(() => document.body.innerText.trim())).toBe("words to print");
    const dark = await ana.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    expect(dark).toBe("light");
  }
});
