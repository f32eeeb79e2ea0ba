import { expect, test } from "vitest";
import { converged } from "./people.ts";
import { Shelf } from "./shelf.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

test("U19: without a server the list shows what was known last, says so, and comes back by itself", async () => {
  const ana = new Shelf(await stage.person(), stage.server.url);
  const { page } = ana.person;
  const folder = await ana.folder("Team");
  await ana.change(await ana.create("Known"), { folder });
  await ana.create("Also known");
  await ana.open();
  await page.getByRole("link", { name: "Team (1 document)" }).waitFor();
  // The page itself still comes; only what it asks for is away.
  const gone = "**/api/**";
  await page.route(gone, (route) => route.abort());
  await page.reload();
  await page.getByText("This is the list as it was last known").waitFor();
  await ana.has("Also known", "Known");
  await page.getByRole("link", { name: "Team (1 document)" }).click();
  await ana.has("Known");
  await page.keyboard.press("/");
  await page.keyboard.type("kno");
  await page.locator("mark", { hasText: "Kno" }).waitFor();
  await page.keyboard.press("Escape");
  expect(await ana.row("Known").getByRole("link").getAttribute("href")).toMatch(/^\/d\//);
  await page.getByRole("button", { name: "New document" }).click();
  await page.getByText("This needs the connection to the server").waitFor();
  expect(new URL(page.url()).pathname).toBe("/");
  await page.unroute(gone);
  await page.getByText("This is the list as it was last known").waitFor({ state: "detached" });
  expect(await page.evaluate(() => document.body.dataset.ready)).toBe("shown");
});

test("U19: a change that cannot be made is taken back, and said", async () => {
  const ana = new Shelf(await stage.person(), stage.server.url);
  const { page } = ana.person;
  await ana.create("Stays");
  await ana.open();
  await page.route("**/api/docs/*", (route) => route.abort());
  await ana.row("Stays").getByRole("link").focus();
  await ana.person.press("Delete");
  await page.getByText("The document could not be moved to the trash.").waitFor();
  await ana.has("Stays");
});

test("U18: what a closed tab left unsent is told of in the list, and sent from there", async () => {
  const person = await stage.person();
  const ana = new Shelf(person, stage.server.url);
  const id = await ana.create("Left behind");
  await person.open(stage.server.url, id);
  await person.toEnd();
  await person.type("sent. ");
  await converged(stage.server, id, person);
  await person.context.setOffline(true);
  await person.type("not sent yet");
  await person.page.getByText(/ unsent$/).waitFor();
  const list = await person.context.newPage();
  await person.page.close();
  // The list is there, but documents cannot be reached: the edits wait.
  await list.route("**/api/docs/*/*", (route) => route.abort());
  await list.routeWebSocket(/socket/, (socket) => socket.close());
  await person.context.setOffline(false);
  await list.goto(stage.server.url);
  await list.getByText(/edits? not sent yet/).waitFor();
  await list.unrouteAll();
  await list.close();
  const again = await person.context.newPage();
  await again.goto(stage.server.url);
  await expect.poll(() => stage.server.text(id), { timeout: 15_000 }).toContain("sent. not sent yet");
  await again.getByText(/edits? not sent yet/).waitFor({ state: "detached" });
});
