import type { Route } from "playwright-core";
import { expect, test } from "vitest";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** A GIF of one pixel. */
const pixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

async function alone(): Promise<{ id: string; ana: Person }> {
  const id = await stage.server.create("rich");
  const ana = await stage.person();
  await ana.open(stage.server.url, id);
  await ana.toEnd();
  return { id, ana };
}

/** Pastes or drops files as another program gives them. */
async function give(person: Person, event: "paste" | "drop", ...files: readonly [name: string, type: string][]) {
  await person.page.evaluate(
    ({ event, files, pixel }) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(pixel), (unit) => unit.charCodeAt(0));
      for (const [name, type] of files) data.items.add(new File([bytes], name, { type }));
      const target = document.querySelector(".ql-editor")!;
      const { left, bottom } = target.lastElementChild!.getBoundingClientRect();
      const init = { bubbles: true, cancelable: true };
      target.dispatchEvent(
        event === "paste"
          ? new ClipboardEvent("paste", { clipboardData: data, ...init })
          : new DragEvent("drop", { dataTransfer: data, clientX: left + 4, clientY: bottom - 4, ...init }),
      );
    },
    { event, files, pixel },
  );
}

/** Answers uploads in the place of the server, in the way that `answer` says. */
async function uploads(person: Person, answer: (route: Route, count: number) => Promise<void>): Promise<void> {
  let count = 0;
  await person.page.route("**/api/docs/*/files", (route) => answer(route, ++count));
  await person.page.route("**/files/**", (route) =>
    route.request().method() === "GET"
      ? route.fulfill({ contentType: "image/gif", body: Buffer.from(pixel, "base64") })
      : route.fallback(),
  );
}

function stored(route: Route, name: string): Promise<void> {
  const json = { url: `/files/doc/${name}`, type: "image/gif", bytes: 42, width: 1, height: 1 };
  return route.fulfill({ status: 201, json });
}

test("images: several that are pasted stand in their order where they were pasted, while one types on", async () => {
  const { id, ana } = await alone();
  const gates: (() => void)[] = [];
  await uploads(ana, async (route, count) => {
    await new Promise<void>((open) => gates.push(open));
    await stored(route, String(count));
  });
  await ana.type("before after");
  await ana.press("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft");
  await give(ana, "paste", ["one.gif", "image/gif"], ["two.gif", "image/gif"]);
  await ana.page.locator(".upload").nth(1).waitFor();
  await ana.press("Control+Home");
  await ana.type("well ");
  expect(await converged(stage.server, id, ana)).toBe("well before after\n"); // nothing of it is in the document yet
  await expect.poll(() => gates.length).toBe(1);
  gates[0]!();
  await expect.poll(() => gates.length).toBe(2);
  gates[1]!();
  await ana.page.locator(".upload").first().waitFor({ state: "detached" });
  await converged(stage.server, id, ana);
  expect(await ana.delta()).toEqual([
    { insert: "well before " },
    { insert: { image: "/files/doc/1" } },
    { insert: { image: "/files/doc/2" } },
    { insert: "after\n" },
  ]);
  expect(await ana.page.locator(".ql-editor img").first().getAttribute("alt")).toBe("Image");
});

test("images: who is refused is told why, and may try again", async () => {
  const { id, ana } = await alone();
  await uploads(ana, async (route, count) => {
    if (count === 1) await route.abort();
    else if (count === 2) await stored(route, "again");
    else await route.fulfill({ status: 413, json: { error: { code: "too_large", message: "too large" } } });
  });
  await give(ana, "drop", ["photo.gif", "image/gif"]);
  await ana.page.getByText("photo.gif: the server cannot be reached.").waitFor();
  await ana.page.getByRole("button", { name: "Try again" }).click();
  await ana.page.locator(".ql-editor img").waitFor();
  await give(ana, "paste", ["huge.gif", "image/gif"], ["page.svg", "image/svg+xml"]);
  await ana.page.getByText("huge.gif is too large for this server.").waitFor();
  await ana.page.getByText("page.svg is no image").waitFor();
  expect(await ana.page.getByRole("button", { name: "Try again" }).count()).toBe(0);
  await ana.page.getByRole("button", { name: "Remove" }).first().click();
  await ana.page.getByRole("button", { name: "Remove" }).first().click();
  expect(await ana.page.locator(".upload").count()).toBe(0);
  await converged(stage.server, id, ana);
  expect(await ana.delta()).toEqual([{ insert: { image: "/files/doc/again" } }, { insert: "\n" }]);
});

test("images: one that the server stored is shown, selected by a click, and can be deleted or cut and pasted", async () => {
  const { id, ana } = await alone();
  const chooser = ana.page.waitForEvent("filechooser");
  await ana.page
    .getByRole("toolbar")
    .getByRole("button", { name: /^Image/ })
    .click();
  await (await chooser).setFiles({ name: "a.gif", mimeType: "image/gif", buffer: Buffer.from(pixel, "base64") });
  await ana.page.locator(".ql-editor img").waitFor();
  await ana.toEnd();
  await ana.type("\nend");
  await ana.page.locator(".ql-editor img").click();
  await ana.press("Control+x", "Control+End", "Control+v");
  await converged(stage.server, id, ana);
  const image = ana.page.locator(".ql-editor img");
  const address = await image.getAttribute("src");
  expect(address).toMatch(new RegExp(`^/files/${id}/`));
  expect(await ana.delta()).toEqual([{ insert: "\nend" }, { insert: { image: address } }, { insert: "\n" }]);
  await expect.poll(() => image.evaluate((each) => (each as HTMLImageElement).naturalWidth)).toBe(1);
  await ana.page.locator(".ql-editor img").click();
  await ana.press("Delete");
  expect(await converged(stage.server, id, ana)).toBe("\nend\n");
});
