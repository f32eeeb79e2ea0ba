/**
 * HTML of another page, made ready for parsing under our content security policy. The policy forbids styles and handlers
 * in the text of HTML, also in a document that is only parsed: it would block them, which loses the formats that word
 * processors write as styles, and report each one. This is for that alone; what a paste may bring in is decided later.
 */
export function disarm(html: string): string {
  return html
    .replace(/<(?:base|meta|link)\b[^>]*>/gi, "")
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

/**
 * Makes lines of tables, which a document does not have: a row is a line, and tabs stand between its cells, so that no text
 * is lost and a spreadsheet takes it back. A table of one column is how mails are laid out: what is in it stays as it is.
 */
export function unfoldTables(parsed: Document): void {
  for (const table of parsed.querySelectorAll("table")) {
    const rows = [...table.rows];
    if (!table.isConnected || rows.every((row) => row.cells.length <= 1)) continue;
    table.replaceWith(...rows.map((row) => lineOf(parsed, row)));
  }
}

/** The elements that unfoldTables leaves for tabs: the text of HTML cannot hold any. */
export const tab = "span[data-tab]";

const blocks = "p, div, br, ul, ol, table, pre, blockquote, h1, h2, h3, h4, h5, h6";

function lineOf(parsed: Document, row: HTMLTableRowElement): HTMLElement {
  const line = parsed.createElement("p");
  for (const [index, cell] of [...row.cells].entries()) {
    if (index > 0) line.append(tabOf(parsed));
    const text = (cell.textContent ?? "").replace(/\s+/g, " ").trim();
    if (cell.querySelector(blocks)) line.append(text);
    else line.append(...cell.childNodes);
  }
  return line;
}

function tabOf(parsed: Document): HTMLElement {
  const element = parsed.createElement("span");
  element.dataset.tab = "";
  return element;
}
