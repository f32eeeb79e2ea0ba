import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { strings } from "./strings.ts";

/** How long a toast stays, in milliseconds; the time does not run while somebody points at it or has the focus in it. */
const stays = 10_000;
/** The most toasts at a time; the oldest goes for a new one. Its undoing can still be had by the keys. */
const most = 4;
/** The most undoings that are remembered. */
const mostUndoings = 50;

interface Undoing {
  readonly undo: () => void;
  readonly toast: HTMLElement;
}

/** Short notices at the foot of the page, one above the other, each with a way to undo what it tells of. */
export class Toasts {
  readonly element = h("div", { class: "toasts", role: "status", "aria-label": strings.toasts });
  #undoings: Undoing[] = [];

  /** Says what was done, and offers to undo it. */
  show(text: string, undo?: () => void): void {
    const close = button({ class: "icon-button", label: strings.close }, icon("close"));
    const toast = h("div", { class: "toast" }, h("p", {}, text));
    if (undo) {
      const undoing = { undo, toast };
      toast.append(button({ class: "toast-undo", onclick: () => this.#undo(undoing) }, strings.undo));
      this.#undoings = [...this.#undoings, undoing].slice(-mostUndoings);
    }
    toast.append(close);
    close.addEventListener("click", () => this.#leave(toast));
    this.element.append(toast);
    while (this.element.childElementCount > most) this.element.firstElementChild!.remove();
    this.#runOut(toast);
  }

  /** Undoes what was done last; false when there is nothing to undo. */
  undoLast(): boolean {
    const last = this.#undoings.at(-1);
    if (last) this.#undo(last);
    return last !== undefined;
  }

  #undo(undoing: Undoing): void {
    this.#undoings = this.#undoings.filter((each) => each !== undoing);
    this.#leave(undoing.toast);
    undoing.undo();
  }

  #runOut(toast: HTMLElement): void {
    let left = stays;
    let since = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = (): void => {
      if (timer !== undefined || toast.matches(":hover, :focus-within") || document.hidden) return;
      since = Date.now();
      timer = setTimeout(() => this.#leave(toast), left);
    };
    const pause = (): void => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      left = Math.max(1_000, left - (Date.now() - since));
    };
    toast.addEventListener("pointerenter", pause);
    toast.addEventListener("focusin", pause);
    toast.addEventListener("pointerleave", () => requestAnimationFrame(run));
    toast.addEventListener("focusout", () => requestAnimationFrame(run));
    const look = (): void => {
      if (!toast.isConnected) document.removeEventListener("visibilitychange", look);
      else if (document.hidden) pause();
      else run();
    };
    document.addEventListener("visibilitychange", look);
    run();
  }

  #leave(toast: HTMLElement): void {
    if (toast.contains(document.activeElement)) document.querySelector<HTMLElement>('.row-link[tabindex="0"]')?.focus();
    toast.remove();
  }
}
