import type { BrowserContext, CDPSession, Page } from "playwright-core";
import type { TextEditor } from "../../src/bindings/codemirror.ts";
import type { RichEditor } from "../../src/bindings/quill.ts";
import type { Status } from "../../src/client/types.ts";
import type { Op } from "../../src/ot/op.ts";
import type { Words } from "./ledger.ts";
import type { Moment, Way } from "./plan.ts";

/** How long a page may take to show its document, or what was typed, in milliseconds; then it is a fault. */
const patience = 30_000;

declare global {
  interface Window {
    /** While these are set, the storage fails. */
    storageBroken?: boolean;
    diskFull?: boolean;
  }
}

/** One page with the document, in a person's browser. It types, tells how it is, and dies in many ways. */
export class Tab {
  readonly line: string;
  page: Page | undefined;
  frozen = false;
  /** Its process has died. */
  crashed = false;
  /** What is left of a page that crashed is closed. */
  cleared: Promise<void> | undefined;
  /** Errors of its pages. */
  readonly complaints: string[] = [];
  #devtools: CDPSession | undefined;
  #url: string;

  constructor(number: number, url: string) {
    this.line = lineOf(number);
    this.#url = url;
  }

  get alive(): boolean {
    return this.page !== undefined;
  }

  async open(context: BrowserContext): Promise<void> {
    await this.adopt(await context.newPage(), () => this.page!.goto(this.#url));
  }

  /** Opens it again beside itself, as the browser's "duplicate" does, and returns the new page. */
  async duplicate(context: BrowserContext): Promise<Page> {
    const opened = context.waitForEvent("page");
    await this.page!.evaluate(() => void window.open(location.href)); // takes sessionStorage along
    return opened;
  }

  async adopt(page: Page, go?: () => Promise<unknown>): Promise<void> {
    this.page = page;
    this.frozen = false;
    this.crashed = false;
    page.on("crash", () => {
      this.crashed = true;
    });
    page.setDefaultTimeout(patience);
    page.on("dialog", (dialog) => void dialog.accept().catch(() => {}));
    page.on("pageerror", (error) => this.complaints.push(`${this.line} ${error.stack ?? error.message}`));
    this.#devtools = await page.context().newCDPSession(page);
    await go?.();
    await page.waitForSelector("body[data-ready]");
  }

  /** Once pages can start without a server. */
  async prepared(): Promise<void> {
    await this.page!.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
  }

  async status(): Promise<Status> {
    return this.page!.evaluate(() => window.collabd!.collab.status);
  }

  async words(): Promise<Words> {
    return this.page!.evaluate(() => {
      const { collab } = window.collabd!;
      const { state, unsent, unkept = false } = collab.status;
      return {
        saved: unsent === 0 && (state === "saved" || state === "connected"),
        kept: collab.kept,
        unkept,
      };
    });
  }

  /** The last words before it dies. "kept" waits until what was typed is stored, or the page says that it cannot be. */
  async lastWords(at: Moment): Promise<Words> {
    if (at === "kept") {
      await this.page!.waitForFunction(() => {
        const { kept, status } = window.collabd!.collab;
        return kept || status.unsent === 0 || status.unkept === true;
      });
    }
    return this.words();
  }

  text(): Promise<string> {
    return this.page!.evaluate(() => window.collabd!.text());
  }

  /** What can be told of it when something went wrong. */
  async shown(): Promise<string> {
    if (this.frozen || this.crashed) return this.frozen ? "(asleep)" : "(crashed)";
    const shown = async () => `${JSON.stringify(await this.text())} ${JSON.stringify(await this.status())}`;
    return shown().catch((error: unknown) => String(error));
  }

  delta(): Promise<Op> {
    return this.page!.evaluate(() => window.collabd!.delta());
  }

  /** What the page shows as unsent and kept. */
  copies(): Promise<string> {
    return this.page!.locator(".copy-text").evaluateAll((all) =>
      all.map((copy) => (copy as HTMLTextAreaElement).value).join("\n"),
    );
  }

  /** Whether one may type here; a page that is gone says nothing. */
  writable(): Promise<boolean> {
    const look = () => document.querySelector<HTMLElement>(".ql-editor, .cm-content")?.isContentEditable === true;
    return this.page!.evaluate(look).catch(() => true);
  }

  async type(mark: string, way: Way, line: string): Promise<void> {
    const { keyboard } = this.page!;
    await this.#select(line, line === this.line ? "end" : "start");
    if (way === "keys") await keyboard.type(mark);
    else if (way === "insert") await keyboard.insertText(mark);
    else await this.page!.evaluate(paste, mark);
    await this.sees(mark);
  }

  /** Puts this in front of everything. */
  async write(text: string): Promise<void> {
    await this.page!.click(".ql-editor, .cm-content");
    await this.page!.keyboard.press("Control+Home");
    await this.page!.evaluate(paste, `${text}\n`);
  }

  /** Whether the mark was there. */
  async remove(mark: string): Promise<boolean> {
    if (!(await this.#select(mark, "all"))) return false;
    await this.page!.keyboard.press("Backspace");
    await this.sees(mark, false);
    return true;
  }

  async format(mark: string): Promise<void> {
    if (await this.#select(mark, "all")) await this.page!.keyboard.press("Control+B");
  }

  async settle(): Promise<void> {
    await this.page!.waitForSelector('.status[data-state="saved"][data-unsent="0"], .status[data-state="connected"]');
  }

  async crash(): Promise<void> {
    const crashed = this.page!.waitForEvent("crash");
    void this.#devtools!.send("Page.crash").catch(() => {});
    await crashed;
  }

  async close(): Promise<void> {
    const page = this.page!;
    this.gone();
    await page.close();
  }

  async reload(): Promise<void> {
    await this.page!.reload();
    await this.page!.waitForSelector("body[data-ready]");
  }

  /** Its page is no more; what is left of one that crashed is closed. */
  gone(): void {
    if (this.crashed) this.cleared = this.page?.close().catch(() => {});
    this.page = undefined;
    this.frozen = false;
    this.crashed = false;
  }

  async freeze(frozen: boolean): Promise<void> {
    await this.#devtools!.send("Page.setWebLifecycleState", { state: frozen ? "frozen" : "active" });
    this.frozen = frozen;
  }

  /**
   * Leaves no room on the disk, or as much as there was: transactions that write are taken back a moment later, as browsers
   * do it. (They have a switch for testing this, but look at the quota only every half a minute.)
   */
  async fill(full: boolean): Promise<void> {
    await this.page!.evaluate((now) => {
      if (window.diskFull === undefined) {
        for (const name of ["put", "add"] as const) {
          const real = IDBObjectStore.prototype[name];
          IDBObjectStore.prototype[name] = function (...parameters) {
            const request = real.apply(this, parameters);
            const { transaction } = this;
            const takeBack = (): void => {
              try {
                transaction.abort();
              } catch {
                // It has failed for another reason.
              }
            };
            if (window.diskFull) queueMicrotask(takeBack);
            return request;
          };
        }
      }
      window.diskFull = now;
    }, full);
  }

  /** Makes the storage throw whatever is asked of it, or work as before. */
  async breakStorage(broken: boolean): Promise<void> {
    await this.page!.evaluate((now) => {
      if (window.storageBroken === undefined) {
        const real = IDBDatabase.prototype.transaction;
        IDBDatabase.prototype.transaction = function (...parameters) {
          if (window.storageBroken) throw new DOMException("it is broken", "UnknownError");
          return real.apply(this, parameters);
        };
      }
      window.storageBroken = now;
    }, broken);
  }

  async jump(hours: number): Promise<void> {
    await this.page!.evaluate((ms) => {
      const real = Date.now;
      Date.now = () => real() + ms;
    }, hours * 3_600_000);
  }

  /** Waits until the text holds this, or does not. */
  async sees(mark: string, there = true): Promise<void> {
    await this.page!.waitForFunction(([wanted, is]) => window.collabd!.text().includes(wanted) === is, [
      mark,
      there,
    ] as const);
  }

  /** Selects what begins so, all of it or a place on its line. Returns whether it is there. */
  #select(start: string, what: "all" | "start" | "end"): Promise<boolean> {
    return this.page!.evaluate(
      ([wanted, where]) => {
        const { editor, text } = window.collabd!;
        const whole = text();
        const found = whole.indexOf(wanted);
        const lineEnd = whole.indexOf("\n", Math.max(0, found));
        const end = lineEnd < 0 ? whole.length : lineEnd;
        let range: readonly [number, number] = [found, found + wanted.length];
        if (where === "start" && found >= 0) range = [found + wanted.length, found + wanted.length];
        if (where === "end" || found < 0) range = [end, end];
        editor.focus();
        const { quill } = editor as RichEditor;
        if (quill) quill.setSelection(range[0], range[1] - range[0], "user");
        else (editor as TextEditor).view.dispatch({ selection: { anchor: range[0], head: range[1] } });
        return found >= 0;
      },
      [start, what] as const,
    );
  }
}

/**
 * What a tab's line begins with. Right behind this types everybody; then comes a "|", and the tab itself types at the end
 * of the line: so never two at one place, where letters of marks would rightly mix.
 */
export function lineOf(tab: number): string {
  return `t${tab}:`;
}

function paste(text: string): void {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.activeElement!.dispatchEvent(event);
}
