import { button, setTip } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import { strings } from "./strings.ts";

type Theme = "system" | "light" | "dark";

const icons: Readonly<Record<Theme, IconName>> = { system: "auto", light: "sun", dark: "moon" };
const after: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

/** A button that goes through the themes; theme.ts applies the choice at the next visit. */
export function themeButton(): HTMLButtonElement {
  const element = button({ class: "icon-button", label: "" });
  const show = (): void => {
    const label = strings.theme(strings.themes[current()]);
    element.setAttribute("aria-label", label);
    setTip(element, label);
    element.replaceChildren(icon(icons[current()]));
  };
  element.addEventListener("click", () => {
    choose(after[current()]);
    show();
  });
  show();
  return element;
}

function current(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function choose(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem("collabd.theme");
    else localStorage.setItem("collabd.theme", theme);
  } catch {
    // No storage: the choice lasts as long as the page.
  }
}
