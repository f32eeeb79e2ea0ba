import type { Catalogue } from "../catalogue.ts";
import type { editor as en } from "../en/editor.ts";

export const editor: Catalogue<typeof en> = {
  allDocuments: "Alle Dokumente",
  title: "Titel",
  skip: "Zum Text springen",
  textLabel: "Text des Dokuments",
  richPlaceholder: "Schreiben Sie etwas …",
  textPlaceholder: "Hier schreiben …",
  unsent: (count) => `${count} nicht gesendet`,
  titleUnsaved: "Titel noch nicht gespeichert",
  states: {
    connecting: "Verbinden …",
    connected: "Verbunden",
    saving: "Speichern …",
    saved: "Gespeichert",
    offline: "Offline",
    reconnecting: "Neu verbinden …",
    readonly: "Nur lesen",
    error: "Angehalten",
  },
  storeDown: "Speichern … der Server kann gerade nicht schreiben; nichts geht verloren",
  slowed: "Speichern … etwas später, als Sie schreiben",
  retryNow: "Jetzt versuchen",

  stopped: {
    forbidden: "Sie dürfen dieses Dokument nicht mehr bearbeiten.",
    superseded:
      "Dieser Tab wurde zweimal geöffnet, und der andere macht weiter. Laden Sie neu, um hierher zurückzukommen.",
    not_found: "Dieses Dokument gibt es nicht mehr.",
    too_large: "Eine Änderung war zu groß, um sie zu senden. Laden Sie neu, um ohne sie weiterzuschreiben.",
    other: "Zwischen dieser Seite und dem Server ging etwas schief. Laden Sie neu, um weiterzuschreiben.",
  },
  reload: "Neu laden",
  problems: {
    not_found: {
      title: "Kein Dokument unter dieser Adresse",
      text: "Es wurde vielleicht gelöscht, oder die Adresse ist unvollständig. Fragen Sie, wer sie Ihnen geschickt hat, oder sehen Sie in Ihrer Liste nach.",
    },
    login: {
      title: "Bitte melden Sie sich an",
      text: "Dieses Dokument ist nicht für Gäste offen. Melden Sie sich an, und kommen Sie an diese Adresse zurück.",
    },
    forbidden: {
      title: "Sie haben keinen Zugang zu diesem Dokument",
      text: "Bitten Sie seinen Eigentümer, es mit Ihnen zu teilen. Wenn Sie mehrere Konten haben, sind Sie vielleicht mit einem anderen angemeldet.",
    },
    editor: {
      title: "Der Editor konnte nicht geladen werden",
      text: "Vielleicht wurde der Server aktualisiert, während diese Seite offen war. Laden Sie neu; nichts Gespeichertes ist verloren.",
    },
  },
};
