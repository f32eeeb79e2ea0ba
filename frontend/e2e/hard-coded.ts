import type { Page } from "playwright-core";

/** What a page shows or says that is not from the catalogue of texts: it has no brackets in the language for tests. */
export function hardCoded(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // What people wrote, their names, keys, times as Intl words them, and what is decoration; signs such as “Aa” too.
    const theirs =
      ".ql-editor, .cm-content, .ql-cursors, .cm-peerCarets, .cm-gutters, .row-title, time, .person, .own, .outline-go, .history-named, kbd, [aria-hidden=true], noscript, script, style, input[type=radio]";
    const found: string[] = [];
    const look = (text: string | null, where: Element): void => {
      const words = text?.trim() ?? "";
      if (words !== "" && !words.startsWith("⟦") && /\p{L}{3}/u.test(words)) found.push(`${where.className}: ${words}`);
    };
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest(theirs) || !(element.checkVisibility() || element.closest(".unseen"))) continue;
      for (const name of ["aria-label", "placeholder", "title", "data-tip", "alt"]) {
        look(element.getAttribute(name), element);
      }
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) look(node.nodeValue, element);
    }
    look(document.title.split(" · ").at(-1)!, document.documentElement);
    return [...new Set(found)];
  });
}
