import type { DocKind } from "../client/types.ts";
import { ApiError, createDocument, type DocumentInfo, listDocuments } from "./api.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { moveThroughRows, refreshTimes, rowOf } from "./list-row.ts";
import { meButton } from "./me.ts";
import { popoverOf } from "./popover.ts";
import { keepShell } from "./shell.ts";
import { strings } from "./strings.ts";
import { themeButton } from "./theme-button.ts";
import { showTooltips } from "./tooltip.ts";

/** How often the times in the list are worded anew, in milliseconds. */
const minute = 60_000;

const rows = h("ul", { class: "documents", "aria-label": strings.documents });
const notice = h("div", { class: "list-notice", role: "status" });
const content = h("div", { class: "list-content" });

start();
keepShell();

function start(): void {
  const header = h(
    "header",
    { class: "list-header" },
    h("span", { class: "wordmark" }, strings.product),
    h("div", { class: "list-header-end" }, themeButton(), meButton()),
  );
  const heading = h("div", { class: "list-heading" }, h("h1", {}, strings.documents), newButtons());
  document.body.append(header, h("main", { class: "list-main" }, heading, notice, content));
  showTooltips();
  rows.addEventListener("keydown", moveThroughRows);
  setInterval(() => refreshTimes(rows, Date.now()), minute);
  void load();
}

/** The way to a new document: one press for the usual kind, a menu for the others. */
function newButtons(): HTMLElement {
  const primary = button({ class: "primary new-document" }, icon("plus"), strings.newDocument);
  primary.addEventListener("click", () => void create("rich"));
  const more = button({ class: "primary new-kinds", label: strings.newKinds }, icon("down"));
  const group = h("div", { class: "split" }, primary, more);
  popoverOf(more, {
    label: strings.newKinds,
    role: "menu",
    class: "menu",
    fill: (menu) => {
      const items = [
        kindItem("rich", strings.newRich, strings.newRichHint),
        kindItem("text", strings.newText, strings.newTextHint),
      ];
      menu.replaceChildren(...items);
      return items[0];
    },
  });
  return group;
}

function kindItem(kind: DocKind, name: string, hint: string): HTMLButtonElement {
  const item = button(
    { class: "menu-item", onclick: () => void create(kind) },
    icon(kind),
    h("span", { class: "menu-text" }, h("span", {}, name), h("small", {}, hint)),
  );
  item.setAttribute("role", "menuitem");
  return item;
}

async function create(kind: DocKind): Promise<void> {
  const buttons = document.querySelectorAll<HTMLButtonElement>(".split button, .menu-item");
  for (const each of buttons) each.disabled = true;
  try {
    const { id } = await createDocument(kind);
    location.assign(`/d/${encodeURIComponent(id)}`);
  } catch (error) {
    for (const each of buttons) each.disabled = false;
    fail(strings.createFailed, error);
  }
}

/** Loads the first part of the list. */
async function load(): Promise<void> {
  try {
    const { docs, next } = await listDocuments();
    notice.replaceChildren();
    if (docs.length === 0) {
      showEmpty();
      return;
    }
    content.replaceChildren(rows);
    append(docs, next);
  } catch (error) {
    fail(strings.listFailed, error, () => void load());
  }
}

function append(docs: readonly DocumentInfo[], next: string): void {
  rows.append(...docs.map((doc) => rowOf(doc, Date.now(), (error) => fail(strings.renameFailed, error))));
  content.querySelector(".load-more")?.remove();
  if (next) content.append(moreButton(next));
}

/** A button for the next part of the list, which presses itself when it comes near the window. */
function moreButton(next: string): HTMLButtonElement {
  const more = button({ class: "secondary load-more" }, strings.loadMore);
  const observer = new IntersectionObserver(
    ([entry]) => {
      if (entry?.isIntersecting) more.click();
    },
    { rootMargin: "400px" },
  );
  more.addEventListener("click", async () => {
    observer.disconnect();
    if (more.disabled) return;
    more.disabled = true;
    more.textContent = strings.loading;
    try {
      const page = await listDocuments(next);
      append(page.docs, page.next);
    } catch (error) {
      more.disabled = false;
      more.textContent = strings.loadMore;
      fail(strings.listFailed, error);
    }
  });
  observer.observe(more);
  return more;
}

function showEmpty(): void {
  content.replaceChildren(
    h(
      "div",
      { class: "empty" },
      h("div", { class: "empty-art", "aria-hidden": "true" }, icon("rich"), icon("text")),
      h("h2", {}, strings.emptyTitle),
      h("p", {}, strings.emptyText),
    ),
  );
  document.querySelector<HTMLElement>(".new-document")?.focus();
}

function fail(text: string, error: unknown, again?: () => void): void {
  const detail = error instanceof ApiError && error.status > 0 ? ` ${error.message}` : "";
  notice.replaceChildren(
    h(
      "div",
      { class: "notice notice-error" },
      icon("warning"),
      h("p", {}, `${text}${detail}`),
      again && button({ class: "secondary", onclick: again }, strings.retry),
    ),
  );
}
