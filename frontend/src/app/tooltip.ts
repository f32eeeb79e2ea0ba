import { h } from "./dom.ts";
import { placeBelow } from "./popover.ts";

const delay = 450;

/**
 * Shows the tooltips that dom.ts gives to elements, with the keys that do the same, when the pointer rests on one or the
 * keyboard reaches it. A screen reader has the same from the name and aria-keyshortcuts, so it is hidden from those.
 */
export function showTooltips(): void {
  const text = h("span");
  const keys = h("kbd");
  const tip = h("div", { class: "tooltip", popover: "manual", "aria-hidden": "true" }, text, keys);
  document.body.append(tip);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const hide = (): void => {
    clearTimeout(timer);
    if (tip.matches(":popover-open")) tip.hidePopover();
  };
  const show = (target: HTMLElement): void => {
    if (!target.isConnected || !target.dataset.tip || target.getAttribute("aria-expanded") === "true") return;
    text.textContent = target.dataset.tip;
    keys.textContent = target.dataset.keys ?? "";
    keys.hidden = !target.dataset.keys;
    tip.showPopover();
    const { left, right, top, bottom } = target.getBoundingClientRect();
    const half = tip.getBoundingClientRect().width / 2;
    const middle = (left + right) / 2;
    placeBelow(tip, { left: middle - half, right: middle + half, top, bottom });
  };
  const targetOf = (event: Event): HTMLElement | null =>
    event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null;

  document.addEventListener("pointerover", (event) => {
    const target = targetOf(event);
    if (event.pointerType !== "mouse") return;
    hide();
    if (target) timer = setTimeout(() => show(target), delay);
  });
  document.addEventListener("focusin", (event) => {
    const target = targetOf(event);
    hide();
    // Not now: the focus may be going into a popover that is just being shown, and one cannot show two at once.
    if (target?.matches(":focus-visible")) timer = setTimeout(() => show(target));
  });
  for (const type of ["focusout", "pointerdown", "keydown", "scroll"]) {
    document.addEventListener(type, hide, { capture: true, passive: true });
  }
}
