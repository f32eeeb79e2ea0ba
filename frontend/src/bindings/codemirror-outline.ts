import type { Text } from "@codemirror/state";
import type { Mode } from "./codemirror-modes.ts";
import type { Section } from "./places.ts";

/** The most entries of an outline: nobody reads more, and a page must not hold them. */
export const sectionsMost = 2000;
/** A longer line defines nothing that one would look for; in UTF-16 code units. */
const lineMost = 400;

/** How a line that defines something looks; the name is in the first group. What is indented is below what is not. */
const definitions: Partial<Record<Mode, RegExp>> = {
  javascript:
    /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\*?|class)\s+([\w$]+)|^(?:export\s+)?const\s+([\w$]+)\s*=\s*(?:async\s*)?(?:\([^)]*\)|[\w$]+)\s*=>/,
  typescript:
    /^\s*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|interface|enum|type|namespace)\s+([\w$]+)|^(?:export\s+)?const\s+([\w$]+)\s*=\s*(?:async\s*)?(?:\([^)]*\)|[\w$]+)[^=]*=>/,
  json: /^ {1,4}"([^"]+)":/,
  css: /^([^@{}\s/*][^{}]*?)\s*\{/,
  python: /^\s*(?:async\s+)?(?:def|class)\s+(\w+)/,
  go: /^(?:func\s+(?:\([^)]*\)\s*)?|type\s+)(\w+)/,
  rust: /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?(?:fn|struct|enum|trait|impl|mod)\s+([\w<>]+)/,
  java: /^\s*(?:(?:public|protected|private|static|final|abstract)\s+)*(?:class|interface|enum|record)\s+(\w+)/,
  c: /^(?:class|struct|enum|namespace)\s+(\w+)|^[\w*&:<>]+(?:\s+[\w*&:<>]+)*[\s*&]+([\w:~]+)\([^;]*$/,
  ruby: /^\s*(?:def|class|module)\s+([\w.:?!]+)/,
  sql: /^\s*create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:unique\s+)?(?:table|view|function|procedure|trigger|index)\s+(?:if\s+not\s+exists\s+)?([\w."]+)/i,
  yaml: /^([\w.-]+):/,
  toml: /^\[{1,2}([^\]]+)\]/,
  shell: /^(?:function\s+)?([\w-]+)\s*\(\)/,
  dockerfile: /^FROM\s+(.+)$/i,
  diff: /^\+\+\+ (?:b\/)?(\S+)/,
};

/** The outline of a text: headings as Markdown and HTML have them, and what code defines. Reads each line once. */
export function outlineOf(doc: Text, mode: Mode): readonly Section[] {
  const read = mode === "plain" || mode === "markdown" ? markdownReader() : definitionReader(mode);
  const sections: Section[] = [];
  let at = 0;
  for (const line of doc.iterLines()) {
    const found = line.length <= lineMost ? read(line) : undefined;
    if (found && sections.push({ ...found, at }) >= sectionsMost) break;
    at += line.length + 1;
  }
  return sections;
}

type LineReader = (line: string) => { level: number; text: string } | undefined;

function markdownReader(): LineReader {
  let fence: string | undefined;
  return (line) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (mark[0] === fence[0] && mark.length >= fence.length) fence = undefined;
      return undefined;
    }
    const heading = fence === undefined ? /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line) : null;
    return heading?.[2] ? { level: heading[1]!.length, text: heading[2] } : undefined;
  };
}

function definitionReader(mode: Mode): LineReader {
  if (mode === "html") {
    return (line) => {
      const heading = /<h([1-6])[^>]*>\s*([^<]+)/i.exec(line);
      return heading ? { level: Number(heading[1]), text: heading[2]!.trim() } : undefined;
    };
  }
  const pattern = definitions[mode];
  return (line) => {
    const found = pattern?.exec(line);
    const text = found?.[1] ?? found?.[2];
    return text ? { level: /^\s/.test(line) ? 2 : 1, text } : undefined;
  };
}
