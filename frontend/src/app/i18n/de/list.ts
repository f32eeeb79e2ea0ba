import type { Catalogue } from "../catalogue.ts";
import type { list as en } from "../en/list.ts";

export const list: Catalogue<typeof en> = {
  documents: "Dokumente",
  newDocument: "Neues Dokument",
  newKinds: "Arten von Dokumenten",
  newRich: "Formatierter Text",
  newRichHint: "Überschriften, Listen, Links und Formate",
  newText: "Reiner Text",
  newTextHint: "Notizen, Code, Markdown, mit Zeilennummern",
  emptyTitle: "Noch nichts da",
  emptyText:
    "Beginnen Sie ein Dokument, und schicken Sie seinen Link denen, die mitschreiben. Jeder sieht jeden Anschlag.",
  loading: "Laden …",
  loadMore: "Mehr zeigen",
  listFailed: "Die Dokumente konnten nicht geladen werden.",
  createFailed: "Das Dokument konnte nicht angelegt werden.",
  renameFailed: "Der Titel konnte nicht gespeichert werden.",
  rename: (title) => `„${title}“ umbenennen`,
  renameTip: "Umbenennen",
  renameLabel: "Neuer Titel",
  kinds: { rich: "Formatiert", text: "Reiner Text" },
  edited: (when) => `Bearbeitet ${when}`,
  justNow: "gerade eben",
};
