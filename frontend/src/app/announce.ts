import { h } from "./dom.ts";

const region = h("div", { class: "unseen", "aria-live": "polite" });

/** Says something to those who use a screen reader, when they have heard what is said now. */
export function announce(text: string): void {
  if (!region.isConnected) document.body.append(region);
  region.replaceChildren(h("p", {}, text)); // a new element, so that the same text is said again
}
