import { expect, test } from "vitest";
import type { Op } from "../src/client/types.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

async function alone(): Promise<{ id: string; ana: Person }> {
  const id = await stage.server.create("rich");
  const ana = await stage.person();
  await ana.open(stage.server.url, id);
  await ana.toEnd();
  return { id, ana };
}

test("U8: marks of Markdown become formats while they are typed", async () => {
  const { id, ana } = await alone();
  await ana.type("# One\n###### Six\nplain\n- milk\neggs\n\n1. first\n\n[] open\n\n[x] done\n\n> said\n\n");
  await ana.type("a **b** c *d* e `f` g ~~h~~ i __j__ k _l_ m [site](https://ok.example/) n\n---\n```go\nx := *p*\n");
  await converged(stage.server, id, ana);
  expect(await ana.delta()).toEqual([
    { insert: "One" },
    { insert: "\n", attributes: { header: 1 } },
    { insert: "Six" },
    { insert: "\n", attributes: { header: 6 } },
    { insert: "plain\nmilk" },
    { insert: "\n", attributes: { list: "bullet" } },
    { insert: "eggs" },
    { insert: "\n", attributes: { list: "bullet" } },
    { insert: "first" },
    { insert: "\n", attributes: { list: "ordered" } },
    { insert: "open" },
    { insert: "\n", attributes: { list: "unchecked" } },
    { insert: "done" },
    { insert: "\n", attributes: { list: "checked" } },
    { insert: "said" },
    { insert: "\n", attributes: { blockquote: true } },
    { insert: "a " },
    { insert: "b", attributes: { bold: true } },
    { insert: " c " },
    { insert: "d", attributes: { italic: true } },
    { insert: " e " },
    { insert: "f", attributes: { code: true } },
    { insert: " g " },
    { insert: "h", attributes: { strike: true } },
    { insert: " i " },
    { insert: "j", attributes: { bold: true } },
    { insert: " k " },
    { insert: "l", attributes: { italic: true } },
    { insert: " m " },
    { insert: "site", attributes: { link: "https://ok.example/" } },
    { insert: " n\n" },
    { insert: { divider: true } },
    { insert: "\nx := *p*" },
    { insert: "\n\n", attributes: { "code-block": "go" } },
  ] satisfies Op);
});

test("U8: one undo brings the typed marks back, also when others typed meanwhile", async () => {
  const { id, ana } = await alone();
  const ben = await stage.person();
  await ben.open(stage.server.url, id);
  for (const [typed, text] of [
    ["# ", "# "],
    ["so **bold**", "so **bold**"],
    ["```js\n", "```js\n"],
    ["--- ", "--- "],
    ["[a](https://b.example/)", "[a](https://b.example/)"],
  ] as const) {
    await ana.press("Control+a", "Delete");
    await ana.type(typed);
    await converged(stage.server, id, ana, ben);
    expect(await ana.text()).not.toContain(text);
    await ben.toStart();
    await ben.type("ben ");
    await ana.sees("ben ");
    await ana.press("Control+z");
    const shown = await converged(stage.server, id, ana, ben);
    expect(shown).toContain(text);
    expect(JSON.stringify(await ana.delta())).not.toMatch(/"attributes"|"divider"/);
  }
});

test("U8: marks inside code stay marks, and so do those that were pasted", async () => {
  const { id, ana } = await alone();
  await ana.type("``` ");
  await ana.type("# no\n- **no** `no`\n");
  await ana.press("Control+a", "Control+c");
  const text = await converged(stage.server, id, ana);
  expect(text).toContain("# no\n- **no** `no`\n");
  await ana.page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "**x**");
    document.activeElement?.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  });
  expect(await converged(stage.server, id, ana)).toContain("**x**");
});
