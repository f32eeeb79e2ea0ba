import { ApiError } from "./api.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import type { ListState } from "./list-state.ts";
import { strings } from "./strings.ts";
import { timeAgo } from "./time.ts";

/** What the list has to say about itself: that the server is away, or that something was refused. */
export class Notices {
  readonly element = h("div", { class: "list-notices" });
  #away = h("div", { role: "status" });
  #problem = h("div", { role: "alert" });
  #retry: () => void;
  #shown: string | undefined;

  /** `retry` asks the server again. */
  constructor(retry: () => void) {
    this.#retry = retry;
    this.element.append(this.#away, this.#problem);
  }

  render({ phase, asOf }: ListState, now: number): void {
    const text =
      phase === "offline" ? (asOf > 0 ? strings.listOffline(timeAgo(asOf, now)) : strings.listAway) : undefined;
    if (text === this.#shown) return;
    this.#shown = text;
    this.#away.replaceChildren();
    if (text === undefined) return;
    this.#away.append(
      h(
        "div",
        { class: "notice notice-offline" },
        icon("warning"),
        h("p", {}, text),
        button({ class: "secondary", onclick: this.#retry }, strings.retry),
      ),
    );
  }

  /** Says what did not work, until it is closed or something else does not. */
  fail(text: string, error: unknown): void {
    const detail = error instanceof ApiError && error.status > 0 ? ` ${error.message}` : "";
    const away = error instanceof ApiError && error.status === 0 ? ` ${strings.serverAway}` : "";
    const close = button({ class: "icon-button", label: strings.close }, icon("close"));
    close.addEventListener("click", () => this.#problem.replaceChildren());
    this.#problem.replaceChildren(
      h("div", { class: "notice notice-error" }, icon("warning"), h("p", {}, `${text}${detail || away}`), close),
    );
  }
}
