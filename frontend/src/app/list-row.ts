import { type DocumentInfo, renameDocument } from "./api.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { strings } from "./strings.ts";
import { timeAgo } from "./time.ts";

/** One document of the list, with a link to it and a way to give it another title. */
export function rowOf(doc: DocumentInfo, now: number, failed: (error: unknown) => void): HTMLLIElement {
  let title = doc.title;
  const name = h("span", { class: "row-title" });
  const edited = Date.parse(doc.edited_at);
  const time = h("time", { datetime: doc.edited_at, title: new Date(edited).toLocaleString() });
  time.textContent = timeAgo(edited, now);
  const link = h(
    "a",
    { class: "row-link", href: `/d/${encodeURIComponent(doc.id)}` },
    h("span", { class: `row-icon row-icon-${doc.kind}` }, icon(doc.kind)),
    h(
      "span",
      { class: "row-text" },
      name,
      h("span", { class: "row-meta" }, h("span", { class: "row-kind" }, strings.kinds[doc.kind]), time),
    ),
  );
  const rename = button({ class: "icon-button row-rename", label: "" }, icon("pencil"));
  const row = h("li", { class: "row" }, link, rename);

  const show = (): void => {
    name.textContent = title || strings.untitled;
    name.classList.toggle("untitled", !title);
    rename.setAttribute("aria-label", strings.rename(title || strings.untitled));
    rename.dataset.tip = strings.renameTip;
  };
  const edit = (): void =>
    editTitle(row, title, async (wanted) => {
      const before = title;
      title = wanted;
      show();
      try {
        title = (await renameDocument(doc.id, wanted)).title;
      } catch (error) {
        title = before;
        failed(error);
      }
      show();
    });
  rename.addEventListener("click", edit);
  link.addEventListener("keydown", (event) => {
    if (event.key === "F2") edit();
  });
  show();
  return row;
}

/** Puts a field in place of a row's link until Enter, Escape or a click elsewhere. */
function editTitle(row: HTMLLIElement, title: string, rename: (title: string) => void): void {
  const field = h("input", { class: "row-field", "aria-label": strings.renameLabel, maxlength: "200" });
  field.value = title;
  let done = false;
  const finish = (keep: boolean): void => {
    if (done) return;
    done = true;
    const wanted = field.value.trim();
    const focused = document.activeElement === field;
    row.classList.remove("renaming");
    field.remove();
    if (focused) row.querySelector<HTMLElement>(".row-link")?.focus();
    if (keep && wanted !== title) rename(wanted);
  };
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") finish(true);
    if (event.key === "Escape") finish(false);
    event.stopPropagation();
  });
  field.addEventListener("blur", () => finish(true));
  row.classList.add("renaming");
  row.append(field);
  field.select();
}

/** Up and down, Home and End go from row to row. */
export function moveThroughRows(event: KeyboardEvent): void {
  const links = [...document.querySelectorAll<HTMLElement>(".row-link")];
  const at = links.findIndex((link) => link.closest(".row")?.contains(document.activeElement));
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  links[Math.max(0, Math.min(next, links.length - 1))]?.focus();
}

/** Words the times of all rows anew. */
export function refreshTimes(rows: HTMLElement, now: number): void {
  for (const time of rows.querySelectorAll("time")) time.textContent = timeAgo(Date.parse(time.dateTime), now);
}
