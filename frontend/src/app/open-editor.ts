import type { EditorHost } from "../bindings/host.ts";
import type { Places } from "../bindings/places.ts";
import type { DocKind, Editor, Op } from "../client/types.ts";
import { lineAddress } from "./anchors.ts";
import { copyLink } from "./copy-link.ts";
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
  readonly places: Places;
  /** Tells it the title of the document, each time that there is another. */
  readonly titled?: (title: string) => void;
}

/** Loads the editor for a kind of document, and only that one, into `container`. */
export async function openEditor(
  kind: DocKind,
  id: string,
  container: HTMLElement,
  host: EditorHost,
): Promise<OpenEditor> {
  if (kind === "rich") {
    const [{ RichEditor }, { RichPlaces }, { richToolbar }] = await Promise.all([
      import("../bindings/quill.ts"),
      import("../bindings/quill-places.ts"),
      import("./toolbar-rich.ts"),
    ]);
    const editor = new RichEditor(container, host, {
      placeholder: strings.richPlaceholder,
      label: strings.textLabel,
      imageLabel: strings.image,
    });
    return { editor, toolbar: richToolbar(editor, id), places: new RichPlaces(editor) };
  }
  const [{ TextEditor }, { TextPlaces }, { TextMode, restoreWrap }, { textToolbar }] = await Promise.all([
    import("../bindings/codemirror.ts"),
    import("../bindings/codemirror-places.ts"),
    import("./text-mode.ts"),
    import("./toolbar-text.ts"),
  ]);
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
  const editor = new TextEditor(container, host, {
    placeholder: strings.textPlaceholder,
    label: strings.textLabel,
    hint: strings.textHint,
    nonce,
    phrases: strings.phrases,
    onLineNumber: (line) => void copyLink(lineAddress(line)),
  });
  const mode = new TextMode(editor, id);
  restoreWrap(editor);
  return {
    editor,
    toolbar: textToolbar(editor, mode),
    places: new TextPlaces(editor),
    titled: (title) => mode.titled(title),
  };
}
