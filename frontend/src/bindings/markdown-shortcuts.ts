/**
 * What a person means who types the marks of Markdown into a rich document: pure functions over the text of one line.
 * Embeds are U+FFFC in it. Nothing here knows of an editor; quill-shortcuts.ts applies what these find.
 */
export type Shortcut =
  /** The first `remove` units of the line go, and the line gets the formats. */
  | { readonly kind: "line"; readonly remove: number; readonly formats: Readonly<Record<string, unknown>> }
  /** The first `remove` units of the line go, and a divider stands for them. */
  | { readonly kind: "divider"; readonly remove: number }
  /** The text from `start + open` to `end - close` gets the format; the marks around it go. Offsets in the line. */
  | {
      readonly kind: "inline";
      readonly start: number;
      readonly end: number;
      readonly open: number;
      readonly close: number;
      readonly name: string;
      readonly value: unknown;
    };

/** The longest line, in UTF-16 code units, in which marks are looked for: nobody types further behind its start. */
const longestLine = 2000;

/** What a space means after `before`, which is all of the line up to and with that space. */
export function atSpace(before: string): Shortcut | undefined {
  const marks = before.slice(0, -1);
  if (marks.length > 40 || !before.endsWith(" ")) return undefined;
  const remove = before.length;
  const heading = /^#{1,6}$/.exec(marks);
  if (heading) return { kind: "line", remove, formats: { header: marks.length } };
  if (/^[-*+]$/.test(marks)) return { kind: "line", remove, formats: { list: "bullet" } };
  if (/^\d{1,9}[.)]$/.test(marks)) return { kind: "line", remove, formats: { list: "ordered" } };
  if (/^(?:[-*+] )?\[ ?\]$/.test(marks)) return { kind: "line", remove, formats: { list: "unchecked" } };
  if (/^(?:[-*+] )?\[[xX]\]$/.test(marks)) return { kind: "line", remove, formats: { list: "checked" } };
  if (marks === ">") return { kind: "line", remove, formats: { blockquote: true } };
  return atFence(marks, remove) ?? atRule(marks, remove);
}

/** What Enter means at the end of a line that holds just `line`. */
export function atEnter(line: string): Shortcut | undefined {
  return atFence(line, line.length) ?? atRule(line, line.length);
}

function atFence(marks: string, remove: number): Shortcut | undefined {
  const fence = /^```([a-z0-9+#-]{0,32})$/i.exec(marks);
  return fence ? { kind: "line", remove, formats: { "code-block": fence[1]?.toLowerCase() || true } } : undefined;
}

function atRule(marks: string, remove: number): Shortcut | undefined {
  return /^(?:---|\*\*\*|___)$/.test(marks) ? { kind: "divider", remove } : undefined;
}

/**
 * The pairs of marks, the longer first: `*` would also find the inner half of `**`. Before the opening mark there must be
 * no letter, digit or another of the mark, so that `2*3*4` and `snake_case_name` stay; inside, no space at either end.
 */
const pairs: readonly (readonly [pattern: RegExp, marks: number, name: string])[] = [
  [/(?<![\p{L}\p{N}*])\*\*(?![\s*])(?:[^*]|\*(?!\*))*?(?<![\s*])\*\*$/u, 2, "bold"],
  [/(?<![\p{L}\p{N}_])__(?![\s_])(?:[^_]|_(?!_))*?(?<![\s_])__$/u, 2, "bold"],
  [/(?<![\p{L}\p{N}~])~~(?![\s~])(?:[^~]|~(?!~))*?(?<![\s~])~~$/u, 2, "strike"],
  [/(?<![\p{L}\p{N}*])\*(?![\s*])[^*]*(?<![\s*])\*$/u, 1, "italic"],
  [/(?<![\p{L}\p{N}_])_(?![\s_])[^_]*(?<![\s_])_$/u, 1, "italic"],
  [/(?<!`)`(?![\s`])[^`]*(?<![\s`])`$/, 1, "code"],
];

/**
 * What the last unit of `before` closes, or undefined. `isLink` decides what may be an address; one that may not be stays
 * as it was typed.
 */
export function atMark(before: string, isLink: (address: string) => string | undefined): Shortcut | undefined {
  if (before.length > longestLine) return undefined;
  const end = before.length;
  const last = before.at(-1) ?? "";
  if (last === ")") return linkIn(before, isLink);
  if (!"*_~`".includes(last)) return undefined;
  for (const [pattern, marks, name] of pairs) {
    const found = pattern.exec(before);
    if (!found || found[0].length <= 2 * marks) continue;
    return { kind: "inline", start: found.index, end, open: marks, close: marks, name, value: true };
  }
  return undefined;
}

function linkIn(before: string, isLink: (address: string) => string | undefined): Shortcut | undefined {
  const found = /(?<!!)\[([^[\]]+)\]\(([^\s()]+)\)$/.exec(before);
  const address = found && isLink(found[2]!);
  if (!found || !address) return undefined;
  const close = found[2]!.length + 3; // "](" and ")"
  return { kind: "inline", start: found.index, end: before.length, open: 1, close, name: "link", value: address };
}
