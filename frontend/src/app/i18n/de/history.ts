import type { Catalogue } from "../catalogue.ts";
import type { history as en } from "../en/history.ts";

export const history: Catalogue<typeof en> = {
  history: "Verlauf",
  historyText: "Text des Dokuments in dieser Fassung",
  historyClose: "Zurück zum Dokument",
  historyLoading: "Der Verlauf wird geladen …",
  historyWaiting: "Laden …",

  slider: "Fassung",
  sliderHint:
    "Die Pfeiltasten gehen um eine Fassung weiter, mit der Umschalttaste um zehn. Bild auf und Bild ab gehen von Sitzung zu Sitzung. Die Leertaste spielt ab.",
  revision: (number) => `Fassung ${number}`,
  revisionTitle: (number, head) => `Fassung ${number} von ${head}`,
  revisionStart: "vor der ersten Änderung",
  revisions: (from, to) => `Fassungen ${from} bis ${to}`,
  revisionCount: (count, shown) => (count === 1 ? "1 Fassung" : `${shown} Fassungen`),
  quoted: (name) => `„${name}“`,
  nobody: "jemand",
  play: "Abspielen",
  pause: "Anhalten",
  speed: "Tempo",
  speedOf: (times) => `${times}×`,

  sessions: "Sitzungen",
  sessionsEmpty: "Hier hat noch niemand etwas geschrieben.",
  named: "Benannte Fassungen",

  filter: "Änderungen zeigen von",
  filterAll: "Allen",
  filterSome: (count) => (count === 1 ? "1 Person" : `${count} Personen`),
  authorRecords: (count, shown) => (count === 1 ? "1 Änderung" : `${shown} Änderungen`),

  nameRevision: "Diese Fassung benennen",
  revisionName: "Name dieser Fassung",
  renameRevision: (name) => `„${name}“ umbenennen`,
  removeName: (name) => `Den Namen „${name}“ entfernen`,
  nameHint: "Die Eingabetaste speichert, Escape lässt den Namen, wie er war.",
  nameSaved: (name) => `„${name}“ genannt`,
  nameRemoved: "Name entfernt",
  nameFailed: "Der Name konnte nicht gespeichert werden. Versuchen Sie es noch einmal.",
  tooManyNames:
    "Dieses Dokument hat schon so viele benannte Fassungen, wie es haben kann. Entfernen Sie erst einen Namen.",

  restoreRevision: "Diese Fassung wiederherstellen",
  restoreSelection: "Auswahl wiederherstellen",
  restored: (time) => `Wiederhergestellt: das Dokument, Stand ${time}`,
  restoredPart: (time) => `Wiederhergestellt: die Auswahl, Stand ${time}`,
  restoredStart: "Das Dokument ist wieder leer, wie am Anfang",
  restoredNothing: "Nichts wiederherzustellen: Das Dokument ist schon so",
  restoreFailed: "Das konnte nicht wiederhergestellt werden. Versuchen Sie es noch einmal.",
  restoreUndone: "Das Wiederherstellen wurde zurückgenommen",
  restoreUndoFailed: "Das konnte nicht zurückgenommen werden. Versuchen Sie es noch einmal.",
  revisionOf: (time) => `die Fassung von ${time}`,
  restoredBy: (name, revision) => `${name} hat wiederhergestellt: ${revision}`,
  restoredPartBy: (name, revision) => `${name} hat einen Teil wiederhergestellt: ${revision}`,

  historyAway:
    "Der Verlauf liegt auf dem Server, und der ist nicht zu erreichen. Ihr Text ist sicher, und Sie können weiterschreiben.",
  historyFailed: "Der Verlauf konnte nicht geladen werden.",
  historyForbidden: "Sie dürfen den Verlauf dieses Dokuments nicht sehen.",
};
