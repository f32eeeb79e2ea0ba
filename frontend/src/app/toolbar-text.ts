import type { TextEditor } from "../bindings/codemirror.ts";
import { strings } from "./strings.ts";
import { Toolbar } from "./toolbar.ts";

/** The toolbar of a plain text document. */
export function textToolbar(editor: TextEditor): Toolbar {
  const toolbar = new Toolbar(strings.textToolbar, [
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
    [{ icon: "find", label: strings.find, keys: "Mod+F", press: () => editor.find() }],
  ]);
  editor.onChange(() => toolbar.refresh());
  return toolbar;
}
