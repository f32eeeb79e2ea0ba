import type Quill from "quill/core";

/** The lines of code around the caret that have one language. */
export interface CodeBlock {
  /** In UTF-16 code units. */
  readonly index: number;
  readonly length: number;
  readonly language: string | true;
  /** Where the first of them is in the window. */
  readonly bounds: DOMRect;
}

/** The code block at a place; undefined where there is none. */
export function codeBlockAt(quill: Quill, place: number): CodeBlock | undefined {
  const [line] = quill.getLine(place);
  const language = languageOf(line);
  if (!line || language === undefined) return undefined;
  let first = line;
  while (languageOf(first.prev as typeof line | null) === language) first = first.prev as typeof line;
  let length = 0;
  let last: typeof line | null = first;
  for (; last && languageOf(last) === language; last = last.next as typeof line | null) length += last.length();
  const bounds = (first.domNode as HTMLElement).getBoundingClientRect();
  return { index: first.offset(quill.scroll), length, language, bounds };
}

function languageOf(line: ReturnType<Quill["getLine"]>[0]): string | true | undefined {
  return line && "formats" in line ? (line.formats() as { "code-block"?: string | true })["code-block"] : undefined;
}

/** Gives a code block another language, as its user; `true` is none. */
export function setLanguage(quill: Quill, block: CodeBlock, language: string | true): void {
  quill.formatLine(block.index, block.length, "code-block", language, "user");
}
