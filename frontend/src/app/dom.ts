type Child = Node | string | false | undefined;

interface Attributes {
  readonly class?: string;
  readonly [name: string]: string | boolean | undefined;
}

/** An element with attributes and children; `true` sets an attribute without value, `false` leaves it out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return element;
}

interface ButtonOptions {
  readonly class: string;
  /** The accessible name, for a button that shows no text. */
  readonly label?: string;
  /** Keys that do the same, as a person reads them. */
  readonly keys?: string;
  readonly onclick?: () => void;
}

/** A button; one with a label has it as its tooltip too. */
export function button(options: ButtonOptions, ...children: readonly Child[]): HTMLButtonElement {
  const element = h("button", { type: "button", class: options.class, "aria-label": options.label }, ...children);
  if (options.label !== undefined) setTip(element, options.label, options.keys);
  if (options.onclick) element.addEventListener("click", options.onclick);
  return element;
}

/** Gives an element a tooltip, which tooltip.ts shows. */
export function setTip(element: HTMLElement, text: string, keys?: string): void {
  element.dataset.tip = text;
  if (keys !== undefined) element.dataset.keys = keys;
}

/** Calls `call` once, when it has not been asked to for `delay` milliseconds. */
export function debounce(delay: number, call: () => void): { (): void; flush(): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const flush = (): void => {
    if (timer === undefined) return;
    cancel();
    call();
  };
  const later = (): void => {
    cancel();
    timer = setTimeout(flush, delay);
  };
  return Object.assign(later, { flush, cancel });
}

/** Calls `call` once, `delay` milliseconds after it was first asked to; what it is asked to meanwhile is done by that. */
export function soon(delay: number, call: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      call();
    }, delay);
  };
}
