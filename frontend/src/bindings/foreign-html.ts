/**
 * HTML of another page, made ready for parsing under our content security policy. The policy forbids styles and handlers
 * in the text of HTML, also in a document that is only parsed: it would block them, which loses the formats that word
 * processors write as styles, and report each one. This is for that alone; what a paste may bring in is decided later.
 */
export function disarm(html: string): string {
  return html
    .replace(/<(style|script)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) =>
      tag.replace(/\sstyle(?=\s*=)/gi, " data-style").replace(/\s(on[a-z]+\s*=)/gi, " data-$1"),
    );
}

/** Gives the elements of a parsed document the styles that `disarm` put aside, in the way that the policy allows. */
export function applyStyles(parsed: Document): void {
  for (const element of parsed.querySelectorAll<HTMLElement>("[data-style]")) {
    element.style.cssText = element.dataset.style ?? "";
  }
}
