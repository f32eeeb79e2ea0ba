import type { Catalogue } from "./i18n/catalogue.ts";
import { en } from "./i18n/en.ts";
import { language } from "./i18n/languages.ts";

export type Strings = Catalogue<typeof en>;

/** The language of this page, as Intl takes it. */
export const locale = language() === "x-pseudo" ? "en" : language();

/** Every text that the pages show, in the visitor's language. A page waits for it before it shows anything. */
export const strings: Strings = await catalogue();

if (typeof document !== "undefined") document.documentElement.lang = locale;

async function catalogue(): Promise<Strings> {
  switch (language()) {
    case "en":
      return en;
    case "de":
      return (await import("./i18n/de.ts")).de;
    case "x-pseudo":
      return (await import("./i18n/pseudo.ts")).pseudo(en);
  }
}
