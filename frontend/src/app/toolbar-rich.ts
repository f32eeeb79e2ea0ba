import type { RichEditor } from "../bindings/quill.ts";
import { CodeLanguage } from "./code-language.ts";
import { h, setTip } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import { isMod } from "./keys.ts";
import { LinkCard } from "./link-card.ts";
import type { MarkdownPane } from "./markdown-pane.ts";
import { richMenu } from "./rich-menu.ts";
import { strings } from "./strings.ts";
import { type Tool, Toolbar } from "./toolbar.ts";
import { chooseImages, Uploads } from "./uploads.ts";

/** The toolbar of a rich document. */
export function richToolbar(editor: RichEditor, id: string): Toolbar {
  let formats: Readonly<Record<string, unknown>> = {};
  const card = new LinkCard(editor);
  new Uploads(editor, id);
  new CodeLanguage(editor);
  const source = sourceToggle(editor, () => {
    toolbar.setInert(source.shown, strings.markdown);
    toolbar.refresh();
  });
  const find = findOpener(
    editor,
    () => toolbar.element,
    () => !source.shown && document.body.dataset.history === undefined,
  );

  const format = (label: string, name: IconName, attribute: string, value: unknown = true, keys?: string): Tool => {
    const pressed = (): boolean => formats[attribute] === value;
    const press = (): void => editor.format(attribute, pressed() ? false : value);
    return { icon: name, label, press, pressed, ...(keys ? { keys } : {}) };
  };
  const style = styleSelect((header) => editor.format("header", header));
  const toolbar = new Toolbar(
    strings.toolbar,
    [
      [
        {
          icon: "undo",
          label: strings.undo,
          keys: "Mod+Z",
          press: () => editor.history.undo(),
          disabled: () => editor.history.stack.undo.length === 0,
        },
        {
          icon: "redo",
          label: strings.redo,
          keys: "Mod+Shift+Z",
          press: () => editor.history.redo(),
          disabled: () => editor.history.stack.redo.length === 0,
        },
      ],
      [style.element],
      [
        format(strings.bold, "bold", "bold", true, "Mod+B"),
        format(strings.italic, "italic", "italic", true, "Mod+I"),
        format(strings.underline, "underline", "underline", true, "Mod+U"),
        format(strings.strike, "strike", "strike", true, "Mod+Shift+X"),
        format(strings.code, "code", "code", true, "Mod+E"),
        {
          icon: "link",
          label: strings.link,
          keys: "Mod+K",
          press: () => card.edit(),
          pressed: () => formats.link !== undefined,
        },
        { icon: "image", label: strings.imageAdd, press: () => chooseImages(editor) },
      ],
      [
        format(strings.bullet, "bullet", "list", "bullet", "Mod+Shift+8"),
        format(strings.ordered, "ordered", "list", "ordered", "Mod+Shift+7"),
        {
          ...format(strings.check, "check", "list", "unchecked", "Mod+Shift+9"),
          pressed: () => formats.list === "unchecked" || formats.list === "checked",
          press: () =>
            editor.format("list", formats.list === "unchecked" || formats.list === "checked" ? false : "unchecked"),
        },
        { icon: "outdent", label: strings.outdent, press: () => editor.format("indent", "-1") },
        { icon: "indent", label: strings.indent, press: () => editor.format("indent", "+1") },
      ],
      [
        format(strings.quote, "quote", "blockquote"),
        format(strings.codeBlock, "codeBlock", "code-block"),
        { icon: "clear", label: strings.clear, press: () => editor.clearFormats() },
      ],
      [
        { icon: "find", label: strings.find, keys: "Mod+F", press: () => find("find") },
        { icon: "source", label: strings.markdown, press: () => void source.toggle(), pressed: () => source.shown },
        richMenu(editor),
      ],
    ],
    [() => style.show(formats.header)],
  );
  editor.onChange(() => {
    formats = editor.formats();
    toolbar.refresh();
  });
  return toolbar;
}

/** Opens the bar to find and replace, which is loaded only then, by the button and by the keys that people know for it. */
function findOpener(
  editor: RichEditor,
  row: () => HTMLElement,
  possible: () => boolean,
): (where: "find" | "replace") => void {
  let loading: Promise<{ open(where: "find" | "replace"): void }> | undefined;
  const open = (where: "find" | "replace"): void => {
    loading ??= import("./find-bar.ts").then(({ FindBar }) => {
      const bar = new FindBar(editor);
      (row().closest(".chrome") ?? row()).append(bar.element);
      return bar;
    });
    void loading.then((bar) => bar.open(where));
  };
  document.addEventListener("keydown", (event) => {
    if (!isMod(event) || (event.key !== "f" && event.key !== "h") || !possible()) return;
    event.preventDefault();
    open(event.key === "f" ? "find" : "replace");
  });
  return open;
}

/** Shows the document as Markdown and back; what does that is loaded when it is first asked for. */
function sourceToggle(editor: RichEditor, changed: () => void): { readonly shown: boolean; toggle(): Promise<void> } {
  let pane: MarkdownPane | undefined;
  return {
    get shown() {
      return pane?.shown ?? false;
    },
    async toggle() {
      pane ??= new (await import("./markdown-pane.ts")).MarkdownPane(editor);
      if (pane.shown) pane.hide();
      else pane.show();
      changed();
    },
  };
}

function styleSelect(choose: (header: number | false) => void): { element: HTMLElement; show(header: unknown): void } {
  const select = h("select", { class: "tool tool-select", "aria-label": strings.style });
  setTip(select, strings.style);
  for (const [value, name] of Object.entries(strings.styles).sort(([a], [b]) => order(a) - order(b))) {
    const option = h("option", { value }, name);
    option.hidden = order(value) > 3; // others may come with a paste; three are enough to offer
    select.append(option);
  }
  select.addEventListener("change", () => choose(select.value === "normal" ? false : Number(select.value)));
  return {
    element: h("span", { class: "tool-choice" }, select, icon("down")),
    show: (header) => {
      select.value = typeof header === "number" ? String(header) : "normal";
    },
  };
}

function order(value: string): number {
  return value === "normal" ? 0 : Number(value);
}
