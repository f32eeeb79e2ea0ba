import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect, inject } from "vitest";
import type { Op, Status } from "../src/client/types.ts";
import { normalize } from "../src/ot/op.ts";
import type { Server } from "./server.ts";

/** What a browser of the tests is started with. */
export const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: inject("chromium"), args: flags });
}

/** What a browser says of a server that is away, or of workers that are blocked, which some tests arrange. */
const away = /net::ERR_|WebSocket connection to|Failed to load resource|registration blocked by Playwright/;

/** Somebody with a browser of their own: cookies, storage, and all that went wrong in it. */
export class Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings of pages, violations of the policy among them, and requests to other hosts. */
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      const text = message.text();
      if (["error", "warning"].includes(message.type()) && !away.test(text)) this.complaints.push(`console: ${text}`);
    });
    page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      const own = hostname === "127.0.0.1" || protocol === "data:" || protocol === "blob:";
      if (!own) this.complaints.push(`request: ${request.url()}`);
    });
  }

  static async enter(browser: Browser, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, ...options });
    context.setDefaultTimeout(15_000);
    return new Person(context, await context.newPage());
  }

  /** Opens a document and waits until it can be edited. */
  async open(url: string, id: string): Promise<void> {
    await this.page.goto(`${url}/d/${id}`);
    await this.page.waitForSelector("body[data-ready]");
  }

  /** Waits until pages can start without a network: the worker has all, and is in charge of this page. */
  async prepared(): Promise<void> {
    await this.page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
  }

  /** Clicks into the text and goes to its end. */
  async toEnd(): Promise<void> {
    await this.page.click(".ql-editor, .cm-content");
    await this.page.keyboard.press("Control+End");
  }

  async toStart(): Promise<void> {
    await this.page.click(".ql-editor, .cm-content");
    await this.page.keyboard.press("Control+Home");
  }

  async type(text: string, delay = 0): Promise<void> {
    await this.page.keyboard.type(text, { delay });
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Presses a button of the toolbar by its name. */
  async tool(name: string): Promise<void> {
    await this.page.getByRole("toolbar").getByRole("button", { name, exact: true }).click();
  }

  text(): Promise<string> {
    return this.page.evaluate(() => window.collabd!.text());
  }

  delta(): Promise<Op> {
    return this.page.evaluate(() => window.collabd!.delta());
  }

  status(): Promise<Status> {
    return this.page.evaluate(() => window.collabd!.collab.status);
  }

  /** Waits until the connection element shows one of these states. */
  async waitForState(...states: readonly string[]): Promise<void> {
    await this.page.waitForSelector(states.map((state) => `.status[data-state="${state}"]`).join(", "));
  }

  /** One's own name, as others see it. */
  async name(): Promise<string> {
    const me = await this.page.request.get(new URL("/api/me", this.page.url()).href);
    return ((await me.json()) as { name: string }).name;
  }

  /** Waits until the text holds this. */
  async sees(text: string): Promise<void> {
    await this.page.waitForFunction((wanted) => window.collabd!.text().includes(wanted), text);
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}

/** Waits until everybody has sent all and shows what the server has, to the last format. Returns the text. */
export async function converged(server: Server, id: string, ...people: readonly Person[]): Promise<string> {
  await expect
    .poll(
      async () => {
        const unsent = await Promise.all(people.map(async (person) => (await person.status()).unsent));
        const expected = normalize(await server.delta(id));
        const shown = await Promise.all(people.map(async (person) => normalize(await person.delta())));
        return { unsent, shown: shown.map((delta) => sorted(delta)), expected: sorted(expected) };
      },
      { timeout: 20_000, interval: 60 },
    )
    .toSatisfy(
      ({ unsent, shown, expected }: { unsent: number[]; shown: string[]; expected: string }) =>
        unsent.every((count) => count === 0) && shown.every((delta) => delta === expected),
      "everybody shows what the server has",
    );
  const text = await server.text(id);
  for (const person of people) expect(await person.text()).toBe(text);
  return text;
}

/** A delta as a string, formats in the order of their names. */
export function sorted(delta: Op): string {
  return JSON.stringify(delta, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
