/** What all pages say. */
export const common = {
  product: "collabd",
  untitled: "Untitled",
  close: "Close",
  cancel: "Cancel",
  save: "Save",
  retry: "Try again",

  theme: (name: string) => `Theme: ${name}`,
  themes: { system: "as the system", light: "light", dark: "dark" },
  languageLabel: "Language of the pages",
};
