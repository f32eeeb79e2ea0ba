import type { formats as english } from "../en/formats.ts";

/** Dokumente als Dateien und Dateien als Dokumente. */
export const formats: typeof english = {
  downloadAs: "Herunterladen als …",
  fileFormats: {
    docx: "Word (.docx)",
    markdown: "Markdown (.md)",
    html: "Webseite (.html)",
    text: "Nur Text (.txt)",
    delta: "Delta-JSON (.json)",
    history: "Mit Verlauf",
  },
  downloadAway:
    "Die Datei ist nicht zu bekommen: Der Server ist nicht erreichbar. Versuchen Sie es später noch einmal.",
  downloadFailed: "Die Datei konnte nicht erstellt werden.",
  downloadedUnsent: "In der Datei fehlen Ihre letzten Änderungen: Sie sind noch nicht auf dem Server gespeichert.",

  importFiles: "Importieren",
  imports: "Importe",
  dropFiles: "Legen Sie Dateien hier ab, um Dokumente daraus zu machen",
  importWaiting: "Wartet",
  importSending: "Wird gesendet …",
  importReading: "Wird gelesen …",
  importOpen: "Öffnen",
  importOpenNamed: (name: string) => `${name} öffnen`,
  importing: (left: number) => (left === 1 ? "1 Datei wird importiert …" : `${left} Dateien werden importiert …`),
  imported: (done: number, failed: number) => {
    const made = done === 1 ? "1 Dokument wurde erstellt." : `${done} Dokumente wurden erstellt.`;
    if (failed === 0) return made;
    const not =
      failed === 1 ? "1 Datei konnte nicht importiert werden." : `${failed} Dateien konnten nicht importiert werden.`;
    return done === 0 ? not : `${made} ${not}`;
  },
  importDropped: (images: number) =>
    images === 1
      ? "Ohne 1 Bild, das nicht übernommen werden kann."
      : `Ohne ${images} Bilder, die nicht übernommen werden können.`,
  importTooMany: (most: number) => `Das sind zu viele: Die ersten ${most} Dateien werden importiert.`,
  importErrors: {
    unknown_format: "Diese Art von Datei lässt sich nicht importieren, wohl aber Text, Markdown, HTML, Word und JSON.",
    unreadable_file:
      "Die Datei ist nicht lesbar: Sie ist beschädigt oder nicht das, was ihr Name sagt. Ein Text muss UTF-8 sein.",
    too_large: "Die Datei ist zu groß: Sie darf 20 MB haben.",
    too_fast: "Das war zu viel in kurzer Zeit. Versuchen Sie es gleich noch einmal.",
    forbidden: "Sie dürfen hier keine Dokumente anlegen.",
    login_needed: "Sie dürfen hier keine Dokumente anlegen.",
    away: "Der Server ist nicht erreichbar oder überlastet. Versuchen Sie es gleich noch einmal.",
    internal: "Die Datei konnte nicht importiert werden.",
  },
};
