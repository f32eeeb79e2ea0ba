import { inkOn } from "../bindings/peers.ts";
import { h } from "./dom.ts";

/**
 * A person as a round mark of their colour with their initials; decoration, since it says no name. The initials are drawn
 * by the style sheet: as text in a button they would have to be part of its name.
 */
export function avatar(person: { readonly name: string; readonly color: string }): HTMLSpanElement {
  const mark = h("span", { class: "avatar", "aria-hidden": "true", "data-initials": initials(person.name) });
  mark.style.backgroundColor = person.color;
  mark.style.color = inkOn(person.color);
  return mark;
}

/** The first letters of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return letters.map((word) => firstLetter(word).toLocaleUpperCase()).join("") || "?";
}

function firstLetter(word: string): string {
  const [first] = new Intl.Segmenter().segment(word);
  return first?.segment ?? "";
}
