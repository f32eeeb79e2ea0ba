import { describe, expect, test } from "vitest";
import { Shelf } from "./shelf.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const shelf = async (): Promise<Shelf> => new Shelf(await stage.person(), stage.server.url);

describe("U4: places, order and selection", () => {
  test("U4: folders are made, renamed and deleted, and documents moved to them by the menu", async () => {
    const ana = await shelf();
    const { page } = ana.person;
    const id = await ana.create("Budget");
    await ana.create("Notes");
    await ana.open();
    await page.getByRole("button", { name: "New folder" }).click();
    await page.keyboard.type("Money");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Money" }).waitFor();
    await ana.choose("Budget", "Move to…", "Money");
    await page.getByText("Budget: moved to “Money”").waitFor();
    await page.getByRole("link", { name: "Money (1 document)" }).click();
    await ana.has("Budget");
    expect(await page.title()).toContain("Money");
    expect((await ana.get(id)).folder).not.toBe("");

    await page.getByRole("link", { name: "Money" }).focus();
    await page.keyboard.press("F2");
    await page.keyboard.type("Finance");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Finance" }).waitFor();

    await page.getByRole("link", { name: "Finance" }).focus();
    await page.keyboard.press("Delete");
    await page.getByText("The document in it stays, in no folder.").waitFor();
    await page.getByRole("button", { name: "Delete folder" }).click();
    await page.getByText("No folders yet").waitFor();
    await expect.poll(async () => (await ana.titles()).sort()).toEqual(["Budget", "Notes"]);
    expect((await ana.get(id)).folder).toBe("");
  });

  test("U4: a new folder for a document is made where it is moved, and the move can be undone", async () => {
    const ana = await shelf();
    const id = await ana.create("Budget");
    await ana.open();
    await ana.choose("Budget", "Move to…", "New folder…");
    await ana.person.type("Money");
    await ana.person.press("Enter");
    await ana.row("Budget").getByText("Money").waitFor();
    await ana.person.page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => (await ana.get(id)).folder).toBe("");
    await expect.poll(() => ana.row("Budget").getByText("Money").count()).toBe(0);
  });

  test("U4: documents are dragged to a folder, all that are selected at once", async () => {
    const ana = await shelf();
    for (const title of ["A", "B", "C"]) await ana.create(title);
    await ana.folder("Target");
    await ana.open();
    for (const title of ["A", "C"]) await ana.row(title).getByRole("checkbox").check();
    await ana
      .row("C")
      .getByRole("link")
      .dragTo(ana.person.page.getByRole("link", { name: "Target" }));
    await ana.person.page.getByRole("link", { name: "Target (2 documents)" }).click();
    await expect.poll(async () => (await ana.titles()).sort()).toEqual(["A", "C"]);
  });

  test("U4: pins are one's own, and have a place of their own", async () => {
    const [ana, ben] = [await shelf(), await shelf()];
    await ana.create("Often read");
    await ana.create("Never read");
    await ana.open();
    await ana.row("Often read").hover();
    await ana.row("Often read").getByRole("button", { name: "Pin “Often read”" }).click();
    await ana.row("Often read").locator('[aria-pressed="true"]').waitFor();
    await ana.person.page.getByRole("link", { name: "Pinned" }).click();
    await ana.has("Often read");
    await ana.person.page.reload();
    await ana.shown();
    await ana.has("Often read");
    await ben.open("/?view=pinned");
    await ben.person.page.getByRole("heading", { name: "Nothing pinned" }).waitFor();
    await ana.person.press("Tab");
    await ana.row("Often read").getByRole("link").focus();
    await ana.person.press("p");
    await ana.person.page.getByRole("heading", { name: "Nothing pinned" }).waitFor();
  });

  test("U4: the order and the place are in the address: reload, back and forward keep them", async () => {
    const ana = await shelf();
    const { page } = ana.person;
    const folder = await ana.folder("Team");
    for (const title of ["beta", "Alpha", "gamma"]) await ana.change(await ana.create(title), { folder });
    await ana.create("Elsewhere");
    await ana.open();
    await page.getByRole("link", { name: "Team (3 documents)" }).click();
    await ana.has("gamma", "Alpha", "beta");
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByRole("menuitemradio", { name: "Name" }).click();
    await ana.has("Alpha", "beta", "gamma");
    expect(new URL(page.url()).search).toBe(`?folder=${folder}&sort=name`);
    await page.reload();
    await ana.shown();
    await ana.has("Alpha", "beta", "gamma");
    await page.goBack();
    await ana.has("gamma", "Alpha", "beta");
    await page.goBack();
    await ana.has("Elsewhere", "gamma", "Alpha", "beta");
    expect(await page.getByRole("link", { name: "All documents" }).getAttribute("aria-current")).toBe("page");
    await page.goForward();
    await ana.has("gamma", "Alpha", "beta");
  });

  test("U4: several documents are selected by Shift, and pinned and moved to the trash together", async () => {
    const ana = await shelf();
    const { page } = ana.person;
    for (const title of ["1", "2", "3", "4", "5"]) await ana.create(title);
    await ana.open();
    await ana.row("4").getByRole("checkbox").check();
    await ana
      .row("2")
      .getByRole("checkbox")
      .click({ modifiers: ["Shift"] });
    const bar = page.getByRole("toolbar", { name: "Selected documents" });
    await bar.getByText("3 selected").waitFor();
    await bar.getByRole("button", { name: "Pin" }).click();
    await expect.poll(() => page.locator(".row.pinned").count()).toBe(3);
    await bar.getByRole("button", { name: "Move to trash" }).click();
    await ana.has("5", "1");
    expect(await bar.isVisible()).toBe(false);
    await page.getByText("3 documents are in the trash").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await ana.has("5", "4", "3", "2", "1");
  });

  test("U4: a new document goes to the folder that shows", async () => {
    const ana = await shelf();
    const folder = await ana.folder("Team");
    await ana.open(`/?folder=${folder}`);
    await ana.person.page.getByRole("heading", { name: "This folder is empty" }).waitFor();
    await ana.person.press("n");
    await ana.person.page.waitForURL(/\/d\//);
    const id = new URL(ana.person.page.url()).pathname.split("/").at(-1)!;
    expect((await ana.get(id)).folder).toBe(folder);
  });

  test("U4: a folder that is gone leads to all documents", async () => {
    const ana = await shelf();
    await ana.create("Still here");
    await ana.open("/?folder=gone");
    await ana.person.page.getByText("This folder does not exist any more").waitFor();
    await ana.has("Still here");
    expect(new URL(ana.person.page.url()).search).toBe("");
  });
});

describe("U5: the trash", () => {
  test("U5: what is deleted goes at once, and Undo for eight seconds and more brings it back", async () => {
    const ana = await shelf();
    const { page } = ana.person;
    await page.clock.install();
    const id = await ana.create("Precious");
    await ana.create("Other");
    await ana.open();
    await ana.choose("Precious", "Move to trash");
    await ana.has("Other");
    await expect.poll(async () => (await ana.get(id)).trashed_at).toBeTruthy();
    const toast = page.getByText("“Precious” is in the trash");
    expect(await page.locator(".toasts").getAttribute("role")).toBe("status");
    await page.clock.runFor(8_000);
    expect(await toast.isVisible()).toBe(true);
    await page.getByRole("button", { name: "Undo" }).hover();
    await page.clock.runFor(60_000); // it does not go while one points at it
    expect(await toast.isVisible()).toBe(true);
    await page.getByRole("button", { name: "Undo" }).click();
    await ana.has("Other", "Precious");
    await expect.poll(async () => (await ana.get(id)).trashed_at).toBeUndefined();
    await ana.choose("Precious", "Move to trash");
    await page.mouse.move(2, 2);
    await page.clock.runFor(15_000);
    await toast.waitFor({ state: "detached" });
  });

  test("U5: the trash tells that nothing is removed for ever, and restores", async () => {
    const ana = await shelf();
    const { page } = ana.person;
    const id = await ana.create("Old plan");
    await ana.change(id, { trashed: true });
    await ana.open("/?view=trash");
    await ana.has("Old plan");
    await page.getByText("Nothing is removed for ever").waitFor();
    await ana.row("Old plan").hover();
    await ana.row("Old plan").locator(".row-menu").click();
    const entries = await page.getByRole("menuitem").allTextContents();
    expect(entries.join()).not.toMatch(/delete|trash/i);
    await page.getByRole("menuitem", { name: "Restore" }).click();
    await page.getByRole("heading", { name: "The trash is empty" }).waitFor();
    await page.getByRole("link", { name: "All documents" }).click();
    await ana.has("Old plan");
    expect((await ana.get(id)).trashed_at).toBeUndefined();
  });
});
