import { describe, expect, it } from "vitest";
import type { Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** How long a key may take to the other page, in milliseconds, and how much more on a machine that does other things. */
const limit = 150;
const room = 3;

/** Types the text key by key, and tells how long each key took until the other page showed it, in milliseconds. */
async function travels(from: Person, to: Person, text: string): Promise<number[]> {
  const times: number[] = [];
  for (let n = 1; n <= text.length; n++) {
    const seen = to.page.evaluate(
      (wanted) =>
        new Promise<number>((resolve) => {
          const look = (): void => {
            if (document.querySelector(".ql-editor, .cm-content")!.textContent?.includes(wanted)) resolve(Date.now());
            else requestAnimationFrame(look);
          };
          look();
        }),
      text.slice(0, n),
    );
    await to.page.evaluate(() => 0); // the other page is looking by now
    const begun = Date.now();
    await from.type(text[n - 1]!);
    times.push((await seen) - begun);
  }
  return times;
}

describe.each(["rich", "text"] as const)("a new %s document", (kind) => {
  it("U6: shows caret and toolbar at once, and each key to the other one within 150 ms", async () => {
    const id = await stage.server.create(kind);
    const ana = await stage.person();
    await ana.open(stage.server.url, id);
    await ana.page.waitForFunction(() => document.activeElement?.matches(".ql-editor, .cm-content"));
    await ana.page.getByRole("toolbar").waitFor();
    const ben = await stage.person();
    await ben.open(stage.server.url, id);

    const times = (await travels(ana, ben, "ten keys!!")).sort((a, b) => a - b);
    const median = times[times.length >> 1]!;
    console.log(`U6, ${kind}: a key takes ${median} ms to the other page, ${times.at(-1)} ms at most`);
    expect(median).toBeLessThan(limit * room);
    expect(await stage.server.text(id)).toContain("ten keys!!");
  });
});
