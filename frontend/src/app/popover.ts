import { h } from "./dom.ts";

/** Something over the page that goes away at Escape and at a click beside it. */
export interface Popover {
  readonly element: HTMLElement;
  readonly open: boolean;
  show(): void;
  hide(): void;
}

interface PopoverOptions {
  /** The accessible name. */
  readonly label: string;
  readonly role: "dialog" | "menu" | "group";
  readonly class?: string;
  /** Fills it each time that it is shown; returns what gets the focus. */
  readonly fill: (element: HTMLElement) => HTMLElement | undefined;
}

/** A popover that `anchor` opens and closes, below it and within the window. Closing gives the focus back to it. */
export function popoverOf(anchor: HTMLButtonElement, options: PopoverOptions): Popover {
  const element = h("div", {
    class: `popover ${options.class ?? ""}`,
    popover: "auto",
    role: options.role,
    "aria-label": options.label,
  });
  anchor.after(element);
  anchor.popoverTargetElement = element;
  anchor.setAttribute("aria-haspopup", options.role === "menu" ? "menu" : "dialog");
  anchor.setAttribute("aria-expanded", "false");

  element.addEventListener("beforetoggle", (event) => {
    // By the attribute the focus is there at once; after "toggle", the next key might come before it.
    if (event.newState === "open") options.fill(element)?.setAttribute("autofocus", "");
  });
  element.addEventListener("toggle", (event) => {
    const open = event.newState === "open";
    anchor.setAttribute("aria-expanded", String(open));
    if (open) placeBelow(element, anchor.getBoundingClientRect());
  });
  if (options.role === "menu") element.addEventListener("keydown", moveInMenu);
  return {
    element,
    get open() {
      return element.matches(":popover-open");
    },
    show: () => element.showPopover(),
    hide: () => element.hidePopover(),
  };
}

/** A place in the window, in CSS pixels. */
export interface Place {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Puts a shown, fixed element below a place, its right edge at the place's if there is no room to the right. */
export function placeBelow(element: HTMLElement, place: Place): void {
  const gap = 6;
  const edge = 8;
  const { width, height } = element.getBoundingClientRect();
  const left = place.left + width > innerWidth - edge ? place.right - width : place.left;
  const above = place.bottom + gap + height > innerHeight - edge && place.top - gap - height > edge;
  element.style.left = `${Math.max(edge, Math.min(left, innerWidth - edge - width))}px`;
  element.style.top = `${above ? place.top - gap - height : place.bottom + gap}px`;
}

/** Up and down, Home and End go through the entries of the menu that listens. */
export function moveInMenu(event: KeyboardEvent): void {
  const menu = event.currentTarget as HTMLElement;
  const items = [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined || items.length === 0) return;
  event.preventDefault();
  items[next % items.length]?.focus();
}
