import { maxFolderName } from "./api.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { readable } from "./keys.ts";
import { letterKeys } from "./list-keys.ts";
import { strings } from "./strings.ts";

interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says that does it. */
  readonly confirm: string;
}

/** Asks a question over the page; true when it is confirmed. */
export function confirmed({ title, text, confirm }: Question): Promise<boolean> {
  const no = button({ class: "secondary" }, strings.cancel);
  const yes = button({ class: "primary danger" }, confirm);
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-label": title },
    h("h2", {}, title),
    h("p", {}, text),
    h("div", { class: "form-end" }, no, yes),
  );
  return new Promise((resolve) => {
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
    show(dialog);
  });
}

/** Asks for a name over the page; empty when there is to be none. */
export function askedName(title: string, label: string): Promise<string> {
  const field = h("input", { class: "field", maxlength: String(maxFolderName), required: true, dir: "auto" });
  const no = button({ class: "secondary" }, strings.cancel);
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-label": title },
    h(
      "form",
      { method: "dialog" },
      h("h2", {}, title),
      h("label", { class: "field-label" }, label, field),
      h(
        "div",
        { class: "form-end" },
        no,
        h("button", { class: "primary", type: "submit", value: "yes" }, strings.create),
      ),
    ),
  );
  return new Promise((resolve) => {
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? field.value.trim() : ""));
    show(dialog);
  });
}

/** The keys of the list, in groups, and the choice to do without those that are single letters. */
export function showShortcuts(): void {
  const close = button({ class: "icon-button", label: strings.close }, icon("close"));
  const letters = h("input", { type: "checkbox" });
  letters.checked = letterKeys.on;
  letters.addEventListener("change", () => letterKeys.choose(letters.checked));
  const dialog = h(
    "dialog",
    { class: "dialog shortcuts", "aria-label": strings.shortcuts },
    h("div", { class: "dialog-heading" }, h("h2", {}, strings.shortcuts), close),
    ...shortcuts().map(([name, keys]) =>
      h(
        "section",
        {},
        h("h3", {}, name),
        h(
          "dl",
          {},
          ...keys.flatMap(([text, ...names]) => [
            h("dt", {}, text),
            h("dd", {}, ...names.map((key) => h("kbd", {}, readable(key)))),
          ]),
        ),
      ),
    ),
    h("label", { class: "choice" }, letters, strings.letterKeys),
  );
  close.addEventListener("click", () => dialog.close());
  show(dialog);
}

function shortcuts(): readonly (readonly [string, readonly (readonly [string, ...string[]])[]])[] {
  return [
    [
      strings.shortcutsEverywhere,
      [
        [strings.searchLabel, "/"],
        [strings.newDocument, "N"],
        [strings.undo, "Z", "Mod+Z"],
        [strings.shortcuts, "?"],
      ],
    ],
    [
      strings.shortcutsRows,
      [
        [strings.shortcutGo, "↑", "↓"],
        [strings.shortcutEnds, "Home", "End"],
        [strings.open, "Enter"],
        [strings.renameTip, "F2"],
        [strings.pin, "P"],
        [strings.moveTo, "M"],
        [strings.toTrash, "Del"],
        [strings.rowMenu, "Shift+F10"],
      ],
    ],
    [
      strings.shortcutsSelection,
      [
        [strings.select, "X"],
        [strings.shortcutExtend, "Shift+↑", "Shift+↓"],
        [strings.selectAll, "Mod+A"],
        [strings.selectNone, "Esc"],
      ],
    ],
  ];
}

/** Shows a dialog above all; it goes for good when it closes, and the focus goes back to where it was. */
function show(dialog: HTMLDialogElement): void {
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
