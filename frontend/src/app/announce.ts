import { h } from "./dom.ts";

/** Where announcements are put. A page has it from the start: what comes together with its region is not said. */
export const announcements = h("div", { class: "unseen", "aria-live": "polite" });

/** Says something to those who use a screen reader, when they have heard what is said now. */
export function announce(text: string): void {
  announcements.replaceChildren(h("p", {}, text)); // a new element, so that the same text is said again
}
