import { expect, test } from "vitest";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

async function two(text: string): Promise<{ id: string; ana: Person; ben: Person }> {
  const id = await stage.server.create("rich");
  const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
  await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
  await ana.toEnd();
  await ana.type(text);
  await converged(stage.server, id, ana, ben);
  return { id, ana, ben };
}

function count(person: Person, text: string): Promise<void> {
  return person.page.locator(".find-count", { hasText: text }).waitFor();
}

/** The text that the browser marks as the current match. */
function marked(person: Person): Promise<string> {
  return person.page.evaluate(() => [...(CSS.highlights.get("found-current") ?? [])].map(String).join("|"));
}

test("U10: find counts matches, goes along them, and keeps up with what others type", async () => {
  const { id, ana, ben } = await two("cat dog Cat\nconcat **cat** end");
  await ana.toStart();
  await ana.press("Control+f");
  const field = ana.page.getByRole("textbox", { name: "Find", exact: true });
  await field.waitFor();
  await ana.type("cat");
  await count(ana, "1 of 4");
  await ana.press("Enter");
  await count(ana, "2 of 4");
  expect(await marked(ana)).toBe("Cat");
  await ana.press("Shift+Enter", "Shift+Enter");
  await count(ana, "4 of 4");
  await ben.toStart();
  await ben.type("a cat, ");
  await count(ana, "5 of 5");
  await ana.page.getByRole("button", { name: "Match case" }).click();
  await count(ana, "4 of 4");
  await ana.page.getByRole("button", { name: "Whole words" }).click();
  await count(ana, "3 of 3");
  expect(await marked(ana)).toBe("cat");
  await ana.page.getByRole("button", { name: "Regular expression" }).click();
  await field.fill("(");
  await count(ana, "Not a regular expression");
  await field.fill("no such");
  await count(ana, "No matches");
  await field.fill("e.d");
  await count(ana, "1 of 1");
  await field.press("Enter");
  await ana.press("Escape");
  await ana.type("END");
  expect(await converged(stage.server, id, ana, ben)).toBe("a cat, cat dog Cat\nconcat cat END\n");
  expect(await ana.page.evaluate(() => CSS.highlights.has("found"))).toBe(false);
});

test("U10: replace all is one edit and one undo, and formats stay", async () => {
  const { id, ana, ben } = await two("one cat and **cat** and a\n- cat");
  const before = await ana.delta();
  const revision = await stage.server.revision(id);
  await ana.toStart();
  await ana.press("Control+h");
  await ana.page.getByRole("textbox", { name: "Find", exact: true }).fill("CAT");
  await ana.page.getByRole("textbox", { name: "Replace with" }).fill("dog 😀");
  await count(ana, "1 of 3");
  await ana.page.getByRole("button", { name: "Replace all" }).click();
  await count(ana, "3 matches replaced");
  expect(await converged(stage.server, id, ana, ben)).toBe("one dog 😀 and dog 😀 and a\ndog 😀\n");
  expect(await stage.server.revision(id)).toBe(revision + 1);
  expect(await ben.delta()).toContainEqual({ insert: "dog 😀", attributes: { bold: true } });
  await ana.press("Escape", "Control+z");
  await converged(stage.server, id, ana, ben);
  expect(await ana.delta()).toEqual(before);
});

test("U10: replace goes match by match, and a regular expression may use what it matched", async () => {
  const { id, ana, ben } = await two("ana@home ben@work cleo@sea");
  await ana.toStart();
  await ana.press("Control+h");
  await ana.page.getByRole("textbox", { name: "Find", exact: true }).fill("(\\w+)@(\\w+)");
  await ana.page.getByRole("button", { name: "Regular expression" }).click();
  const field = ana.page.getByRole("textbox", { name: "Replace with" });
  await field.fill("$2:$1");
  await count(ana, "1 of 3");
  await field.press("Enter");
  await count(ana, "1 of 2");
  await field.press("Enter");
  expect(await converged(stage.server, id, ana, ben)).toBe("home:ana work:ben cleo@sea\n");
});
