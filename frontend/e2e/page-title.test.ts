import { expect, test } from "vitest";
import { Cable } from "./cable.ts";
import type { Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

function titleOf(person: Person): Promise<string> {
  return person.page.getByRole("textbox", { name: "Title" }).inputValue();
}

test("U10: two people write the title at once, and no letter of theirs is lost", async () => {
  const id = await stage.server.create("rich", "Plan");
  const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
  await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
  await Promise.all([ana, ben].map((person) => person.page.getByRole("textbox", { name: "Title" }).focus()));
  await ana.press("Home");
  await ben.press("End");
  const [digits, letters] = ["0123456789012345", "abcdefghijklmnop"];
  await Promise.all([ana.type(digits, 90), ben.type(letters, 70)]);
  await expect.poll(() => titleOf(ana)).toBe(`${digits}Plan${letters}`);
  await expect.poll(() => titleOf(ben)).toBe(`${digits}Plan${letters}`);
  await expect.poll(() => stage.server.title(id)).toBe(`${digits}Plan${letters}`);
  await ana.type("!"); // the caret is where she wrote
  await expect.poll(() => titleOf(ben)).toBe(`${digits}!Plan${letters}`);
  expect(await ben.page.title()).toContain(`${digits}!Plan${letters}`);
});

test("U10: a title that cannot be saved says so, keeps the page from closing, and is saved when it can be", async () => {
  const cable = await Cable.to(stage.server.port);
  const id = await stage.server.create("text", "Plan");
  const ana = await stage.person();
  await ana.open(cable.url, id);
  cable.cut();
  await ana.waitForState("reconnecting");
  const field = ana.page.getByRole("textbox", { name: "Title" });
  await field.fill("Plan B");
  await ana.page.getByText("title not saved yet").waitFor();
  let asked = 0;
  ana.page.on("dialog", (dialog) => {
    asked++;
    void dialog.dismiss();
  });
  await ana.page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toBe(1);
  cable.mend();
  await ana.page.evaluate(() => dispatchEvent(new Event("online")));
  await expect.poll(() => stage.server.title(id)).toBe("Plan B");
  await expect.poll(() => ana.page.locator(".status").textContent()).not.toContain("title");
  await cable.close();
});
