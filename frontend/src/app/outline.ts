import type { Places, Section } from "../bindings/places.ts";
import { sectionAddress, slugsOf } from "./anchors.ts";
import { copyLink } from "./copy-link.ts";
import { button, h, soon } from "./dom.ts";
import { icon } from "./icons.ts";
import { popoverOf } from "./popover.ts";
import { strings } from "./strings.ts";

/** How long after a change the outline is read again, in milliseconds. */
const pause = 250;
/** Below the chrome, in CSS pixels: where a section is put, and from where on it is the current one. */
const lead = 16;
const key = "collabd.outline";
const coarse = matchMedia("(pointer: coarse)");
/** From here on there is room for the outline beside the text; outline.css has the same. */
const wide = matchMedia("(min-width: 1180px)");

/**
 * The outline of the document: beside the text where there is room, else in a popover. It follows the text as it changes
 * and scrolls, marks the section that one reads, and leads to the others.
 */
export class Outline {
  /** Opens and closes it. */
  readonly control: HTMLElement;
  /** The panel beside the text. */
  readonly panel = h("aside", { class: "outline-panel", id: "outline", "aria-label": strings.outline });
  #list = h("ol", { class: "outline-list" });
  #empty = h("p", { class: "outline-empty" }, strings.outlineEmpty);
  #content = h("nav", { class: "outline", "aria-label": strings.outline }, this.#empty, this.#list);
  #toggle = button({ class: "icon-button outline-toggle", label: strings.outline }, icon("outline"));
  #opener = button({ class: "icon-button outline-opener", label: strings.outline }, icon("outline"));
  #popover = popoverOf(this.#opener, {
    label: strings.outline,
    role: "dialog",
    class: "outline-popover",
    fill: (element) => this.#fill(element),
  });
  #viewTop: () => number;
  #places: Places | undefined;
  #sections: readonly Section[] = [];
  #slugs: readonly string[] = [];
  #chosen: { readonly index: number; readonly scroll: number } | undefined;

  /** `viewTop` tells where the text begins to be in sight, in CSS pixels. */
  constructor(viewTop: () => number) {
    this.#viewTop = viewTop;
    this.control = h("div", { class: "outline-control" }, this.#toggle, this.#opener, this.#popover.element);
    this.#toggle.setAttribute("aria-controls", "outline");
    this.#toggle.addEventListener("click", () => this.#open(this.panel.hidden !== false));
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    this.#list.addEventListener("keydown", moveInList);
    wide.addEventListener("change", () => this.#place());
    this.#open(stored());
  }

  /** Shows the outline of this text from now on. */
  show(places: Places): void {
    this.#places = places;
    const later = soon(pause, () => this.#read());
    places.onChange(() => this.#visible && later());
    let asked = false;
    addEventListener(
      "scroll",
      () => {
        if (asked || !this.#visible) return;
        asked = true;
        requestAnimationFrame(() => {
          asked = false;
          this.#mark();
        });
      },
      { passive: true },
    );
    this.#read();
  }

  get #visible(): boolean {
    return this.#popover.open || (wide.matches && !this.panel.hidden);
  }

  #open(open: boolean): void {
    this.panel.hidden = !open;
    this.#toggle.setAttribute("aria-expanded", String(open));
    try {
      if (open) localStorage.removeItem(key);
      else localStorage.setItem(key, "closed");
    } catch {
      // No storage: the choice lasts as long as the page.
    }
    this.#place();
    if (open) this.#read();
  }

  /** The list is one element, in the panel or in the popover. */
  #place(): void {
    if (wide.matches) {
      if (this.#popover.open) this.#popover.hide();
      this.panel.replaceChildren(h("h2", {}, strings.outline), this.#content);
    }
  }

  #fill(element: HTMLElement): HTMLElement | undefined {
    element.replaceChildren(h("h2", {}, strings.outline), this.#content);
    this.#read();
    return this.#list.querySelector<HTMLElement>("[aria-current], button") ?? undefined;
  }

  #read(): void {
    if (!this.#places) return;
    this.#sections = this.#places.sections();
    this.#slugs = slugsOf(this.#sections);
    this.panel.classList.toggle("empty", this.#sections.length === 0);
    this.#empty.hidden = this.#sections.length > 0;
    const highest = this.#sections.reduce((level, section) => Math.min(level, section.level), 6);
    // Items are kept: one of them may have the focus.
    while (this.#list.children.length > this.#sections.length) this.#list.lastChild?.remove();
    for (const [index, { text, level }] of this.#sections.entries()) {
      const item = (this.#list.children[index] as HTMLElement | undefined) ?? this.#list.appendChild(newItem());
      item.dataset.level = String(Math.min(level - highest + 1, 4));
      const [go, copy] = item.children as unknown as [HTMLElement, HTMLElement];
      if (go.textContent !== text) {
        go.textContent = text;
        copy.setAttribute("aria-label", strings.copySectionLink(text));
      }
    }
    this.#mark();
  }

  #mark(): void {
    const current = this.#current();
    for (const [index, item] of [...this.#list.children].entries()) {
      const go = item.firstElementChild!;
      if (index !== current) go.removeAttribute("aria-current");
      else if (!go.hasAttribute("aria-current")) {
        go.setAttribute("aria-current", "true");
        if (wide.matches) keepInSight(this.panel, item);
      }
    }
  }

  #current(): number {
    if (this.#chosen?.scroll === scrollY) return this.#chosen.index; // the last ones cannot come to the top
    const position = this.#places?.below(this.#viewTop() + 2 * lead);
    if (position === undefined) return -1;
    return this.#sections.findLastIndex(({ at }) => at <= position);
  }

  #clicked(event: Event): void {
    const clicked = event.target instanceof Element ? event.target.closest("button") : null;
    const index = clicked ? [...this.#list.children].indexOf(clicked.parentElement!) : -1;
    const section = this.#sections[index];
    if (!clicked || !section) return;
    if (clicked.classList.contains("outline-copy")) {
      void copyLink(sectionAddress(this.#slugs[index]!), clicked);
      return;
    }
    if (this.#popover.open) this.#popover.hide();
    this.#places?.scrollTo(section.at, this.#viewTop() + lead);
    if (!coarse.matches) this.#places?.select(section.at); // on a touch screen a keyboard would come up
    this.#chosen = { index, scroll: scrollY };
    history.replaceState(history.state, "", sectionAddress(this.#slugs[index]!));
    this.#mark();
  }
}

function newItem(): HTMLElement {
  return h(
    "li",
    { class: "outline-item" },
    button({ class: "outline-go" }),
    button({ class: "icon-button outline-copy", label: strings.copySectionLink("") }, icon("link")),
  );
}

function keepInSight(panel: HTMLElement, item: Element): void {
  const outer = panel.getBoundingClientRect();
  const inner = item.getBoundingClientRect();
  if (inner.top < outer.top) panel.scrollTop -= outer.top - inner.top + lead;
  else if (inner.bottom > outer.bottom) panel.scrollTop += inner.bottom - outer.bottom + lead;
}

function moveInList(event: KeyboardEvent): void {
  const list = event.currentTarget as HTMLElement;
  const column = [...list.querySelectorAll<HTMLElement>(".outline-go")];
  const at = column.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: column.length - 1 }[event.key];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  column[next]?.focus();
}

function stored(): boolean {
  try {
    return localStorage.getItem(key) !== "closed";
  } catch {
    return true;
  }
}
