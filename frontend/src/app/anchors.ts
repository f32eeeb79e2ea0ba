import type { Places, Section } from "../bindings/places.ts";

/** The most characters of a heading that are in its address. */
const slugMost = 60;

/**
 * The names of sections in an address, in order: what is written in the heading, and a number where one is written
 * twice. So an address stays right while text around the heading changes.
 */
export function slugsOf(sections: readonly Section[]): readonly string[] {
  const taken = new Set<string>();
  return sections.map(({ text }) => {
    const slug = slugOf(text);
    let name = slug;
    for (let count = 2; taken.has(name); count++) name = `${slug}-${count}`;
    taken.add(name);
    return name;
  });
}

function slugOf(text: string): string {
  const words = text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, "-");
  return (
    [...words]
      .slice(0, slugMost)
      .join("")
      .replace(/^-+|-+$/g, "") || "section"
  );
}

/** The address of a section of this page. */
export function sectionAddress(slug: string): string {
  return addressOf(`h-${slug}`);
}

/** The address of a line; the first one is 1. */
export function lineAddress(line: number): string {
  return addressOf(`L${line}`);
}

function addressOf(fragment: string): string {
  const url = new URL(location.href);
  url.hash = fragment;
  return url.href;
}

/** The position that a fragment such as `#h-aims` or `#L12` leads to, if there is such a place. */
export function placeOf(fragment: string, places: Places): number | undefined {
  const line = /^#L(\d{1,9})$/.exec(fragment)?.[1];
  if (line !== undefined) return places.line(Number(line));
  const name = /^#h-(.+)$/.exec(fragment)?.[1];
  if (name === undefined) return undefined;
  const sections = places.sections();
  const slug = decoded(name);
  return sections[slugsOf(sections).indexOf(slug)]?.at;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
