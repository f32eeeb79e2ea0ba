import type { DocKind } from "../../client/types.ts";
import type { OpenEditor } from "../open-editor.ts";
import type { HistoryView } from "./view.ts";

/** Makes the view for a kind of document in `container`; it looks as the live editor does, in language and wrapping. */
export async function openView(
  kind: DocKind,
  container: HTMLElement,
  live: OpenEditor["editor"],
): Promise<HistoryView> {
  if (kind === "rich") {
    const { RichView } = await import("./rich-view.ts");
    return new RichView(container);
  }
  const [{ TextView }, { TextEditor }] = await Promise.all([
    import("./text-view.ts"),
    import("../../bindings/codemirror.ts"),
  ]);
  const look =
    live instanceof TextEditor ? { mode: live.mode, wrap: live.wrap } : { mode: "plain" as const, wrap: true };
  return new TextView(container, look);
}
