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

const source = { name: "Show as Markdown" };

test("U8: the Markdown of a document is shown in its place and goes back byte for byte", async () => {
  const { id, ana } = await alone();
  await ana.type(
    "# Title\nso **bold** and [site](https://ok.example/)\n- one\ntwo\n\n[x] done\n\n> said\n\n```go\nx := 1\n",
  );
  await converged(stage.server, id, ana);
  const before = await ana.delta();
  const revision = await stage.server.revision(id);
  await ana.tool("Show as Markdown");
  const field = ana.page.getByRole("textbox", { name: "The document as Markdown" });
  const markdown = await field.inputValue();
  expect(markdown).toBe(
    "# Title\n\nso **bold** and [site](https://ok.example/)\n\n- one\n- two\n- [x] done\n\n> said\n\n```go\nx := 1\n\n```\n",
  );
  expect(await ana.page.getByRole("button", source).getAttribute("aria-pressed")).toBe("true");
  await ana.tool("Show as Markdown");
  expect(await ana.delta()).toEqual(before);
  expect(await stage.server.revision(id)).toBe(revision);
  await ana.tool("Show as Markdown");
  await field.fill(`${markdown}\n*new* ~~old~~\n`);
  expect(await field.inputValue()).toBe(`${markdown}\n*new* ~~old~~\n`);
  await ana.tool("Show as Markdown");
  await converged(stage.server, id, ana);
  expect((await ana.delta()).slice(-4)).toEqual([
    { insert: "new", attributes: { italic: true } },
    { insert: " " },
    { insert: "old", attributes: { strike: true } },
    { insert: "\n" },
  ]);
});

test("U8: two people edit a document, one as Markdown, and colours outlast it", async () => {
  const { id, ana } = await alone();
  const ben = await stage.person();
  await ben.open(stage.server.url, id);
  await ana.type("red words\nlast");
  await ana.press("Control+Home");
  await ana.page.evaluate(() => {
    const { quill } = window.collabd!.editor as unknown as { quill: import("quill/core").default };
    quill.formatText(0, 3, "color", "#ff0000", "user");
  });
  await ana.tool("Show as Markdown");
  const field = ana.page.getByRole("textbox", { name: "The document as Markdown" });
  await field.press("Control+End");
  await ana.type("__mine__");
  await ben.sees("mine");
  await ben.toStart();
  await ben.press("End");
  await ben.type(" theirs");
  await ana.page.waitForFunction(() => document.querySelector("textarea")!.value.includes("theirs"));
  expect(await field.inputValue()).toBe("red words theirs\n\nlast\n__mine__");
  await ana.type(" more");
  await ana.tool("Show as Markdown");
  await converged(stage.server, id, ana, ben);
  expect(await ben.delta()).toEqual([
    { insert: "red", attributes: { color: "#ff0000" } },
    { insert: " words theirs\nlast " },
    { insert: "mine", attributes: { bold: true } },
    { insert: " more\n" },
  ]);
});

test("U8: a piece is copied as Markdown, and Markdown is pasted as what it means", async () => {
  const { id, ana } = await alone();
  await ana.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ana.type("a **b**");
  await ana.tool("More");
  await ana.page.getByRole("menuitem", { name: "Copy as Markdown" }).click();
  await expect.poll(() => ana.page.evaluate(() => navigator.clipboard.readText())).toBe("a **b**\n");
  await ana.page.evaluate(() => navigator.clipboard.writeText("# Head\n- item `x`"));
  await ana.toEnd();
  await ana.press("Enter");
  await ana.tool("More");
  await ana.page.getByRole("menuitem", { name: "Paste as Markdown" }).click();
  await ana.sees("item");
  await converged(stage.server, id, ana);
  const delta = await ana.delta();
  expect(delta).toContainEqual({ insert: "\n", attributes: { header: 1 } });
  expect(delta).toContainEqual({ insert: "x", attributes: { code: true } });
});
