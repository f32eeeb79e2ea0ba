import type { TextEditor } from "../bindings/codemirror.ts";
import { lineAddress } from "./anchors.ts";
import { copyLink } from "./copy-link.ts";
import { strings } from "./strings.ts";
import { chooseWrap, type TextMode } from "./text-mode.ts";
import { Toolbar } from "./toolbar.ts";

/** The toolbar of a plain text document. */
export function textToolbar(editor: TextEditor, mode: TextMode): Toolbar {
  const groups = [
    [
      {
        icon: "undo",
        label: strings.undo,
        keys: "Mod+Z",
        press: () => editor.undo(),
        disabled: () => editor.steps.undo === 0,
      },
      {
        icon: "redo",
        label: strings.redo,
        keys: "Mod+Shift+Z",
        press: () => editor.redo(),
        disabled: () => editor.steps.redo === 0,
      },
    ],
    [mode.element],
    [
      { icon: "find", label: strings.find, keys: "Mod+F", press: () => editor.find() },
      {
        icon: "wrap",
        label: strings.wrap,
        press: () => chooseWrap(editor, !editor.wrap),
        pressed: () => editor.wrap,
      },
      { icon: "link", label: strings.copyLineLink, press: () => void copyLink(lineAddress(editor.line)) },
    ],
  ] as const;
  const toolbar = new Toolbar(strings.textToolbar, groups, [() => mode.refresh()]);
  editor.onChange(() => toolbar.refresh());
  return toolbar;
}
