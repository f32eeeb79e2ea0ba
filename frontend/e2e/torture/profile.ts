import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { inject } from "vitest";
import { flags } from "../people.ts";

/** A browser with a profile on disk, that can be killed with all its processes and started again. */
export class Profile {
  #folder = mkdtempSync(join(tmpdir(), "collabd-profile-"));
  #process: ChildProcess | undefined;
  #browser: Browser | undefined;

  get running(): boolean {
    return this.#process !== undefined;
  }

  async start(): Promise<BrowserContext> {
    const own = ["--remote-debugging-port=0", `--user-data-dir=${this.#folder}`, "--hide-crash-restore-bubble"];
    const started = spawn(inject("chromium"), [...flags, ...own, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
      detached: true, // a process group of its own: all of it can be killed at once
    });
    this.#process = started;
    let address: string | undefined;
    for await (const line of createInterface(started.stderr)) {
      address = /DevTools listening on (ws:.*)/.exec(line)?.[1];
      if (address) break;
    }
    if (!address) throw new Error("the browser did not start");
    started.stderr.resume();
    this.#browser = await chromium.connectOverCDP(address);
    return this.#browser.contexts()[0]!;
  }

  /** Ends it in order, so that all is written that browsers write late, such as cookies. */
  async stop(): Promise<void> {
    const stopped = this.#process;
    if (!stopped) return;
    this.#process = undefined;
    const exited = once(stopped, "exit");
    const devtools = await this.#browser!.newBrowserCDPSession();
    await devtools.send("Browser.close").catch(() => {});
    await exited;
  }

  /** Kills it as a power cut would. */
  async kill(): Promise<void> {
    const killed = this.#process;
    if (!killed) return;
    this.#process = undefined;
    const exited = once(killed, "exit");
    process.kill(-killed.pid!, "SIGKILL");
    await exited;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
