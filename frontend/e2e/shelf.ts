import { expect } from "vitest";
import type { DocumentChange, DocumentInfo } from "../src/app/api.ts";
import type { DocKind } from "../src/client/types.ts";
import type { Person } from "./people.ts";

/** The list as one person sees it, and what they may ask of the server by its REST interface. */
export class Shelf {
  readonly person: Person;
  readonly url: string;

  constructor(person: Person, url: string) {
    this.person = person;
    this.url = url;
  }

  /** Opens the list at an address and waits until it shows what the server has. */
  async open(address = "/"): Promise<void> {
    await this.person.page.goto(`${this.url}${address}`);
    await this.shown();
  }

  async shown(): Promise<void> {
    await this.person.page.waitForSelector('body[data-ready="shown"]');
  }

  /** The titles of the rows, from the top. */
  titles(): Promise<string[]> {
    return this.person.page.locator(".row-title").allTextContents();
  }

  /** Waits until the rows have these titles, from the top. */
  async has(...titles: readonly string[]): Promise<void> {
    await expect.poll(() => this.titles(), { timeout: 10_000, interval: 30 }).toEqual(titles);
  }

  row(title: string) {
    return this.person.page.locator(".row", { has: this.person.page.getByText(title, { exact: true }) });
  }

  /** The title of the row that has the focus, or what else has it. */
  focused(): Promise<string | null | undefined> {
    return this.person.page.evaluate(() => {
      const { activeElement } = document;
      const title = activeElement?.closest(".row")?.querySelector(".row-title")?.textContent;
      return title ?? activeElement?.getAttribute("aria-label") ?? activeElement?.textContent;
    });
  }

  /** Chooses an entry of the menu of a row. */
  async choose(title: string, ...entries: readonly string[]): Promise<void> {
    await this.row(title).hover();
    await this.row(title).locator(".row-menu").click();
    for (const name of entries) await this.person.page.getByRole("menuitem", { name }).or(this.radio(name)).click();
  }

  private radio(name: string) {
    return this.person.page.getByRole("menuitemradio", { name });
  }

  async create(title: string, kind: DocKind = "rich"): Promise<string> {
    return ((await this.ask("POST", "/api/docs", { title, kind })) as DocumentInfo).id;
  }

  async folder(name: string): Promise<string> {
    return ((await this.ask("POST", "/api/folders", { name })) as { id: string }).id;
  }

  async change(id: string, change: DocumentChange): Promise<void> {
    await this.ask("PATCH", `/api/docs/${id}`, change);
  }

  async get(id: string): Promise<DocumentInfo> {
    return (await this.ask("GET", `/api/docs/${id}`)) as DocumentInfo;
  }

  async ask(method: string, path: string, data?: unknown): Promise<unknown> {
    const response = await this.person.page.request.fetch(`${this.url}${path}`, { method, ...(data ? { data } : {}) });
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
    return response.status() === 204 ? undefined : response.json();
  }
}
