import { h } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import { moveInMenu, type Place, placeBelow } from "./popover.ts";

/** An entry of a menu. */
export interface MenuItem {
  readonly icon?: IconName | undefined;
  readonly text: string;
  /** Keys that do the same, as a person reads them. */
  readonly keys?: string | undefined;
  /** Whether it is chosen among others; undefined for an entry that only does something. */
  readonly checked?: boolean | undefined;
  /** Marks what takes something away. */
  readonly danger?: boolean;
  /** A line above. */
  readonly apart?: boolean;
  /** An address, for an entry that leads somewhere. */
  readonly href?: string;
  readonly target?: "_blank";
  readonly act?: () => void;
}

interface MenuOptions {
  /** The accessible name. */
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** Where it shows: an element, whose place is taken, or a place in the window. */
  readonly at: HTMLElement | Place;
  /** What has the focus when it closes, unless an entry gave it to something else. */
  readonly back: HTMLElement | undefined;
}

/** Shows a menu until something is chosen, Escape is pressed, or somebody clicks beside it. */
export function showMenu({ label, items, at, back }: MenuOptions): void {
  const element = h("div", { class: "popover menu", popover: "auto", role: "menu", "aria-label": label });
  const opener = at instanceof HTMLElement && at.hasAttribute("aria-haspopup") ? at : undefined;
  for (const item of items) {
    if (item.apart) element.append(h("hr", { class: "menu-line" }));
    element.append(elementOf(item, () => element.hidePopover()));
  }
  element.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the keys of the list are not meant
    if (event.key === "Tab") event.preventDefault();
    else moveInMenu(event);
  });
  element.addEventListener("toggle", (event) => {
    if (event.newState === "open") return;
    opener?.setAttribute("aria-expanded", "false");
    element.remove();
  });
  document.body.append(element);
  const first = element.querySelector('[aria-checked="true"]') ?? element.querySelector("[role^=menuitem]");
  first?.setAttribute("autofocus", "");
  element.addEventListener("beforetoggle", (event) => {
    if (event.newState === "closed" && element.contains(document.activeElement)) back?.focus({ preventScroll: true });
  });
  element.showPopover();
  opener?.setAttribute("aria-expanded", "true");
  placeBelow(element, at instanceof HTMLElement ? at.getBoundingClientRect() : at);
}

function elementOf(item: MenuItem, close: () => void): HTMLElement {
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const attributes = {
    class: `menu-item${item.danger ? " danger" : ""}`,
    role,
    "aria-checked": item.checked === undefined ? undefined : String(item.checked),
  };
  const element = item.href
    ? h("a", { ...attributes, href: item.href, target: item.target, rel: item.target && "noopener" })
    : h("button", { ...attributes, type: "button" });
  if (item.icon) element.append(icon(item.icon));
  element.append(h("span", { class: "menu-text", dir: "auto" }, item.text));
  if (item.checked) element.append(icon("tick"));
  if (item.keys) element.append(h("kbd", { "aria-hidden": "true" }, item.keys));
  element.addEventListener("click", () => {
    close();
    item.act?.();
  });
  return element;
}
