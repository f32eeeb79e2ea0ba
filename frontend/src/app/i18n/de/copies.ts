import type { Catalogue } from "../catalogue.ts";
import type { copies as en } from "../en/copies.ts";

export const copies: Catalogue<typeof en> = {
  copyTitle: "Ein Teil von dem, was Sie geschrieben haben, ist nicht im Dokument",
  copyText: (reason, when) =>
    `Der Server konnte es nicht annehmen (${reason}, ${when}). Hier bleibt es, bis Sie es verwerfen: Kopieren Sie es, oder fügen Sie es dort ein, wo es hingehört.`,
  copyReasons: {
    lineage_changed: "das Dokument wurde aus einer Sicherung wiederhergestellt",
    unknown_client: "dieser Tab war zu lange weg",
    revision_ahead: "der Server ist auf einen früheren Stand zurückgegangen",
    edit_refused: "die Änderung passte nicht zum Dokument",
    invalid_edit: "die Änderung passte nicht zum Dokument",
    role_changed: "Sie dürfen es nicht mehr bearbeiten",
    forbidden: "Sie dürfen es nicht mehr bearbeiten",
    not_found: "das Dokument gibt es nicht mehr",
    taken: "ein anderer Tab hat hier weitergemacht",
    superseded: "ein anderer Tab hat hier weitergemacht",
    damaged: "was dieser Browser aufbewahrt hatte, war beschädigt",
    too_large: "die Änderung war zu groß",
  },
  copyOtherReason: "die Verbindung war aus dem Tritt",
  copyLabel: "Nicht gesendeter Text",
  copyButton: "Text kopieren",
  copied: "Kopiert",
  copyFailed: "Bitte den Text auswählen und selbst kopieren",
  downloadButton: "Herunterladen",
  dismissButton: "Verwerfen",
  copyFile: (title) => `${title} (nicht gesendet).txt`,
};
