import type { Locator, Page } from "playwright-core";
import { Doc } from "../src/ot/document.ts";
import type { Edit } from "./histories.ts";
import type { Person } from "./people.ts";

/** The slider of the history. */
export function slider(page: Page): Locator {
  return page.getByRole("slider", { name: "Revision" });
}

/** Opens the history by its button and waits until it shows something. */
export async function openHistory({ page }: Person): Promise<void> {
  await page.getByRole("button", { name: "History" }).click();
  await shows(page);
}

/** Waits until the history shows the revision of its slider, and that one if it is given; returns it. */
export async function shows(page: Page, revision?: number): Promise<number> {
  await page.waitForFunction((wanted) => {
    const now = document.querySelector("[role=slider]")?.getAttribute("aria-valuenow");
    const shown = window.collabd?.history?.revision;
    return shown !== undefined && String(shown) === now && (wanted === undefined || shown === wanted);
  }, revision);
  return page.evaluate(() => window.collabd!.history!.revision);
}

/** The revision in the address. */
export function addressed(page: Page): string | null {
  return new URL(page.url()).searchParams.get("rev");
}

/** The documents of a history, by revision. */
export function documents(edits: readonly Edit[], first: Doc): readonly Doc[] {
  let doc = first;
  return [doc, ...edits.map(([, , op]) => (doc = doc.apply(op)))];
}

/** A rich document before its first edit. */
export const emptyRich = Doc.of([{ insert: "\n" }]);
