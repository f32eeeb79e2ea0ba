import { isMod } from "./keys.ts";

/** What a key asks the list to do. */
export type Command =
  | "search"
  | "new"
  | "undo"
  | "help"
  | "up"
  | "down"
  | "first"
  | "last"
  | "extendUp"
  | "extendDown"
  | "rename"
  | "trash"
  | "move"
  | "pin"
  | "select"
  | "all"
  | "none";

const anywhere: Readonly<Record<string, Command>> = { "/": "search", "?": "help", n: "new", z: "undo" };

const inRows: Readonly<Record<string, Command>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
  F2: "rename",
  Delete: "trash",
  Backspace: "trash",
  m: "move",
  p: "pin",
  x: "select",
};

/** The command of a key; `rows` tells whether the focus is in the rows. Keys in fields and dialogs are not asked for. */
export function commandOf(event: KeyboardEvent, rows: boolean): Command | undefined {
  const { key } = event;
  if (isMod(event)) {
    if (key.toLowerCase() === "z") return "undo";
    return rows && key.toLowerCase() === "a" ? "all" : undefined;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (key === "Escape") return "none";
  if (event.shiftKey && rows && key === "ArrowUp") return "extendUp";
  if (event.shiftKey && rows && key === "ArrowDown") return "extendDown";
  if (key.length === 1 && !letterKeys.on) return undefined;
  return anywhere[key] ?? (rows && !event.shiftKey ? inRows[key] : undefined);
}

/** Whether somebody types there: keys are text then. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")
  );
}

const key = "collabd.letter-keys";

/** Whether single letters are commands. Those who speak to their computer can do without them (WCAG 2.1.4). */
export const letterKeys = {
  get on(): boolean {
    try {
      return localStorage.getItem(key) !== "off";
    } catch {
      return true;
    }
  },
  choose(on: boolean): void {
    try {
      if (on) localStorage.removeItem(key);
      else localStorage.setItem(key, "off");
    } catch {
      // No storage: they stay as they are.
    }
  },
};
