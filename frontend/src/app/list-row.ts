import type { DocumentInfo, Folder, Match } from "./api.ts";
import { avatar } from "./avatar.ts";
import { button, h, setTip } from "./dom.ts";
import { icon } from "./icons.ts";
import { marked } from "./list-match.ts";
import { locale, strings } from "./strings.ts";
import { timeAgo } from "./time.ts";

/** What a row shows. Rows are compared by it: the same values mean that there is nothing to do. */
export interface RowContent {
  readonly doc: DocumentInfo;
  readonly match: Match | undefined;
  /** The folder, where it is worth telling. */
  readonly folder: Folder | undefined;
  /** The time that the order of the rows goes by, RFC 3339. */
  readonly time: string;
  readonly selected: boolean;
  /** How many edits of this document wait in this browser to be sent. */
  readonly unsent: number;
}

/** The most people that a row shows; of the others it tells the number. */
const mostFaces = 4;
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });

/** One document of the list: a link to it, its mark of selection, its star and its menu. */
export class Row {
  readonly element: HTMLLIElement;
  readonly link: HTMLAnchorElement;
  readonly check = h("input", { type: "checkbox" });
  readonly star = button({ class: "icon-button row-star", label: "" });
  readonly menu = button({ class: "icon-button row-menu", label: strings.rowMenu }, icon("more"));
  #content: RowContent | undefined;
  #icon = h("span", { class: "row-icon" });
  #title = h("span", { class: "row-title", dir: "auto" });
  #snippet = h("span", { class: "row-snippet", dir: "auto" });
  #people = h("span", { class: "row-people" });
  #unsent = h("span", { class: "row-unsent" });
  #folder = h("span", { class: "row-folder" });
  #editor = h("span", { class: "row-editor", dir: "auto" });
  #time = h("time");

  constructor(readonly id: string) {
    this.link = h(
      "a",
      { class: "row-link", href: `/d/${encodeURIComponent(id)}` },
      this.#icon,
      h(
        "span",
        { class: "row-text" },
        h("span", { class: "row-line" }, this.#title, icon("star"), this.#unsent),
        this.#snippet,
      ),
      this.#people,
      h("span", { class: "row-meta" }, this.#folder, this.#editor, this.#time),
    );
    this.star.append(icon("star"));
    this.menu.setAttribute("aria-haspopup", "menu");
    this.element = h(
      "li",
      { class: "row", "data-id": id },
      this.link,
      h("label", { class: "row-check" }, this.check),
      this.star,
      this.menu,
    );
    this.reach(false);
  }

  /** The title as it shows, for names and notices. */
  get name(): string {
    return nameOf(this.#content!.doc);
  }

  /** Shows this; `now` in milliseconds since 1970. */
  show(content: RowContent, now: number): void {
    const before = this.#content;
    const { doc, match, folder, time, selected, unsent } = content;
    if (
      before?.doc === doc &&
      before.match === match &&
      before.folder?.name === folder?.name &&
      before.time === time &&
      before.selected === selected &&
      before.unsent === unsent
    ) {
      return;
    }
    this.#content = content;
    if (before?.doc.kind !== doc.kind) {
      this.#icon.className = `row-icon row-icon-${doc.kind}`;
      this.#icon.replaceChildren(icon(doc.kind), h("span", { class: "hidden-text" }, `${strings.kinds[doc.kind]}: `));
    }
    this.#title.replaceChildren(...marked(nameOf(doc), doc.title ? (match?.title ?? []) : []));
    this.#title.classList.toggle("untitled", !doc.title);
    this.#snippet.replaceChildren(...(match?.text ? marked(match.text, match.ranges) : []));
    this.#unsent.textContent = unsent > 0 ? strings.rowUnsent(unsent) : "";
    this.#folder.replaceChildren(...(folder ? [icon("folder"), h("span", { dir: "auto" }, folder.name)] : []));
    this.#editor.textContent = doc.last_editor?.name ?? "";
    this.#time.dateTime = time;
    this.#time.title = exact.format(Date.parse(time));
    this.refresh(now);
    if (before?.doc.peers !== doc.peers) this.#people.replaceChildren(...faces(doc));

    this.check.checked = selected;
    this.element.classList.toggle("selected", selected);
    this.check.setAttribute("aria-label", strings.selectRow(nameOf(doc)));
    this.element.classList.toggle("pinned", doc.pinned);
    this.star.setAttribute("aria-pressed", String(doc.pinned));
    this.star.setAttribute("aria-label", strings.pinRow(nameOf(doc)));
    setTip(this.star, doc.pinned ? strings.unpin : strings.pin, "P");
    this.star.hidden = doc.trashed_at !== undefined;
    this.menu.setAttribute("aria-label", strings.menuOf(nameOf(doc)));
  }

  /** Words the time anew. */
  refresh(now: number): void {
    this.#time.textContent = timeAgo(Date.parse(this.#content!.time), now);
  }

  /** Whether Tab reaches this row; it reaches one of the list. */
  reach(reached: boolean): void {
    for (const each of [this.link, this.check, this.star, this.menu]) each.tabIndex = reached ? 0 : -1;
  }

  /** Puts a field in place of the title until Enter, Escape or a click elsewhere; `rename` gets a title that is new. */
  edit(rename: (title: string) => void): void {
    if (this.element.classList.contains("renaming")) return;
    const { title } = this.#content!.doc;
    const field = h("input", { class: "row-field", "aria-label": strings.renameLabel, maxlength: "200", dir: "auto" });
    field.value = title;
    let done = false;
    const finish = (keep: boolean): void => {
      if (done) return;
      done = true;
      const wanted = field.value.trim();
      const focused = document.activeElement === field;
      this.element.classList.remove("renaming");
      field.remove();
      if (focused) this.link.focus();
      if (keep && wanted !== title) rename(wanted);
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
    });
    field.addEventListener("blur", () => finish(true));
    this.element.classList.add("renaming");
    this.element.append(field);
    field.select();
  }
}

/** The title of a document, or what stands for it. */
export function nameOf(doc: DocumentInfo): string {
  return doc.title || strings.untitled;
}

function faces({ peers }: DocumentInfo): readonly HTMLElement[] {
  if (peers.length === 0) return [];
  const shown = peers.length > mostFaces ? peers.slice(0, mostFaces - 1) : peers;
  const marks: HTMLElement[] = shown.map((person) => {
    const mark = avatar(person);
    setTip(mark, strings.hereNow(person.name));
    return mark;
  });
  if (shown.length < peers.length) {
    const rest = `+${peers.length - shown.length}`;
    marks.push(h("span", { class: "avatar avatar-rest", "aria-hidden": "true", "data-initials": rest }));
  }
  const names = new Intl.ListFormat(locale).format(peers.map((person) => person.name));
  return [...marks, h("span", { class: "hidden-text" }, strings.hereNow(names))];
}
