import { indentUnit, StreamLanguage, type StreamParser, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { classHighlighter } from "@lezer/highlight";

/** The languages that a text document can be shown in; `plain` is none. The document itself does not know of it. */
export const modes = [
  "plain",
  "markdown",
  "javascript",
  "typescript",
  "json",
  "html",
  "css",
  "python",
  "go",
  "rust",
  "java",
  "c",
  "ruby",
  "sql",
  "yaml",
  "toml",
  "xml",
  "shell",
  "dockerfile",
  "diff",
] as const;

export type Mode = (typeof modes)[number];

/** Ends of file names, and what they tell. */
const ends: readonly (readonly [Mode, RegExp])[] = [
  ["markdown", /\.(md|markdown|mdx)$/],
  ["javascript", /\.([cm]?js|jsx)$/],
  ["typescript", /\.([cm]?ts|tsx)$/],
  ["json", /\.(jsonc?|webmanifest|map)$/],
  ["html", /\.(html?|vue|svelte)$/],
  ["css", /\.(css|scss|less)$/],
  ["python", /\.pyi?$/],
  ["go", /\.go$/],
  ["rust", /\.rs$/],
  ["java", /\.(java|kt)$/],
  ["c", /\.([ch](pp|xx|\+\+)?|cc|hh)$/],
  ["ruby", /\.(rb|gemspec)$|^(rakefile|gemfile)$/],
  ["sql", /\.sql$/],
  ["yaml", /\.ya?ml$/],
  ["toml", /\.toml$/],
  ["xml", /\.(xml|svg|xsl)$/],
  ["shell", /\.(sh|bash|zsh)$|^\.(bash|zsh)rc$/],
  ["dockerfile", /^(docker|container)file$|\.dockerfile$/],
  ["diff", /\.(diff|patch)$/],
];

/** What the title says about the language: one that ends as a file's name does. */
export function modeOfTitle(title: string): Mode {
  const name = title.trim().toLowerCase();
  return ends.find(([, end]) => end.test(name))?.[0] ?? "plain";
}

export function isMode(name: unknown): name is Mode {
  return (modes as readonly unknown[]).includes(name);
}

/** Loads what CodeMirror needs to know of a language, and only of that one. Fails when the network does. */
export async function loadMode(mode: Mode): Promise<Extension> {
  const language = await languageOf(mode);
  if (language === undefined) return [];
  return [language, syntaxHighlighting(classHighlighter), indentUnit.of(units[mode] ?? "  ")];
}

/** What one step of indentation is, where it is not two spaces. */
const units: Partial<Record<Mode, string>> = {
  go: "\t",
  python: "    ",
  rust: "    ",
  java: "    ",
  c: "    ",
};

async function languageOf(mode: Mode): Promise<Extension | undefined> {
  switch (mode) {
    case "plain":
      return undefined;
    case "markdown":
      return (await import("@codemirror/lang-markdown")).markdown();
    case "javascript":
      return (await import("@codemirror/lang-javascript")).javascript({ jsx: true });
    case "typescript":
      return (await import("@codemirror/lang-javascript")).javascript({ jsx: true, typescript: true });
    case "html":
      return (await import("@codemirror/lang-html")).html();
    case "css":
      return (await import("@codemirror/lang-css")).css();
    default:
      return StreamLanguage.define(await tokenizerOf(mode));
  }
}

async function tokenizerOf(
  mode: Exclude<Mode, "plain" | "markdown" | "javascript" | "typescript" | "html" | "css">,
): Promise<StreamParser<unknown>> {
  switch (mode) {
    case "json":
      return (await import("@codemirror/legacy-modes/mode/javascript")).json;
    case "python":
      return (await import("@codemirror/legacy-modes/mode/python")).python;
    case "go":
      return (await import("@codemirror/legacy-modes/mode/go")).go;
    case "rust":
      return (await import("@codemirror/legacy-modes/mode/rust")).rust;
    case "java":
      return (await import("@codemirror/legacy-modes/mode/clike")).java;
    case "c":
      return (await import("@codemirror/legacy-modes/mode/clike")).cpp;
    case "ruby":
      return (await import("@codemirror/legacy-modes/mode/ruby")).ruby;
    case "sql":
      return (await import("@codemirror/legacy-modes/mode/sql")).standardSQL;
    case "yaml":
      return (await import("@codemirror/legacy-modes/mode/yaml")).yaml;
    case "toml":
      return (await import("@codemirror/legacy-modes/mode/toml")).toml;
    case "xml":
      return (await import("@codemirror/legacy-modes/mode/xml")).xml;
    case "shell":
      return (await import("@codemirror/legacy-modes/mode/shell")).shell;
    case "dockerfile":
      return (await import("@codemirror/legacy-modes/mode/dockerfile")).dockerFile;
    case "diff":
      return (await import("@codemirror/legacy-modes/mode/diff")).diff;
  }
}
