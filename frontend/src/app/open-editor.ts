import type { EditorHost } from "../bindings/host.ts";
import type { DocKind, Editor, Op } from "../client/types.ts";
import { strings } from "./strings.ts";
import type { Toolbar } from "./toolbar.ts";

/** An editor as the page needs it, whatever the kind of the document. */
export interface OpenEditor {
  readonly editor: Editor & {
    contents(): Op;
    focus(): void;
    reveal(client: string): void;
  };
  readonly toolbar: Toolbar;
}

/** Loads the editor for a kind of document, and only that one, into `container`. */
export async function openEditor(kind: DocKind, container: HTMLElement, host: EditorHost): Promise<OpenEditor> {
  if (kind === "rich") {
    const [{ RichEditor }, { richToolbar }] = await Promise.all([
      import("../bindings/quill.ts"),
      import("./toolbar-rich.ts"),
    ]);
    const editor = new RichEditor(container, host, { placeholder: strings.richPlaceholder, label: strings.textLabel });
    return { editor, toolbar: richToolbar(editor) };
  }
  const [{ TextEditor }, { textToolbar }] = await Promise.all([
    import("../bindings/codemirror.ts"),
    import("./toolbar-text.ts"),
  ]);
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
  const editor = new TextEditor(container, host, {
    placeholder: strings.textPlaceholder,
    label: strings.textLabel,
    nonce,
  });
  return { editor, toolbar: textToolbar(editor) };
}
