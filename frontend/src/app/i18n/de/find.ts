import type { Catalogue } from "../catalogue.ts";
import type { find as en } from "../en/find.ts";

export const find: Catalogue<typeof en> = {
  findBar: "Suchen und ersetzen",
  findText: "Suchen",
  findWith: "Ersetzen durch",
  findNext: "Nächster Treffer",
  findPrevious: "Voriger Treffer",
  findCase: "Groß- und Kleinschreibung beachten",
  findWord: "Ganze Wörter",
  findRegexp: "Regulärer Ausdruck",
  findReplace: "Ersetzen",
  findReplaceAll: "Alle ersetzen",
  findClose: "Schließen",
  findCount: (at, of, more) => `${at} von ${of}${more ? "+" : ""}`,
  findNone: "Keine Treffer",
  findWrong: "Kein regulärer Ausdruck",
  findReplaced: (count) => (count === 1 ? "1 Treffer ersetzt" : `${count} Treffer ersetzt`),
};
