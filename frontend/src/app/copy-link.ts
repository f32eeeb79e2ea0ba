import { announce } from "./announce.ts";
import { setTip } from "./dom.ts";
import { strings } from "./strings.ts";

/** How long a button says that it has copied, in milliseconds. */
const shown = 2000;

/** Puts an address into the clipboard, and says at the button whether it is there. */
export async function copyLink(address: string, at?: HTMLElement): Promise<void> {
  const copied = await navigator.clipboard.writeText(address).then(
    () => true,
    () => false,
  );
  const text = copied ? strings.placeCopied : strings.placeNotCopied(address);
  announce(text);
  if (!at) return;
  const before = at.dataset.tip ?? "";
  at.dataset.said = text;
  setTip(at, text);
  setTimeout(() => {
    delete at.dataset.said;
    setTip(at, before);
  }, shown);
}
