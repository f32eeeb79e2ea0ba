import { markdownOf, opOfPastedMarkdown } from "../bindings/markdown.ts";
import type { RichEditor } from "../bindings/quill.ts";
import { announce } from "./announce.ts";
import { button, h } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import { popoverOf } from "./popover.ts";
import { strings } from "./strings.ts";

/** The most Markdown that is pasted at once, in UTF-16 code units; larger is left to the source of the document. */
const longestPaste = 1 << 20;

/** The button at the end of the toolbar, with what one needs seldom. */
export function richMenu(editor: RichEditor): HTMLElement {
  const anchor = button({ class: "tool", label: strings.more }, icon("more"));
  const menu = popoverOf(anchor, {
    label: strings.more,
    role: "menu",
    fill: (element) => {
      const items = [
        item("copy", strings.copyMarkdown, () => copyMarkdown(editor)),
        ...(editor.quill.isEnabled()
          ? [
              item("source", strings.pasteMarkdown, () => pasteMarkdown(editor)),
              item("rule", strings.divider, () => editor.insert([{ insert: { divider: true } }, { insert: "\n" }])),
              item("indent", strings.rightToLeft, () => toggleDirection(editor)),
            ]
          : []),
      ];
      element.replaceChildren(...items);
      return items[0];
    },
  });
  const item = (name: IconName, text: string, run: () => void): HTMLButtonElement => {
    const choose = (): void => {
      menu.hide();
      run();
    };
    const element = button(
      { class: "menu-item", onclick: choose },
      icon(name),
      h("span", { class: "menu-text" }, text),
    );
    element.setAttribute("role", "menuitem");
    return element;
  };
  return h("span", { class: "tool-choice" }, anchor, menu.element);
}

/** Copies what is selected, or all. */
function copyMarkdown(editor: RichEditor): void {
  const { index, length } = editor.quill.selection.savedRange;
  const op = length > 0 ? editor.quill.getContents(index, length).ops : editor.quill.getContents().ops;
  void navigator.clipboard.writeText(markdownOf(op as Parameters<typeof markdownOf>[0])).then(
    () => announce(strings.markdownCopied),
    () => announce(strings.clipboardRefused),
  );
}

function pasteMarkdown(editor: RichEditor): void {
  void navigator.clipboard.readText().then(
    (text) => editor.insert(opOfPastedMarkdown(text.slice(0, longestPaste))),
    () => announce(strings.clipboardRefused),
  );
}

function toggleDirection(editor: RichEditor): void {
  editor.format("direction", editor.formats().direction === "rtl" ? false : "rtl");
}
