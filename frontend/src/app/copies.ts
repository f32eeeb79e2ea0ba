import { dismissCopy, keptCopies } from "../client/browser.ts";
import type { UnsentCopy } from "../client/types.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { locale, strings } from "./strings.ts";

type Shown = Pick<UnsentCopy, "id" | "text" | "at" | "reason">;

/**
 * Shows what could not be sent, until the user dismisses it. It is kept in the journal of the client library, so that
 * neither a reload nor a crash loses it. It is a notice among others, and never in the way of reading and writing.
 */
export class Copies {
  readonly element = h("div", { class: "copies" });
  readonly #id: string;
  readonly #title: () => string;
  readonly #shown = new Map<string, HTMLElement>();

  /** `title` tells the title of the document at the time. */
  constructor(id: string, title: () => string) {
    this.#id = id;
    this.#title = title;
  }

  /** Shows what is kept for the present user, and nobody else's: to be called when it is known who that is. */
  async showKept(): Promise<void> {
    const kept = await keptCopies(this.#id);
    for (const copy of kept) this.add(copy);
  }

  add(copy: Shown): void {
    if (copy.text === "" || this.#shown.has(copy.id)) return; // formats and removals only: there is no text to lose
    this.#show(copy);
  }

  #show(copy: Shown): void {
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
    this.#shown.set(copy.id, notice);
    this.element.append(notice);
  }

  #dismiss(copy: Shown, notice: HTMLElement): void {
    void dismissCopy(copy, this.#id);
    notice.remove();
  }
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
