import type { User } from "../client/types.ts";
import { getMe, updateMe } from "./api.ts";
import { avatar } from "./avatar.ts";
import { colors } from "./colors.ts";
import { button, h, setTip } from "./dom.ts";
import { chooseLanguage, type Language, language, languages } from "./i18n/languages.ts";
import { type Popover, popoverOf } from "./popover.ts";
import { strings } from "./strings.ts";

/** The button with one's own avatar; it opens the small form for one's name and colour. */
export class MeButton {
  readonly element: HTMLElement;
  #button = button({ class: "me-button" });
  #popover: Popover;
  #user: User | undefined;

  constructor() {
    this.element = h("div", { class: "me", hidden: true }, this.#button);
    this.#popover = popoverOf(this.#button, {
      label: strings.profileTitle,
      role: "dialog",
      class: "profile",
      fill: (element) => this.#fill(element),
    });
  }

  /** Shows this person as oneself. */
  show(user: User): void {
    this.#user = user;
    this.element.hidden = false;
    setTip(this.#button, strings.me(user.name));
    // Named by text, not by a label: the initials, which show, need not be in it then.
    this.#button.replaceChildren(avatar(user), h("span", { class: "hidden-text" }, strings.me(user.name)));
  }

  #fill(element: HTMLElement): HTMLElement {
    const user = this.#user!;
    const name = h("input", {
      class: "field",
      name: "name",
      maxlength: "60",
      autocomplete: "nickname",
      required: true,
    });
    name.value = user.name;
    const spoken = languageField();
    const before = spoken.value;
    const problem = h("p", { class: "field-problem", role: "alert" });
    const form = h(
      "form",
      { class: "profile-form" },
      h("h2", {}, strings.profileTitle),
      h("label", { class: "field-label" }, strings.name, name),
      swatches(user.color),
      h("label", { class: "field-label" }, strings.languageLabel, spoken),
      problem,
      h(
        "div",
        { class: "form-end" },
        button({ class: "secondary", onclick: () => this.#popover.hide() }, strings.cancel),
        h("button", { class: "primary", type: "submit" }, strings.save),
      ),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const color = new FormData(form).get("color");
      try {
        this.show(await updateMe({ name: name.value.trim(), color: typeof color === "string" ? color : user.color }));
        this.#popover.hide();
        if (spoken.value === before) return;
        chooseLanguage(spoken.value as Language);
        location.reload(); // where something is unsent the browser asks first
      } catch {
        problem.textContent = strings.profileFailed;
      }
    });
    element.replaceChildren(form);
    return name;
  }
}

/** The button for a page that has no other source for who one is. */
export function meButton(): HTMLElement {
  const me = new MeButton();
  getMe().then(
    (user) => me.show(user),
    () => {}, // the list tells of an unreachable server already
  );
  return me.element;
}

/** The languages under their own names, for those who do not read the one that shows. */
function languageField(): HTMLSelectElement {
  const field = h("select", { class: "field", name: "language" });
  for (const [tag, name] of Object.entries(languages)) {
    field.append(h("option", { value: tag, lang: tag, selected: tag === language() }, name));
  }
  return field;
}

function swatches(chosen: string): HTMLElement {
  const offered = colors.includes(chosen) ? colors : [chosen, ...colors];
  const group = h("fieldset", { class: "swatches" }, h("legend", { class: "field-label" }, strings.color));
  for (const color of offered) {
    const radio = h("input", { type: "radio", name: "color", value: color, "aria-label": strings.colorName(color) });
    radio.checked = color === chosen;
    radio.style.backgroundColor = color;
    group.append(radio);
  }
  return group;
}
