import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { RichEditor } from "../src/bindings/quill.ts";
import type { DocKind } from "../src/client/types.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** How far the line may move on the screen, in CSS pixels. */
const steady = 2;

async function readers(kind: DocKind): Promise<{ id: string; ana: Person; ben: Person }> {
  const id = await stage.server.create(kind);
  const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
  await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
  const text = Array.from({ length: 300 }, (_, line) => `line ${line} ${"of some length ".repeat(line % 17)}`.trim());
  await edit(ben, [{ insert: text.join("\n") }]);
  await ana.sees("line 299");
  return { id, ana, ben };
}

/** An edit of somebody else, wherever their own page stands; it is shown there as well. */
function edit(person: Person, op: readonly object[]): Promise<void> {
  return person.page.evaluate((op) => {
    const { editor, collab } = window.collabd!;
    editor.applyRemote(op as never, "");
    collab.localEdit(op as never);
  }, op);
}

/** Brings a line to the middle of the window, and from then on watches how far it is from there after each frame. */
async function watch(page: Page, line: string): Promise<void> {
  await page
    .evaluate(async (line) => {
      const lines = ".ql-editor > *, .cm-line";
      const find = () => [...document.querySelectorAll(lines)].find((each) => each.textContent?.startsWith(line));
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      for (let tries = 0; tries < 50 && !find(); tries++) {
        scrollBy(0, 400);
        await frame();
      }
      // Heights that were guessed are measured after a scroll: wait until all of that is done.
      let start = 0;
      for (let still = 0; still < 10; still++) {
        const top = find()!.getBoundingClientRect().top;
        if (Math.abs(top - 300) > 1) scrollBy(0, top - 300);
        if (Math.abs(top - start) > 0.1) still = 0;
        start = top;
        await frame();
      }
      const seen = { furthest: 0, frames: 0, gone: 0 };
      Object.assign(window, { seen });
      for (;;) {
        await frame();
        seen.frames++;
        const top = find()?.getBoundingClientRect().top;
        if (top === undefined) seen.gone++;
        else if (Math.abs(top - start) > Math.abs(seen.furthest)) seen.furthest = top - start;
      }
    }, line)
    .catch(() => {}); // it ends with the page
}

interface Seen {
  readonly furthest: number;
  readonly frames: number;
  readonly gone: number;
}

function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => (window as unknown as { seen: Seen }).seen);
}

describe.each<DocKind>(["rich", "text"])("in a %s document", (kind) => {
  test.each(["looks on", "has the caret in the text"])(
    "U12: what others change above moves nothing for one who %s",
    async (how) => {
      const { id, ana, ben } = await readers(kind);
      void watch(ana.page, "line 150");
      await ana.page.waitForFunction(() => "seen" in window);
      if (how !== "looks on") {
        const box = await ana.page.locator(".ql-editor > *, .cm-line", { hasText: /^line 151/ }).boundingBox();
        await ana.page.mouse.click(box!.x + 80, box!.y + 8);
        await ana.page.keyboard.press("Home");
        // A click may scroll by itself; what is watched begins now.
        await ana.page.evaluate(() => Object.assign((window as unknown as { seen: object }).seen, { furthest: 0 }));
      }
      const before = (await seen(ana.page)).frames;
      for (let round = 0; round < 40; round++) {
        const at = 7 * round;
        if (round % 3 === 2) await edit(ben, [...(at ? [{ retain: at }] : []), { delete: 60 }]);
        else
          await edit(ben, [
            ...(at ? [{ retain: at }] : []),
            { insert: `new ${"words ".repeat(round * 2)}\nand a line\n` },
          ]);
      }
      await converged(stage.server, id, ana, ben);
      await expect.poll(async () => (await seen(ana.page)).frames).toBeGreaterThan(before + 10);
      const { furthest, gone } = await seen(ana.page);
      expect(Math.abs(furthest)).toBeLessThanOrEqual(steady);
      expect(gone).toBe(0);
      if (how !== "looks on") {
        await ana.type("HERE ");
        expect(await converged(stage.server, id, ana, ben)).toContain("\nHERE line 151");
      }
    },
  );
});

test("U12: a long paragraph does not move when words come and go in its part above the window", async () => {
  const { id, ana, ben } = await readers("rich");
  await edit(ben, [{ insert: `start ${"many words in one paragraph ".repeat(400)}\n` }]);
  await ana.sees("start many");
  const mark = await ana.page.evaluate(() => {
    scrollTo(0, 1500);
    const { quill } = window.collabd!.editor as RichEditor;
    let at = 0;
    while (quill.selection.getBounds(at)!.top < 200) at += 10;
    return at;
  });
  await edit(ben, [{ retain: mark }, { insert: "MARK" }]);
  await ana.sees("MARK");
  const place = () =>
    ana.page.evaluate(() => {
      const { quill } = window.collabd!.editor as RichEditor;
      return quill.selection.getBounds(quill.getText().indexOf("MARK"))!.top;
    });
  const start = await place();
  for (let round = 0; round < 30; round++) {
    await edit(ben, [
      { retain: 6 + round },
      round % 3 === 2 ? { delete: 200 } : { insert: "and more words ".repeat(20) },
    ]);
  }
  await converged(stage.server, id, ana, ben);
  // Words that come before it may put it into the line above or below, and no further however many they are.
  expect(Math.abs((await place()) - start)).toBeLessThan(30);
});

test.each(["looks on", "has the caret in the text"])(
  "U12: images that load above move nothing for one who %s",
  async (how) => {
    const { id, ana, ben } = await readers("rich");
    const gates: (() => void)[] = [];
    const image =
      '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="260"><rect width="300" height="260"/></svg>';
    for (const person of [ana, ben]) {
      await person.page.route("**/files/**", async (route) => {
        if (person === ana) await new Promise<void>((open) => gates.push(open));
        await route.fulfill({ contentType: "image/svg+xml", body: image });
      });
    }
    void watch(ana.page, "line 150");
    await ana.page.waitForFunction(() => "seen" in window);
    if (how !== "looks on") {
      const box = await ana.page.locator(".ql-editor > *", { hasText: /^line 151/ }).boundingBox();
      await ana.page.mouse.click(box!.x + 80, box!.y + 8);
      await ana.page.evaluate(() => Object.assign((window as unknown as { seen: object }).seen, { furthest: 0 }));
    }
    for (let index = 0; index < 3; index++) {
      await edit(ben, [{ insert: { image: `/files/doc/${index}` } }, { insert: "\n" }]);
    }
    await converged(stage.server, id, ana, ben);
    await expect.poll(() => gates.length).toBe(3);
    for (const open of gates) open();
    await ana.page.waitForFunction(() => {
      const images = [...document.querySelectorAll<HTMLImageElement>(".ql-editor img")];
      return images.length === 3 && images.every((each) => each.complete && each.offsetHeight > 200);
    });
    const before = (await seen(ana.page)).frames;
    await expect.poll(async () => (await seen(ana.page)).frames).toBeGreaterThan(before + 5);
    expect(Math.abs((await seen(ana.page)).furthest)).toBeLessThanOrEqual(steady);
  },
);
