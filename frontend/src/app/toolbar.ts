import { button, h } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import { ariaKeys, readable } from "./keys.ts";

/** Something to press in a toolbar. */
export interface Tool {
  readonly icon: IconName;
  readonly label: string;
  /** For example `Mod+Shift+8`. */
  readonly keys?: string;
  readonly press: () => void;
  /** Whether it is pressed in now; left out for what cannot be. */
  readonly pressed?: () => boolean;
  readonly disabled?: () => boolean;
}

/** A row of tools in groups. The keyboard reaches it once and then goes along it with the arrows. */
export class Toolbar {
  readonly element: HTMLElement;
  #tools: readonly (readonly [button: HTMLButtonElement, tool: Tool])[];
  #refreshers: readonly (() => void)[];

  /** An element in a group, such as a list to choose from, stands where it is put; `refreshers` bring those up to date. */
  constructor(
    label: string,
    groups: readonly (readonly (Tool | HTMLElement)[])[],
    refreshers: readonly (() => void)[] = [],
  ) {
    const made: (readonly [HTMLButtonElement, Tool])[] = [];
    const elements = groups.map((group) =>
      h(
        "div",
        { class: "toolbar-group" },
        ...group.map((each) => {
          if (each instanceof HTMLElement) return each;
          const element = toolButton(each);
          made.push([element, each]);
          return element;
        }),
      ),
    );
    this.#tools = made;
    this.#refreshers = refreshers;
    const bar = h("div", { class: "toolbar", role: "toolbar", "aria-label": label }, ...elements);
    bar.addEventListener("keydown", (event) => this.#walk(event));
    bar.addEventListener("focusin", (event) => this.#enter(event.target));
    this.element = h("div", { class: "toolbar-row" }, bar);
    this.refresh();
    this.#enter(this.#controls()[0]);
  }

  /** Shows what is pressed in and what cannot be pressed now. */
  refresh(): void {
    for (const [element, tool] of this.#tools) {
      if (tool.pressed) element.setAttribute("aria-pressed", String(tool.pressed()));
      // Not `disabled`: a button that is pressed and has no more to undo must not lose the focus.
      if (tool.disabled) element.setAttribute("aria-disabled", String(tool.disabled()));
    }
    for (const refresh of this.#refreshers) refresh();
  }

  /** Takes all tools but one, by its label, out of use, or gives them back. */
  setInert(inert: boolean, but: string): void {
    for (const [element, { label }] of this.#tools) element.inert = inert && label !== but;
    for (const choice of this.element.querySelectorAll<HTMLElement>(".tool-choice")) choice.inert = inert;
    this.#enter(this.#controls()[0]);
  }

  #controls(): HTMLElement[] {
    const controls = [...this.element.querySelectorAll<HTMLElement>(".toolbar button.tool, .toolbar select")];
    return controls.filter((control) => !control.closest("[inert], [popover]"));
  }

  #enter(target: EventTarget | null | undefined): void {
    const controls = this.#controls();
    if (!controls.includes(target as HTMLElement)) return; // in a menu that a tool has opened
    for (const control of controls) control.tabIndex = control === target ? 0 : -1;
  }

  #walk(event: KeyboardEvent): void {
    const controls = this.#controls();
    const at = controls.indexOf(event.target as HTMLElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1 + controls.length, Home: 0, End: controls.length - 1 }[
      event.key
    ];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    controls[next % controls.length]?.focus();
  }
}

function toolButton(tool: Tool): HTMLButtonElement {
  const element = button(
    { class: "tool", label: tool.label, ...(tool.keys ? { keys: readable(tool.keys) } : {}) },
    icon(tool.icon),
  );
  if (tool.keys) element.setAttribute("aria-keyshortcuts", ariaKeys(tool.keys));
  element.addEventListener("mousedown", (event) => event.preventDefault()); // the selection in the text stays
  element.addEventListener("click", () => {
    if (element.getAttribute("aria-disabled") !== "true") tool.press();
  });
  return element;
}
