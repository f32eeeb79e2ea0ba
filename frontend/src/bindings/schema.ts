import type { Attributes, Component, Op } from "../client/types.ts";

/**
 * The closed list of what a rich document may hold, as docs/protocol.md has it. The server refuses any edit with
 * something else, and that costs its author a resync: so what an editor makes goes through here first.
 */

type Grammar = (value: unknown) => unknown; // the value as the server wants it, or undefined

const flag: Grammar = (value) => (value === true ? true : undefined);
const oneOf =
  (...values: readonly string[]): Grammar =>
  (value) =>
    typeof value === "string" && values.includes(value) ? value : undefined;
const integer =
  (least: number, most: number): Grammar =>
  (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? value : undefined;

const lineAttributes: ReadonlyMap<string, Grammar> = new Map([
  ["header", integer(1, 6)],
  ["list", oneOf("ordered", "bullet", "checked", "unchecked")],
  ["indent", integer(1, 8)],
  ["align", oneOf("center", "right", "justify")],
  ["direction", oneOf("rtl")],
  ["blockquote", flag],
  [
    "code-block",
    (value) => (value === true || (typeof value === "string" && language.test(value)) ? value : undefined),
  ],
]);

const textAttributes: ReadonlyMap<string, Grammar> = new Map([
  ["bold", flag],
  ["italic", flag],
  ["underline", flag],
  ["strike", flag],
  ["code", flag],
  ["script", oneOf("sub", "super")],
  ["color", hexColor],
  ["background", hexColor],
  ["font", oneOf("serif", "monospace")],
  ["size", oneOf("small", "large", "huge")],
  ["link", (value) => (typeof value === "string" ? safeLink(value) : undefined)],
]);

const language = /^[a-z0-9+#-]{1,32}$/;

/** The names of everything that a rich editor must be able to show. */
export const richFormats: readonly string[] = [
  ...textAttributes.keys(),
  ...lineAttributes.keys(),
  "image",
  "divider",
  "mention",
  "formula",
];

/**
 * The op with all that the server would refuse taken out or put right. Text keeps `\n` and `\t` of all control
 * characters. Returns `op` itself when there is nothing to do, which is the rule.
 */
export function sanitize(op: Op): Op {
  let touched = false;
  const clean: Component[] = [];
  for (const part of op) {
    const next = sanitizeComponent(part);
    if (next !== part) touched = true;
    if (next) clean.push(next);
  }
  return touched ? clean : op;
}

function sanitizeComponent(part: Component): Component | undefined {
  if ("delete" in part) return part;
  const attributes = sanitizeAttributes(part.attributes, "retain" in part);
  if ("retain" in part) {
    if (attributes === part.attributes) return part;
    return attributes ? { retain: part.retain, attributes } : { retain: part.retain };
  }
  const insert = typeof part.insert === "string" ? sanitizeText(part.insert) : sanitizeEmbed(part.insert);
  if (insert === undefined || insert === "") return undefined;
  if (insert === part.insert && attributes === part.attributes) return part;
  return attributes ? { insert, attributes } : { insert };
}

/** Text without what a rich document may not hold: line ends become `\n`, other control characters go. */
export function sanitizeText(text: string): string {
  if (!unwanted.test(text)) return text;
  return text
    .replace(/\r\n?/g, "\n")
    .replace(controls, "")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this looks for
const unwanted = /[\u0000-\u0008\u000b-\u001f\u007f\ufeff\ud800-\udfff]/;

function sanitizeEmbed(embed: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const [name, ...more] = Object.keys(embed);
  if (more.length > 0) return undefined;
  if (name === "divider" && embed[name] === true) return embed;
  if (name === "image" && typeof embed[name] === "string" && safeImage(embed[name])) return embed;
  if (name === "formula" && typeof embed[name] === "string" && printable(embed[name])) return embed;
  if (name === "mention" && isMention(embed[name])) return embed;
  return undefined;
}

function isMention(value: unknown): boolean {
  const { id, name, ...more } = Object(value) as Record<string, unknown>;
  if (typeof id !== "string" || typeof name !== "string" || Object.keys(more).length > 0) return false;
  return /^[\w-]{1,64}$/.test(id) && printable(name, 256);
}

function sanitizeAttributes(attributes: Attributes | undefined, removing: boolean): Attributes | undefined {
  if (!attributes) return undefined;
  let touched = false;
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const grammar = textAttributes.get(name) ?? lineAttributes.get(name);
    const next = grammar && value === null && removing ? null : grammar?.(value);
    if (next !== value) touched = true;
    if (next !== undefined) clean[name] = next;
  }
  if (Object.keys(clean).length === 0) return undefined;
  return touched ? clean : attributes;
}

/** Whether this names a format of a whole line, which lives on the line's `\n`. */
export function isLineAttribute(name: string): boolean {
  return lineAttributes.has(name);
}

/** A colour as `#rgb` or `#rrggbb`; `rgb()` of a browser is converted. Undefined when it cannot be. */
export function hexColor(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(value)) return value;
  const match = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*([\d.]+)\s*)?\)$/.exec(value);
  if (!match || (match[4] !== undefined && Number(match[4]) < 0.5)) return undefined;
  const parts = match.slice(1, 4).map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** The address as a link may hold it, or undefined: only schemes that cannot run code, and places on this site. */
export function safeLink(address: string): string | undefined {
  return printable(address) && (web.test(address) || mail.test(address) || /^[/#]/.test(address)) ? address : undefined;
}

const web = /^https?:\/\/[^/\\ ]/i;
const mail = /^(?:mailto|tel):[^/\\ ]/i;

/** What a person typed as an address, made into a link: `example.org` and `ana@example.org` are understood. */
export function linkFromInput(text: string): string | undefined {
  const address = text.trim();
  if (/\s/.test(address)) return undefined;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(address)) return safeLink(`mailto:${address}`);
  if (/^[^\s:/]+\.[^\s:/]{2,}(?:[:/?#]|$)/.test(address)) return safeLink(`https://${address}`);
  return safeLink(address);
}

function safeImage(address: string): boolean {
  return printable(address) && (web.test(address) || /^\/(?![/\\])/.test(address));
}

/** Whether a text has 1 to so many bytes and no control characters. */
function printable(text: string, bytes = 2048): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this refuses
  if (text === "" || text.length > bytes || /[\u0000-\u001f\u007f-\u009f]/.test(text)) return false;
  return new TextEncoder().encode(text).length <= bytes;
}
