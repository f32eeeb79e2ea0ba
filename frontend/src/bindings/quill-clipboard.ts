import Quill, { Delta, type Range } from "quill/core";
import Clipboard from "quill/modules/clipboard.js";
import { deleteRange } from "quill/modules/keyboard.js";
import type { Op } from "../client/types.ts";
import { applyStyles, disarm, tab, unfoldTables } from "./foreign-html.ts";
import { toHTML } from "./rich-html.ts";
import { safeLink, sanitize, sanitizeText } from "./schema.ts";

/** The type under which a copy keeps everything, for pasting into another of our documents. */
const exact = "application/x-collabd-delta+json";

/** What is dropped of a foreign page: what is no text, and what would not suit the theme of the reader. */
const ignored = "video, audio, iframe, object, svg, script, noscript, template, title, style";
const foreign = ["color", "background", "font", "size"];

/**
 * Copy, cut and paste of a rich document. Quill's own copy makes HTML by a way that is known to let script through,
 * so this has another one; its paste keeps only what the schema has.
 */
export class DocumentClipboard extends Clipboard {
  constructor(quill: Quill, options: ConstructorParameters<typeof Clipboard>[1]) {
    super(quill, options);
    this.addMatcher(ignored, () => new Delta());
    this.addMatcher(tab, () => new Delta().insert("\t"));
    this.addMatcher("img", (node) => imageOf(node as HTMLImageElement));
  }

  override onCaptureCopy(event: ClipboardEvent, isCut = false): void {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const range = this.quill.getSelection();
    if (!range || range.length === 0 || !event.clipboardData) return;
    const op = this.quill.getContents(range.index, range.length).ops as Op;
    event.clipboardData.setData("text/plain", plainText(op));
    event.clipboardData.setData("text/html", toHTML(op));
    event.clipboardData.setData(exact, JSON.stringify(op));
    if (isCut && this.quill.isEnabled()) deleteRange({ range, quill: this.quill });
  }

  /** A paste is a step of its own in the history. */
  override onCapturePaste(event: ClipboardEvent): void {
    this.quill.history.cutoff();
    this.#paste(event);
    this.quill.history.cutoff();
  }

  #paste(event: ClipboardEvent): void {
    const copied = event.clipboardData?.getData(exact);
    if (event.defaultPrevented || !this.quill.isEnabled() || !copied) {
      super.onCapturePaste(event);
      return;
    }
    const range = this.quill.getSelection(true);
    const op = parseCopy(copied);
    if (!range || !op || this.quill.getFormat(range.index)["code-block"]) {
      super.onCapturePaste(event);
      return;
    }
    event.preventDefault();
    this.#replace(range, new Delta([...op] as Delta["ops"]));
  }

  override convert(pasted: { html?: string; text?: string }, formats: Record<string, unknown> = {}): Delta {
    const text = sanitizeText(pasted.text ?? "");
    if (!pasted.html) return super.convert({ text }, formats);
    const delta = super.convert({ html: disarm(pasted.html), text }, formats);
    for (const op of delta.ops) {
      for (const name of op.attributes ? foreign : []) delete op.attributes![name];
    }
    return new Delta([...sanitize(delta.ops as Op)] as Delta["ops"]);
  }

  override normalizeHTML(parsed: Document): void {
    applyStyles(parsed);
    unfoldTables(parsed);
    super.normalizeHTML(parsed);
  }

  #replace(range: Range, pasted: Delta): void {
    const change = new Delta().retain(range.index).delete(range.length).concat(pasted);
    this.quill.updateContents(change, Quill.sources.USER);
    this.quill.setSelection(range.index + pasted.length(), 0, Quill.sources.SILENT);
    this.quill.scrollSelectionIntoView();
  }
}

/**
 * An image of another page. One that this site serves stays; of others the policy lets none be shown, and who reads should
 * not be told to their host: so a link leads there, and a person decides.
 */
function imageOf(image: HTMLImageElement): Delta {
  const source = image.getAttribute("src") ?? "";
  const address = URL.canParse(source, location.href) ? new URL(source, location.href) : undefined;
  if (address?.origin === location.origin && address.pathname.startsWith("/files/")) {
    return new Delta().insert({ image: address.pathname });
  }
  const link = /^https?:/i.test(source) ? safeLink(source) : undefined;
  if (!link) return new Delta();
  return new Delta().insert(image.alt.replace(/\s+/g, " ").trim() || link, { link });
}

/** What a copy held, or undefined when it is not what we wrote: any page may put anything under our type. */
function parseCopy(text: string): Op | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || !value.every(isInsert)) return undefined;
    return sanitize(value as Op);
  } catch {
    return undefined;
  }
}

function isInsert(part: unknown): boolean {
  if (typeof part !== "object" || part === null || !("insert" in part) || "retain" in part || "delete" in part) {
    return false;
  }
  const attributes = "attributes" in part ? part.attributes : {};
  if (typeof attributes !== "object" || attributes === null) return false;
  return typeof part.insert === "string" || (typeof part.insert === "object" && part.insert !== null);
}

function plainText(op: Op): string {
  return op.map((part) => ("insert" in part && typeof part.insert === "string" ? part.insert : "")).join("");
}
