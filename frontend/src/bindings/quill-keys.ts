import type Quill from "quill/core";
import type { Context } from "quill/modules/keyboard.js";

interface Keyboard {
  readonly quill: Quill;
}

/** Toggles a format of the text or line; with a value, sets that and takes it away again. */
function toggle(name: string, value: unknown = true) {
  return function (this: Keyboard, _range: unknown, context: Context): void {
    this.quill.format(name, context.format[name] === value ? false : value, "user");
  };
}

const shift = { shortKey: true, shiftKey: true };
const alt = { shortKey: true, altKey: true };

/**
 * Keys beside those that Quill has. Digits go by their key, not by what Shift makes of it, which differs from keyboard to
 * keyboard. `null` takes one of Quill's away: a Tab in plain text must lead on to the next control, not be typed.
 */
export const keyBindings: Record<string, unknown> = {
  tab: null,
  "list autofill": null, // quill-shortcuts.ts knows these marks and more
  strike: { key: ["x", "X"], ...shift, handler: toggle("strike") },
  code: { key: "e", shortKey: true, handler: toggle("code") },
  ordered: { key: 55, ...shift, handler: toggle("list", "ordered") },
  bullet: { key: 56, ...shift, handler: toggle("list", "bullet") },
  checklist: { key: 57, ...shift, handler: toggle("list", "unchecked") },
  paragraph: { key: 48, ...alt, handler: toggle("header", false) },
  heading1: { key: 49, ...alt, handler: toggle("header", 1) },
  heading2: { key: 50, ...alt, handler: toggle("header", 2) },
  heading3: { key: 51, ...alt, handler: toggle("header", 3) },
};

/**
 * Lets the keyboard leave the text: where Tab indents, in lists and code, it leads on to the next control right after
 * Escape, as it does everywhere else.
 */
export function leaveByEscape(root: HTMLElement): void {
  let leaving = false;
  root.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Tab" && leaving) event.stopImmediatePropagation(); // Quill does not hear of it
      if (event.key !== "Shift") leaving = event.key === "Escape" && !event.isComposing;
    },
    { capture: true },
  );
  root.addEventListener("blur", () => {
    leaving = false;
  });
}
