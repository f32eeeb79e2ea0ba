import type { Browser, BrowserContext } from "playwright-core";
import { Cable } from "../cable.ts";
import { Profile } from "./profile.ts";
import { Tab } from "./tab.ts";

/** Somebody with a browser, a network of their own, and one or more tabs. */
export class Actor {
  readonly tabs = new Map<number, Tab>();
  readonly cable: Cable;
  #context: BrowserContext;
  #profile: Profile | undefined;
  #document: string;
  #offline = false;

  private constructor(context: BrowserContext, profile: Profile | undefined, cable: Cable, document: string) {
    this.#context = context;
    this.#profile = profile;
    this.cable = cable;
    this.#document = document;
  }

  /** With a process of its own, it can be killed. */
  static async enter(browser: Browser | undefined, port: number, document: string): Promise<Actor> {
    const cable = await Cable.to(port);
    if (browser) return new Actor(await browser.newContext(), undefined, cable, document);
    const profile = new Profile();
    // Who one is, is written half a minute late by browsers, or when they end in order: let that be done.
    const page = await (await profile.start()).newPage();
    await page.goto(cable.url);
    await page.evaluate(() => fetch("/api/me"));
    await profile.stop();
    return new Actor(await profile.start(), profile, cable, document);
  }

  add(number: number): Tab {
    const tab = new Tab(number, `${this.cable.url}/d/${this.#document}`);
    this.tabs.set(number, tab);
    return tab;
  }

  async open(number: number): Promise<void> {
    await this.tabs.get(number)!.open(await this.#running());
  }

  async duplicate(number: number, as: number): Promise<void> {
    const page = await this.tabs.get(number)!.duplicate(this.#context);
    await this.tabs.get(as)!.adopt(page);
  }

  async goOffline(offline: boolean): Promise<void> {
    this.#offline = offline;
    // A page that crashed cannot be told.
    for (const tab of this.tabs.values()) {
      if (tab.crashed) await tab.page?.close().catch(() => {});
      await tab.cleared;
    }
    await this.#context.setOffline(offline);
  }

  /** Kills all of the browser; it starts again when a tab is opened. */
  async kill(): Promise<void> {
    await this.#profile!.kill();
    for (const tab of this.tabs.values()) tab.gone();
  }

  async leave(): Promise<void> {
    await this.#profile?.remove();
    if (!this.#profile) await this.#context.close();
    await this.cable.close();
  }

  async #running(): Promise<BrowserContext> {
    if (this.#profile && !this.#profile.running) {
      this.#context = await this.#profile.start();
      await this.#context.setOffline(this.#offline);
    }
    return this.#context;
  }
}
