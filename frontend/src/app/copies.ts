import type { UnsentCopy } from "../client/types.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { locale, strings } from "./strings.ts";

/** What is kept of a copy; dates are milliseconds since 1970. */
interface Kept {
  readonly text: string;
  readonly at: number;
  readonly reason: string;
}

/**
 * Shows what could not be sent, until the user dismisses it. It is kept in the browser too, so that neither a reload nor a
 * crash loses it. It is a notice among others, and never in the way of reading and writing.
 */
export class Copies {
  readonly element = h("div", { class: "copies" });
  #key: string;
  #title: () => string;

  /** `title` tells the title of the document at the time. */
  constructor(id: string, title: () => string) {
    this.#key = `collabd.copies.${id}`;
    this.#title = title;
    for (const copy of this.#load()) this.#show(copy);
  }

  add(copy: UnsentCopy): void {
    const kept: Kept = { text: copy.text, at: copy.at, reason: copy.reason };
    if (kept.text === "") return; // formats and removals only: there is no text to lose
    this.#save([...this.#load(), kept]);
    this.#show(kept);
  }

  #show(copy: Kept): void {
    const text = h("textarea", { class: "copy-text", readonly: true, rows: "3", "aria-label": strings.copyLabel });
    text.value = copy.text;
    const reason = strings.copyReasons[copy.reason] ?? strings.copyOtherReason;
    const when = new Date(copy.at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
    const notice = h(
      "section",
      { class: "notice notice-copy", "aria-label": strings.copyTitle, "data-reason": copy.reason },
      icon("warning"),
      h(
        "div",
        { class: "notice-text", role: "alert" },
        h("h2", {}, strings.copyTitle),
        h("p", {}, strings.copyText(reason, when)),
      ),
      text,
      h(
        "div",
        { class: "notice-actions" },
        copyButton(text),
        button(
          { class: "secondary", onclick: () => download(copy.text, strings.copyFile(this.#title())) },
          icon("download"),
          strings.downloadButton,
        ),
        button({ class: "secondary", onclick: () => this.#dismiss(copy, notice) }, strings.dismissButton),
      ),
    );
    this.element.append(notice);
  }

  #dismiss(copy: Kept, notice: HTMLElement): void {
    this.#save(this.#load().filter((each) => each.at !== copy.at || each.text !== copy.text));
    notice.remove();
  }

  #load(): readonly Kept[] {
    try {
      const value: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "[]");
      return Array.isArray(value) ? value.filter(isKept) : [];
    } catch {
      return [];
    }
  }

  #save(copies: readonly Kept[]): void {
    try {
      if (copies.length === 0) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify(copies));
    } catch {
      // No storage, or none left: the copy stays on the page.
    }
  }
}

function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null;
  return typeof kept?.text === "string" && typeof kept.at === "number" && typeof kept.reason === "string";
}

function copyButton(text: HTMLTextAreaElement): HTMLButtonElement {
  const words = h("span", {}, strings.copyButton);
  return button(
    {
      class: "primary",
      onclick: async () => {
        text.select();
        const copied = await navigator.clipboard.writeText(text.value).then(
          () => true,
          () => false,
        );
        words.textContent = copied ? strings.copied : strings.copyFailed;
      },
    },
    icon("copy"),
    words,
  );
}

function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
