import { OtError } from "./error.ts";
import { utf8Length } from "./json.ts";
import { type Attributes, type Component, type Embed, lengthOf, type Op } from "./op.ts";

/** A kind of document: with attributes and embeds from a closed list, or text only. */
export type DocKind = "rich" | "text";

/** What an attribute or embed may have as its value. */
export interface Rule {
  /** In the words of docs/protocol.md; a test compares them. */
  readonly words: string;
  readonly accepts: (value: unknown) => boolean;
}

/** The most bytes of a link, of an image's address and of a formula. */
const TEXT_BYTES = 2048;
const NAME_BYTES = 256;

const isOn: Rule = { words: "`true`", accepts: (value) => value === true };
const isColor: Rule = { words: '`"#rgb"`, `"#rrggbb"`', accepts: matching(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i) };
const isLanguage = matching(/^[a-z0-9+#-]{1,32}$/);

/** The attributes of characters in a rich document. */
export const TEXT_ATTRIBUTES: ReadonlyMap<string, Rule> = new Map([
  ["bold", isOn],
  ["italic", isOn],
  ["underline", isOn],
  ["strike", isOn],
  ["code", isOn],
  ["script", oneOf("sub", "super")],
  ["color", isColor],
  ["background", isColor],
  ["font", oneOf("serif", "monospace")],
  ["size", oneOf("small", "large", "huge")],
  [
    "link",
    {
      words:
        "an absolute `http:`, `https:`, `mailto:` or `tel:` address, or one that starts with `/` or `#`; at most 2,048 bytes",
      accepts: (value) => typeof value === "string" && isLink(value),
    },
  ],
]);

/** The attributes of lines, which belong to the line break at their end. */
export const LINE_ATTRIBUTES: ReadonlyMap<string, Rule> = new Map([
  ["header", upTo(6)],
  ["list", oneOf("ordered", "bullet", "checked", "unchecked")],
  ["indent", upTo(8)],
  ["align", oneOf("center", "right", "justify")],
  ["direction", oneOf("rtl")],
  ["blockquote", isOn],
  [
    "code-block",
    {
      words: "`true` or a language, `[a-z0-9+#-]`, 1 to 32 characters",
      accepts: (value) => value === true || isLanguage(value),
    },
  ],
]);

/** What a rich document may hold beside text. */
export const EMBEDS: ReadonlyMap<string, Rule> = new Map([
  ["divider", isOn],
  [
    "image",
    {
      words: "an `http:` or `https:` address, or a path that starts with one `/`",
      accepts: (value) => typeof value === "string" && isImage(value),
    },
  ],
  [
    "mention",
    {
      words:
        '`{"id":…,"name":…}`: a person\'s id, 1 to 64 of `A-Z a-z 0-9 _ -`, and name, 1 to 256 bytes without control characters',
      accepts: isMention,
    },
  ],
  [
    "formula",
    {
      words: "TeX, 1 to 2,048 bytes without control characters",
      accepts: (value) => typeof value === "string" && isPrintable(value, TEXT_BYTES),
    },
  ],
]);

/** The rule of an attribute, whether of characters or of lines; undefined if a rich document does not have it. */
export function attributeRule(name: string): Rule | undefined {
  return TEXT_ATTRIBUTES.get(name) ?? LINE_ATTRIBUTES.get(name);
}

/**
 * Whether a link may go there: addresses of four schemes, in any case, and places on this site. A browser strips tabs,
 * line breaks and leading spaces before it looks for the scheme; none gets so far here.
 */
export function isLink(address: string): boolean {
  return isPrintable(address, TEXT_BYTES) && (web.test(address) || person.test(address) || /^[/#]/.test(address));
}

/**
 * Throws where a document of `kind`, of so many units, does not accept `op` as an edit: `range` past its end, `schema`
 * for content that the kind does not have, `last-line` where a rich document would no longer end in its line break. An
 * op that passes still passes after it was transformed over ops that pass, and so does what two compose.
 */
export function checkOp(kind: DocKind, op: Op, units: number): void {
  let at = 0; // in the document
  for (const component of op) if (!("insert" in component)) at += lengthOf(component);
  if (at > units) throw new OtError("range", "the op goes on behind the end of the document");
  at = 0;
  op.forEach((component, i) => {
    const fault = kind === "rich" ? faultOfRich(component) : faultOfText(component);
    if (fault !== undefined) throw new OtError("schema", fault, i);
    if ("insert" in component) {
      if (kind === "rich" && at === units) throw new OtError("last-line", "an insert behind the last line break", i);
      return;
    }
    at += lengthOf(component);
    if (kind === "rich" && "delete" in component && at === units) {
      throw new OtError("last-line", "the last line break is deleted", i);
    }
  });
}

function faultOfText(component: Component): string | undefined {
  if ("insert" in component && typeof component.insert !== "string") return "an embed in plain text";
  const bare = "delete" in component || component.attributes === undefined;
  return bare ? undefined : "attributes in plain text";
}

function faultOfRich(component: Component): string | undefined {
  if ("delete" in component) return undefined;
  if ("insert" in component) {
    const fault =
      typeof component.insert === "string" ? faultOfString(component.insert) : faultOfEmbed(component.insert);
    if (fault !== undefined) return fault;
  }
  return faultOfAttributes(component.attributes, "retain" in component);
}

// Editors turn "\r" into "\n" or drop it, and lose other control characters on the way.
function faultOfString(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
  return /[\u0000-\u0008\u000b-\u001f]/.test(text) ? "a control character other than line break and tab" : undefined;
}

function faultOfEmbed(embed: Embed): string | undefined {
  const name = Object.keys(embed)[0] ?? "";
  const rule = EMBEDS.get(name);
  if (rule === undefined) return `unknown embed ${quoted(name)}`;
  return rule.accepts(embed[name]) ? undefined : `a value that embed ${quoted(name)} does not have`;
}

function faultOfAttributes(attributes: Attributes | undefined, removes: boolean): string | undefined {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    const rule = attributeRule(name);
    if (rule === undefined) return `unknown attribute ${quoted(name)}`;
    if (!(value === null && removes) && !rule.accepts(value)) {
      return `a value that attribute ${quoted(name)} does not have`;
    }
  }
  return undefined;
}

/** A stranger's name, short enough for a message. */
function quoted(name: string): string {
  const most = 40;
  return JSON.stringify(name.length <= most ? name : `${name.slice(0, most).toWellFormed()}…`);
}

function oneOf(...values: readonly string[]): Rule {
  return {
    words: values.map((value) => `\`"${value}"\``).join(", "),
    accepts: (value) => typeof value === "string" && values.includes(value),
  };
}

function upTo(most: number): Rule {
  return {
    words: `\`1\` to \`${most}\``,
    accepts: (value) => typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most,
  };
}

function matching(pattern: RegExp): Rule["accepts"] {
  return (value) => typeof value === "string" && pattern.test(value);
}

const web = /^https?:\/\/[^/\\ ]/i;
const person = /^(?:mailto|tel):[^/\\ ]/i;

// Neither "//host" nor "/\host" is a path on this site.
function isImage(address: string): boolean {
  return isPrintable(address, TEXT_BYTES) && (web.test(address) || /^\/(?![/\\])/.test(address));
}

function isMention(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Object.keys(value).sort().join() !== "id,name") return false;
  const { id, name } = value as { readonly id: unknown; readonly name: unknown };
  if (typeof id !== "string" || typeof name !== "string") return false;
  return /^[A-Za-z0-9_-]{1,64}$/.test(id) && isPrintable(name, NAME_BYTES);
}

function isPrintable(text: string, bytes: number): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this refuses
  if (text === "" || text.length > bytes || /[\u0000-\u001f\u007f-\u009f]/.test(text)) return false;
  return utf8Length(text) <= bytes;
}
