import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { strings } from "./strings.ts";

/** Puts a page that says what is wrong, and what to do, in place of the one that cannot be shown. */
export function showProblem(kind: keyof typeof strings.problems): void {
  const { title, text } = strings.problems[kind];
  document.title = `${title} · ${strings.product}`;
  document.body.replaceChildren(
    h(
      "main",
      { class: "problem", "data-problem": kind },
      icon("warning"),
      h("h1", {}, title),
      h("p", {}, text),
      h(
        "div",
        { class: "problem-actions" },
        h("a", { class: "primary", href: "/" }, strings.allDocuments),
        button({ class: "secondary", onclick: () => location.reload() }, strings.retry),
      ),
    ),
  );
}
