import type { Catalogue } from "../catalogue.ts";
import type { common as en } from "../en/common.ts";

export const common: Catalogue<typeof en> = {
  product: "collabd",
  untitled: "Ohne Titel",
  close: "Schließen",
  cancel: "Abbrechen",
  save: "Speichern",
  retry: "Noch einmal",

  theme: (name) => `Farben: ${name}`,
  themes: { system: "wie das System", light: "hell", dark: "dunkel" },
  languageLabel: "Sprache der Seiten",
};
