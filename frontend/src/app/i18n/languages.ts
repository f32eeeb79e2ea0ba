/** The languages that the pages speak, under their own names; the first is spoken where none of a visitor's is known. */
export const languages = { en: "English", de: "Deutsch" } as const;

/** `x-pseudo` is for tests and is never offered. */
export type Language = keyof typeof languages | "x-pseudo";

const key = "collabd.language";

/** The language that was chosen here, else the first of the browser's that we speak. */
export function language(): Language {
  const chosen = stored();
  if (chosen !== undefined) return chosen;
  for (const tag of globalThis.navigator?.languages ?? []) {
    const name = tag.split("-")[0]!.toLowerCase();
    if (isLanguage(name)) return name;
  }
  return "en";
}

/** Remembers the choice; it takes effect when a page is loaded. */
export function chooseLanguage(name: Language): void {
  try {
    localStorage.setItem(key, name);
  } catch {
    // No storage: the browser's languages go on deciding.
  }
}

function stored(): Language | undefined {
  try {
    const name = localStorage.getItem(key);
    return name === "x-pseudo" || isLanguage(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function isLanguage(name: string | null): name is keyof typeof languages {
  return name !== null && Object.hasOwn(languages, name);
}
