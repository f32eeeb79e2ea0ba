import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What axe finds serious or critical on a page, as it is now; in `parts` of it alone, by selectors, if there are any. */
export async function seriousProblems(page: Page, ...parts: readonly string[]): Promise<string[]> {
  await page.evaluate(source); // by the debugger, which the page's policy does not concern
  const { violations } = await page.evaluate((parts) => {
    const { axe } = window as unknown as { axe: { run(context: object): Promise<AxeResults> } };
    const include = parts.filter((part) => document.querySelector(part) !== null);
    return axe.run(include.length > 0 ? { include } : document);
  }, parts);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`));
}
