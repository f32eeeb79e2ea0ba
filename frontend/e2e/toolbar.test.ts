import { expect, test } from "vitest";
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

test("U7: every tool has a name, tells whether it is pressed, and shows its keys", async () => {
  const { ana } = await alone();
  await ana.type("word");
  await ana.press("Control+a");
  const toolbar = ana.page.getByRole("toolbar");
  const tools = await toolbar.locator("button.tool").evaluateAll((buttons) =>
    buttons.map((each) => ({
      name: each.getAttribute("aria-label") ?? "",
      tip: (each as HTMLElement).dataset.tip ?? "",
      keys: each.getAttribute("aria-keyshortcuts"),
      pressed: each.getAttribute("aria-pressed"),
    })),
  );
  expect(tools.length).toBeGreaterThan(16);
  for (const { name, tip } of tools) {
    expect(name).not.toBe("");
    expect(tip).not.toBe("");
  }
  const named = new Map(tools.map((tool) => [tool.name, tool]));
  for (const name of ["Bold", "Italic", "Underline", "Strikethrough", "Link", "Bulleted list", "Numbered list"]) {
    expect(named.get(name)?.pressed).toBe("false");
    expect(named.get(name)?.keys).toMatch(/^Control\+/);
  }
  for (const [key, name] of [
    ["b", "Bold"],
    ["i", "Italic"],
    ["u", "Underline"],
  ] as const) {
    await ana.press(`Control+${key}`);
    await toolbar.getByRole("button", { name, exact: true, pressed: true }).waitFor();
  }
  await toolbar.getByRole("button", { name: "Bold" }).hover();
  await ana.page.locator(".tooltip", { hasText: "Ctrl+B" }).waitFor();
  await ana.press("Control+k");
  await ana.page.getByRole("textbox", { name: "Address" }).waitFor();
});

test("U7: the keyboard reaches the toolbar once and goes along it with the arrows", async () => {
  const { ana } = await alone();
  const focused = (): Promise<string> =>
    ana.page.evaluate(
      () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.tagName ?? "",
    );
  await ana.page.getByRole("button", { name: "Undo" }).focus();
  expect(await ana.page.locator('.toolbar [tabindex="0"]').count()).toBe(1);
  await ana.press("ArrowRight", "ArrowRight");
  expect(await focused()).toBe("Style of the paragraph");
  await ana.press("End");
  expect(await focused()).toBe("More");
  await ana.press("Enter");
  await ana.page.getByRole("menuitem", { name: "Copy as Markdown" }).waitFor();
  await ana.press("ArrowDown", "Escape");
  expect(await focused()).toBe("More");
  expect(await ana.page.locator('.toolbar [tabindex="0"]').count()).toBe(1);
  await ana.press("ArrowRight");
  expect(await focused()).toBe("Undo");
  await ana.press("End", "ArrowLeft", "Enter");
  await ana.page.getByRole("textbox", { name: "The document as Markdown" }).waitFor();
  await ana.page.getByRole("button", { name: "Show as Markdown" }).focus();
  await ana.press("ArrowRight", "ArrowLeft"); // the others are out of use meanwhile
  expect(await focused()).toBe("Show as Markdown");
});

test("U32: Tab indents in lists and code only, and after Escape it leaves the text", async () => {
  const { id, ana } = await alone();
  const inText = (): Promise<boolean> =>
    ana.page.evaluate(() => document.querySelector(".ql-editor")!.contains(document.activeElement));
  await ana.type("- one\n");
  await ana.press("Tab");
  await ana.type("two");
  await converged(stage.server, id, ana);
  expect(await ana.delta()).toContainEqual({ insert: "\n", attributes: { list: "bullet", indent: 1 } });
  expect(await inText()).toBe(true);
  await ana.press("Home", "Escape", "Tab");
  expect(await inText()).toBe(false);
  await ana.toEnd();
  await ana.press("Enter", "Enter", "Enter");
  await ana.type("```go\n");
  await ana.press("Tab");
  await ana.type("x := 1");
  expect(await ana.text()).toContain("  x := 1");
  await ana.press("Escape", "Tab");
  expect(await inText()).toBe(false);
  expect(await ana.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
    "Language of the code",
  );
});

test("code blocks: the language of all lines is chosen at the corner of the block", async () => {
  const { id, ana } = await alone();
  await ana.type("before\n```\none\ntwo");
  const select = ana.page.getByRole("combobox", { name: "Language of the code" });
  expect(await select.inputValue()).toBe("");
  await select.selectOption("python");
  await ana.type("!");
  await converged(stage.server, id, ana);
  expect(await ana.delta()).toEqual([
    { insert: "before\none" },
    { insert: "\n", attributes: { "code-block": "python" } },
    { insert: "two!" },
    { insert: "\n", attributes: { "code-block": "python" } },
  ]);
  await ana.press("Control+Home");
  await select.waitFor({ state: "hidden" });
});
