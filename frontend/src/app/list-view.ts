import { type DocumentInfo, type DocumentQuery, maxQuery } from "./api.ts";

/** Which part of the documents the list shows. It is kept in the address, so that reload, back and links keep it. */
export type View = DocumentQuery;

export type Sort = View["sort"];

export const sorts: readonly Sort[] = ["edited", "created", "name"];

export const start: View = { q: "", folder: "", view: "all", sort: "edited" };

/** The view that an address names by its query; what it names wrongly is as at the start. */
export function viewOf(search: string): View {
  const parameters = new URLSearchParams(search);
  const view = parameters.get("view");
  const sort = parameters.get("sort") as Sort | null;
  const place = view === "pinned" || view === "trash" ? view : "all";
  return {
    q: (parameters.get("q") ?? "").slice(0, maxQuery),
    folder: place === "all" ? (parameters.get("folder") ?? "") : "",
    view: place,
    sort: sort && sorts.includes(sort) ? sort : "edited",
  };
}

/** The address of a view; the shortest one that `viewOf` understands. */
export function addressOf(view: View): string {
  const parameters = new URLSearchParams();
  if (view.view !== "all") parameters.set("view", view.view);
  else if (view.folder) parameters.set("folder", view.folder);
  if (view.sort !== "edited") parameters.set("sort", view.sort);
  if (view.q) parameters.set("q", view.q);
  const query = parameters.toString();
  return query ? `/?${query}` : "/";
}

/** Whether two views show the same place, whatever is searched for and however it is sorted. */
export function samePlace(a: View, b: View): boolean {
  return a.view === b.view && a.folder === b.folder;
}

/** Whether a document is in a view, without regard to what is searched for. */
export function belongs(doc: DocumentInfo, view: View): boolean {
  if (view.view === "trash") return doc.trashed_at !== undefined;
  if (doc.trashed_at !== undefined) return false;
  if (view.view === "pinned") return doc.pinned;
  return view.folder === "" || doc.folder === view.folder;
}

/** Which of two documents comes first: negative for `a`, zero when neither has to. `locale` decides about names. */
export function inOrder(a: DocumentInfo, b: DocumentInfo, sort: Sort, locale: string): number {
  switch (sort) {
    case "name":
      return collator(locale).compare(a.title, b.title);
    case "created":
      return Date.parse(b.created_at) - Date.parse(a.created_at);
    case "edited":
      return Date.parse(b.edited_at) - Date.parse(a.edited_at);
  }
}

const collators = new Map<string, Intl.Collator>();

function collator(locale: string): Intl.Collator {
  let found = collators.get(locale);
  if (!found) {
    found = new Intl.Collator(locale, { sensitivity: "base" });
    collators.set(locale, found);
  }
  return found;
}
