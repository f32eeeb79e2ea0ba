import type { Places } from "../bindings/places.ts";

/** How far above the keyboard the line that one types in stays, in CSS pixels. */
const margin = 16;

/**
 * Keeps the caret above a keyboard on the screen. Some browsers lay the page out anew when it comes (editor.html asks for
 * that); others only cover the page, and tell so by the visual viewport. There the page gets room at its end, so that its
 * last lines can be scrolled up, and the line of the caret is scrolled into what is left.
 */
export function keepAboveKeyboard(places: Places): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const look = (): void => {
    if (viewport.scale > 1.01) return; // zoomed in by the user: what is out of sight then is their choice
    const covered = Math.max(0, innerHeight - viewport.height - viewport.offsetTop);
    document.documentElement.style.setProperty("--keyboard", `${Math.round(covered)}px`);
    const caret = covered > 0 ? places.caret() : undefined;
    const end = viewport.offsetTop + viewport.height - margin;
    if (caret && caret.bottom > end) scrollBy({ top: caret.bottom - end, behavior: "instant" });
  };
  viewport.addEventListener("resize", look);
  places.onChange(look);
}
