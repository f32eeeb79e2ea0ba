/**
 * A language for tests: every text of the catalogue between brackets and with accents, longer than in English. What
 * shows on a page without brackets is not from the catalogue, and what is cut off has no room for other languages.
 */
export function pseudo<Texts>(texts: Texts): Texts {
  if (typeof texts === "string") return mark(texts) as Texts;
  if (typeof texts === "function") {
    return ((...values: unknown[]) => mark((texts as unknown as (...values: unknown[]) => string)(...values))) as Texts;
  }
  return Object.fromEntries(Object.entries(texts as object).map(([name, text]) => [name, pseudo(text)])) as Texts;
}

function mark(text: string): string {
  const padding = "·".repeat(Math.ceil(text.length / 4));
  return `⟦${text.replace(/[aeiou]/g, (letter) => `${letter}\u0301`).normalize("NFC")}${padding}⟧`;
}
