import type { Attributes, Component, Op } from "../client/types.ts";
import { attributeRule, EMBEDS, isLink, LINE_ATTRIBUTES, TEXT_ATTRIBUTES } from "../ot/schema.ts";

/**
 * What an editor makes, brought to what a rich document may hold. The server refuses any edit with something else, and
 * that costs its author a resync: so it goes through here first.
 */

/** The names of everything that a rich editor must be able to show. */
export const richFormats: readonly string[] = [...TEXT_ATTRIBUTES.keys(), ...LINE_ATTRIBUTES.keys(), ...EMBEDS.keys()];

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
  return name !== undefined && EMBEDS.get(name)?.accepts(embed[name]) ? embed : undefined;
}

function sanitizeAttributes(attributes: Attributes | undefined, removing: boolean): Attributes | undefined {
  if (!attributes) return undefined;
  let touched = false;
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const next = sanitizeValue(name, value, removing);
    if (next !== value) touched = true;
    if (next !== undefined) clean[name] = next;
  }
  if (Object.keys(clean).length === 0) return undefined;
  return touched ? clean : attributes;
}

function sanitizeValue(name: string, value: unknown, removing: boolean): unknown {
  const rule = attributeRule(name);
  if (rule === undefined) return undefined;
  if (value === null && removing) return null;
  const next = name === "color" || name === "background" ? hexColor(value) : value;
  return rule.accepts(next) ? next : undefined;
}

/** Whether this names a format of a whole line, which lives on the line's `\n`. */
export function isLineAttribute(name: string): boolean {
  return LINE_ATTRIBUTES.has(name);
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
  return isLink(address) ? address : undefined;
}

/** What a person typed as an address, made into a link: `example.org` and `ana@example.org` are understood. */
export function linkFromInput(text: string): string | undefined {
  const address = text.trim();
  if (/\s/.test(address)) return undefined;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(address)) return safeLink(`mailto:${address}`);
  if (/^[^\s:/]+\.[^\s:/]{2,}(?:[:/?#]|$)/.test(address)) return safeLink(`https://${address}`);
  return safeLink(address);
}
