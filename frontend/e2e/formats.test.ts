import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** Chooses an entry of the menu, and returns the file that comes, with its name. */
async function downloaded(person: Person, entry: string): Promise<{ name: string; text: string }> {
  await person.page.getByRole("button", { name: "Download as…" }).click();
  const coming = person.page.waitForEvent("download");
  await person.page.getByRole("menuitem", { name: entry }).click();
  const download = await coming;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

/** Downloads a file as bytes, which is imported again then. */
async function thereAndBack(person: Person, id: string, entry: string): Promise<void> {
  await person.open(stage.server.url, id);
  await person.page.getByRole("button", { name: "Download as…" }).click();
  const coming = person.page.waitForEvent("download");
  await person.page.getByRole("menuitem", { name: entry }).click();
  const download = await coming;
  const buffer = await readFile(await download.path());
  await toList(person);
  await person.page
    .locator(".imports input")
    .setInputFiles([{ name: `Again ${download.suggestedFilename()}`, mimeType: "", buffer }]);
  await person.page.getByText("1 document was made.").waitFor();
  await person.page.getByRole("link", { name: /^Open Again/ }).click();
  await person.page.waitForSelector("body[data-ready]");
}

/** Drops files on the list, as another program gives them. */
async function drop(person: Person, ...files: readonly [name: string, type: string, text: string][]): Promise<void> {
  await person.page.evaluate((files) => {
    const data = new DataTransfer();
    for (const [name, type, text] of files) data.items.add(new File([text], name, { type }));
    const init = { bubbles: true, cancelable: true, dataTransfer: data };
    const list = document.querySelector("main")!;
    list.dispatchEvent(new DragEvent("dragover", init));
    if (document.querySelector<HTMLElement>(".drop-sign")!.hidden) throw new Error("nothing says that one can drop");
    list.dispatchEvent(new DragEvent("drop", init));
  }, files);
}

async function toList(person: Person): Promise<void> {
  await person.page.goto(stage.server.url);
  await person.page.waitForSelector("body[data-ready]");
}

test("formats: a document is downloaded, and becomes a document again", async () => {
  const id = await stage.server.create("rich");
  const ana = await stage.person();
  await ana.open(stage.server.url, id);
  await ana.page.getByRole("textbox", { name: "Title" }).fill("Plan: A/B");
  await ana.page.keyboard.press("Enter");
  await ana.toEnd();
  await ana.type("# Head\n**bold** text\n- item");
  await converged(stage.server, id, ana);
  const markdown = await downloaded(ana, "Markdown");
  expect(markdown).toEqual({ name: "Plan A B.md", text: "# Head\n\n**bold** text\n\n- item\n" });
  const html = await downloaded(ana, "Web page");
  expect(html.name).toBe("Plan A B.html");
  expect(html.text).toContain("<h1>Head</h1>");
  expect((await downloaded(ana, "Plain text")).text).toBe("Head\nbold text\n- item\n");
  expect(JSON.parse((await downloaded(ana, "Delta JSON")).text)).toMatchObject({ kind: "rich", title: "Plan: A/B" });

  await toList(ana);
  const choosing = ana.page.waitForEvent("filechooser");
  await ana.page.getByRole("button", { name: "Import" }).click();
  const file = { name: markdown.name, mimeType: "text/markdown", buffer: Buffer.from(markdown.text) };
  await (await choosing).setFiles([file, { ...file, name: "Again.html", buffer: Buffer.from(html.text) }]);
  await ana.page.getByText("2 documents were made.").waitFor();
  await ana.page.getByRole("link", { name: "Open Again.html" }).click();
  await ana.page.waitForSelector("body[data-ready]");
  expect(await ana.page.getByRole("textbox", { name: "Title" }).inputValue()).toBe("Again");
  expect(await ana.delta()).toEqual([
    { insert: "Head" },
    { insert: "\n", attributes: { header: 1 } },
    { insert: "bold", attributes: { bold: true } },
    { insert: " text\nitem" },
    { insert: "\n", attributes: { list: "bullet" } },
  ]);
});

test("formats: a Word file, and a file with the history, become the same document", async () => {
  const id = await stage.server.create("rich");
  const ana = await stage.person();
  await ana.open(stage.server.url, id);
  await ana.toEnd();
  await ana.type("# Head\n**bold** text");
  await converged(stage.server, id, ana);
  const delta = await ana.delta();
  await thereAndBack(ana, id, "Word");
  expect(await ana.delta()).toEqual(delta);
  expect(await ana.page.getByRole("textbox", { name: "Title" }).inputValue()).toBe("Again document");
  await thereAndBack(ana, id, "With its history");
  expect(await ana.delta()).toEqual(delta);
});

test("formats: what is printed is the text alone, in black on white", async () => {
  const id = await stage.server.create("rich");
  const ana = await stage.person({ colorScheme: "dark" });
  await ana.open(stage.server.url, id);
  await ana.toEnd();
  await ana.type("# Head\ntext");
  await ana.page.emulateMedia({ media: "print" });
  expect(await ana.page.locator(".chrome").isVisible()).toBe(false);
  expect(await ana.page.locator(".ql-editor").isVisible()).toBe(true);
  const { ink, width } = await ana.page.locator(".ql-editor p").evaluate((line) => ({
    ink: getComputedStyle(line).color,
    width: line.getBoundingClientRect().width / document.documentElement.clientWidth,
  }));
  const shades = ink.match(/\d+/g)!.slice(0, 3).map(Number);
  expect(Math.max(...shades)).toBeLessThan(80);
  expect(width).toBeGreaterThan(0.95);
});

test("formats: files are dropped on the list; what cannot be read is told in words", async () => {
  const ana = await stage.person();
  await toList(ana);
  await drop(
    ana,
    ["Notes.txt", "text/plain", "one\ntwo"],
    ["photo.png", "image/png", "no picture"],
    ["broken.json", "application/json", "{"],
    ["page.html", "text/html", '<h1>Hi</h1><img src="data:image/png;base64,AAAA"><script>alert(1)</script>'],
  );
  await ana.page.getByText("2 documents were made. 2 files could not be imported.").waitFor();
  const alerts = await ana.page.locator(".imports [role=alert]").allTextContents();
  expect(alerts[0]).toContain("This kind of file cannot be imported");
  expect(alerts[1]).toContain("The file cannot be read");
  expect(await ana.page.locator(".imports li", { hasText: "page.html" }).textContent()).toContain("Without 1 image");
  await ana.page.locator(".row-link", { hasText: "Notes" }).waitFor();
  await ana.page.getByRole("region", { name: "Imports" }).getByRole("button", { name: "Close" }).click();
  expect(await ana.page.locator(".imports").isVisible()).toBe(false);
  await ana.page.locator(".row-link", { hasText: "Notes" }).click();
  await ana.page.waitForSelector("body[data-ready]");
  expect(await ana.text()).toBe("one\ntwo");
});

test("formats: a server that is away is told of, and the file comes when it is back", async () => {
  const id = await stage.server.create("text");
  const ana = await stage.person();
  await ana.open(stage.server.url, id);
  await ana.page.route("**/export?*", (route) => route.abort());
  await ana.page.getByRole("button", { name: "Download as…" }).click();
  await ana.page.getByRole("menuitem", { name: "Plain text" }).click();
  await ana.page.getByText("the server is away").waitFor();
  await ana.page.unroute("**/export?*");
  expect((await downloaded(ana, "Plain text")).name).toBe("document.txt");
});

test("formats: on a phone a file is two taps away, and nothing is wider than the screen", async () => {
  const id = await stage.server.create("rich");
  const ana = await stage.person({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  await ana.open(stage.server.url, id);
  await ana.page.getByRole("button", { name: "Download as…" }).tap();
  const entry = ana.page.getByRole("menuitem", { name: "Word" });
  await entry.waitFor();
  const box = (await entry.boundingBox())!;
  expect(box.height).toBeGreaterThanOrEqual(44);
  expect(box.x + box.width).toBeLessThanOrEqual(360);
  await ana.page.keyboard.press("Escape");
  await toList(ana);
  expect(await ana.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const button = (await ana.page.getByRole("button", { name: "Import" }).boundingBox())!;
  expect(Math.min(button.width, button.height)).toBeGreaterThanOrEqual(44);
});
