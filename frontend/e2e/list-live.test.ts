import { expect, test } from "vitest";
import { Shelf } from "./shelf.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const shelf = async (): Promise<Shelf> => new Shelf(await stage.person(), stage.server.url);

test("U3: show who has a document open, without a reload, and when they leave", async () => {
  const [ana, ben] = [await shelf(), await shelf()];
  const id = await ana.create("Shared");
  await ana.create("Other");
  await ana.open();
  expect(await ana.person.page.locator(".row-people .avatar").count()).toBe(0);
  await ben.ask("PATCH", "/api/me", { name: "Ben Bitdiddle", color: "#0f7d67" });
  await ben.person.open(stage.server.url, id);
  await ana.row("Shared").locator('.avatar[data-initials="BB"]').waitFor();
  expect(await ana.row("Shared").getByRole("link").textContent()).toContain("Open now: Ben Bitdiddle");
  expect(await ana.row("Other").locator(".avatar").count()).toBe(0);
  await ben.person.leave();
  await ana.row("Shared").locator(".avatar").waitFor({ state: "detached" });
});

test("U3: new, renamed, edited and deleted documents show by themselves, in their order", async () => {
  const [ana, ben] = [await shelf(), await shelf()];
  const [first, second] = [await ben.create("First"), await ben.create("Second")];
  await ana.open();
  await ana.has("Second", "First");
  await ben.create("Third");
  await ana.has("Third", "Second", "First");
  await ben.change(first, { title: "First, renamed" });
  await expect.poll(() => ana.titles()).toContain("First, renamed");
  await ben.change(second, { trashed: true });
  await expect.poll(() => ana.titles()).not.toContain("Second");
  await ben.change(second, { trashed: false });
  await expect.poll(() => ana.titles()).toContain("Second");
});

test("U3: what one points at stays where it is while others make documents", async () => {
  const [ana, ben] = [await shelf(), await shelf()];
  for (const title of ["One", "Two", "Three"]) await ben.create(title);
  await ana.open();
  const two = ana.row("Two");
  await two.hover();
  const before = await two.boundingBox();
  await ben.create("Four");
  const show = ana.person.page.getByRole("button", { name: "Show what is new" });
  await show.waitFor();
  expect(await ana.titles()).toEqual(["Three", "Two", "One"]);
  expect(await two.boundingBox()).toEqual(before);
  await ana.person.page.mouse.move(2, 700);
  await ana.has("Four", "Three", "Two", "One");
  expect(await show.isVisible()).toBe(false);
  await ana.row("Two").hover();
  await ben.create("Five");
  await show.click();
  await ana.has("Five", "Four", "Three", "Two", "One");
});

test("U20: the list goes on by itself after the server was killed", async () => {
  const [ana, ben] = [await shelf(), await shelf()];
  await ana.create("Before");
  await ana.open();
  await stage.server.kill();
  await stage.server.restart();
  await ben.create("After");
  await ana.has("After", "Before");
});
