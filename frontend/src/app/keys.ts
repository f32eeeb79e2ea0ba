const mac = /Mac|iPhone|iPad/i.test(navigator.platform);

/** Keys as a person on this machine reads them; `Mod` is Cmd or Ctrl. For example `Mod+Shift+8`. */
export function readable(keys: string): string {
  const names: Readonly<Record<string, string>> = mac
    ? { Mod: "⌘", Shift: "⇧", Alt: "⌥" }
    : { Mod: "Ctrl", Shift: "Shift", Alt: "Alt" };
  return keys
    .split("+")
    .map((key) => names[key] ?? key)
    .join(mac ? "" : "+");
}

/** Keys as the attribute aria-keyshortcuts has them. */
export function ariaKeys(keys: string): string {
  return keys.replace("Mod", mac ? "Meta" : "Control");
}

/** Whether Cmd or Ctrl, as this machine has it, is held, without other modifiers. */
export function isMod(event: KeyboardEvent): boolean {
  return (mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey) && !event.altKey && !event.shiftKey;
}
