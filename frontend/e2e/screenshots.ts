import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { it } from "vitest";
import type { DocumentPage } from "../src/app/api.ts";
import type { TextEditor } from "../src/bindings/codemirror.ts";
import type { RichEditor } from "../src/bindings/quill.ts";
import type { DocKind, Op } from "../src/client/types.ts";
import { written as historyIn, noon } from "./histories.ts";
import { shows } from "./history-page.ts";
import { converged, type Person } from "./people.ts";
import { code, launchPlan, minutes, titles } from "./screenshots-content.ts";
import { Shelf } from "./shelf.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const folder = fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));

const sizes = [
  { name: "1280", viewport: { width: 1280, height: 800 } },
  { name: "360", viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
];
const schemes = ["light", "dark"] as const;

function shoot(person: Person, name: string): Promise<unknown> {
  mkdirSync(folder, { recursive: true });
  return person.page.screenshot({ path: `${folder}${name}.png`, caret: "initial" });
}

async function become(person: Person, name: string, color: string): Promise<void> {
  await person.page.request.get(`${stage.server.url}/api/me`);
  await person.page.request.patch(`${stage.server.url}/api/me`, { data: { name, color } });
}

/** Everybody who is on the pictures. */
async function cast(): Promise<{ mira: Person; jonas: Person }> {
  const [mira, jonas] = [await stage.person(), await stage.person()];
  await become(mira, "Mira Okafor", "#c2335b");
  await become(jonas, "Jonas Weber", "#0f7d67");
  return { mira, jonas };
}

/** Puts the caret or a selection at words of the text, as a person would. */
async function goTo(person: Person, words: string, length = 0): Promise<void> {
  await person.page.evaluate(
    ({ words, length }) => {
      const { editor, text } = window.collabd!;
      const at = text().indexOf(words) + words.length;
      if ("quill" in editor) {
        const { quill } = editor as RichEditor;
        quill.setSelection(at - length, length, "user");
      } else {
        const { view } = editor as TextEditor;
        view.focus();
        view.dispatch({ selection: { anchor: at - length, head: at } });
      }
    },
    { words, length },
  );
}

async function written(kind: DocKind, title: string, content: Op): Promise<string> {
  const id = await stage.server.create(kind, title);
  const author = await stage.person();
  await author.open(stage.server.url, id);
  await author.page.evaluate((op) => {
    const { editor } = window.collabd!;
    if ("quill" in editor) {
      (editor as RichEditor).quill.updateContents(
        [...op] as Parameters<RichEditor["quill"]["updateContents"]>[0],
        "user",
      );
    } else {
      const insert = op.map((part) => ("insert" in part ? part.insert : "")).join("");
      (editor as TextEditor).view.dispatch({ changes: { from: 0, insert } });
    }
  }, content);
  await converged(stage.server, id, author);
  await author.leave();
  return id;
}

/** Those who wrote in the documents of the list, and who have some open. */
const faces = [
  { id: "mira", name: "Mira Okafor", color: "#c2335b" },
  { id: "jonas", name: "Jonas Weber", color: "#0f7d67" },
  { id: "lena", name: "Lena Fischer", color: "#3b6bd0" },
];

it("the list", async () => {
  for (const [title, kind] of titles) await stage.server.create(kind, title);
  const shelf = new Shelf(await stage.person(), stage.server.url);
  const folders = [
    await shelf.folder("Engineering"),
    await shelf.folder("Spring release"),
    await shelf.folder("People"),
  ];
  /** The folder of each document, by its place in the list. */
  const shelves = [1, 0, undefined, 1, 0, 2, 2, undefined, undefined];
  for (const { name, ...size } of sizes) {
    for (const colorScheme of schemes) {
      const person = await stage.person({ ...size, colorScheme, serviceWorkers: "block" });
      await become(person, "Lena Fischer", "#3b6bd0");
      await person.page.route("**/api/folders", async (route) => {
        const answer = (await (await route.fetch()).json()) as { folders: readonly { readonly id: string }[] };
        const counted = answer.folders.map((folder) => ({
          ...folder,
          documents: shelves.filter((shelf) => shelf !== undefined && folders[shelf] === folder.id).length,
        }));
        await route.fulfill({ json: { folders: counted } });
      });
      // All of them were made a moment ago; the picture should show what a list looks like after some weeks.
      await person.page.route("**/api/docs?*", async (route) => {
        const page = (await (await route.fetch()).json()) as DocumentPage;
        const hours = [0, 0.4, 3, 21, 30, 76, 190, 420, 800];
        const docs = page.docs.map((doc, index) => ({
          ...doc,
          folder: folders[shelves[index] ?? -1] ?? "",
          pinned: index === 0,
          last_editor: faces[index % faces.length],
          peers: index === 0 ? faces.slice(0, 2) : index === 2 ? faces.slice(1, 2) : [],
          edited_at: new Date(Date.now() - hours[index]! * 3_600_000).toISOString(),
        }));
        await route.fulfill({ json: { docs, next: "" } });
      });
      await person.page.goto(`${stage.server.url}/`);
      await person.page.locator(".row").first().waitFor();
      await person.page.locator(".me:not([hidden])").waitFor();
      await shoot(person, `list-${name}-${colorScheme}`);
      await person.leave();
    }
  }
});

it.each([
  ["rich", "Launch plan, spring release", minutes, "reviewed by Thursday", "short enough to read on a phone", 24],
  ["text", "deploy-notes.md", code, "systemctl restart collabd", "curl -fsS localhost:8080/readyz", 12],
] as const)("a %s document", async (kind, title, content, first, second, selected) => {
  const id = await written(kind, title, content);
  const { mira, jonas } = await cast();
  await Promise.all([mira, jonas].map((person) => person.open(stage.server.url, id)));
  for (const { name, ...size } of sizes) {
    for (const colorScheme of schemes) {
      const person = await stage.person({ ...size, colorScheme, serviceWorkers: "block" });
      await become(person, "Lena Fischer", "#3b6bd0");
      await person.open(stage.server.url, id);
      await person.page.locator(".people-button .avatar").nth(1).waitFor({ state: "attached" });
      // Away and back again, so that the names show.
      await goTo(mira, first.slice(0, 5));
      await goTo(jonas, second.slice(0, 5));
      await goTo(mira, first);
      await goTo(jonas, second, selected);
      await person.page.waitForFunction(() => {
        const ranges = [...CSS.highlights.values()].reduce((sum, highlight) => sum + highlight.size, 0);
        return ranges > 0 || document.querySelector(".cm-peerSelection") !== null;
      });
      const names = kind === "rich" ? ".hover + .ql-cursor-flag" : ".cm-peerName";
      await person.page.waitForFunction((names) => document.querySelectorAll(names).length === 2, names);
      await shoot(person, `editor-${kind}-${name}-${colorScheme}`);
      await person.leave();
    }
  }
});

it("the history of a document", async () => {
  const users = faces.map(({ name, color }) => ({ name, color }));
  const edits = launchPlan(noon);
  const id = await historyIn(stage.server, { kind: "rich", title: "Launch plan, spring release", users, edits });
  const names = [
    [40, "First outline"],
    [96, "Sent to Jonas and Lena"],
  ] as const;
  for (const { name, ...size } of sizes) {
    for (const colorScheme of schemes) {
      const person = await stage.person({ ...size, colorScheme, serviceWorkers: "block" });
      await become(person, "Lena Fischer", "#3b6bd0");
      for (const [revision, name] of names) {
        const data = { name };
        await person.page.request.put(`${stage.server.url}/api/docs/${id}/revisions/${revision}/name`, { data });
      }
      await person.page.goto(`${stage.server.url}/d/${id}?rev=96`);
      await shows(person.page, 96);
      await person.page.getByRole("button", { name: "Authors" }).click();
      await person.page.locator(".marks-legend").waitFor();
      await shoot(person, `history-${name}-${colorScheme}`);
      await person.page.getByRole("button", { name: "Authors" }).click();
      await person.page.locator("[role=slider]").press("End");
      await person.page.getByRole("button", { name: "Compare" }).click();
      await person.page.locator(".marks-comparison").waitFor();
      await person.page.locator(".history-desk :is(ins, del)").first().waitFor();
      await shoot(person, `compare-${name}-${colorScheme}`);
      await person.leave();
    }
  }
});
