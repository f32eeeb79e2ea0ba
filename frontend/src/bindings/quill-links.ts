import Quill, { Delta, Range } from "quill/core";
import type { Op } from "../client/types.ts";

/** A piece of the text to which a link belongs or is to be given. */
export interface LinkTarget {
  readonly index: number;
  readonly length: number;
  /** The address, if all of it is one link now. */
  readonly link?: string;
}

/** The selection, or all of the link in which the caret is. */
export function linkTarget(quill: Quill, range: Range): LinkTarget {
  const link: unknown = quill.getFormat(range).link;
  if (range.length > 0 || typeof link !== "string") {
    return { index: range.index, length: range.length, ...(typeof link === "string" ? { link } : {}) };
  }
  return { ...extent(quill, range.index, link), link };
}

/** Gives a piece a link, or takes it away. Nothing selected: the address itself becomes the text of the link. */
export function setLink(quill: Quill, target: LinkTarget, link: string | undefined): void {
  if (target.length > 0) {
    quill.formatText(target.index, target.length, "link", link ?? false, Quill.sources.USER);
    quill.setSelection(target.index + target.length, 0, Quill.sources.USER);
  } else if (link !== undefined) {
    const formats = { ...quill.getFormat(target.index), link };
    quill.updateContents(new Delta().retain(target.index).insert(link, formats), Quill.sources.USER);
    quill.setSelection(target.index + link.length, 0, Quill.sources.USER);
  }
  quill.focus({ preventScroll: true });
  if (link !== undefined) quill.format("link", false, Quill.sources.USER); // what is typed next is no part of it
}

/** The neighbouring pieces of one line that have the same link: other formats may divide it. */
function extent(quill: Quill, index: number, link: string): Range {
  const [line, offset] = quill.getLine(index);
  if (!line) return new Range(index, 0);
  let start = index - offset;
  let length = 0;
  for (const part of quill.getContents(start, line.length()).ops as Op) {
    if (!("insert" in part)) continue;
    const units = typeof part.insert === "string" ? part.insert.length : 1;
    if (part.attributes?.link === link) {
      length += units;
    } else if (length > 0 && start + length >= index) {
      break;
    } else {
      start += length + units;
      length = 0;
    }
  }
  return new Range(start, length);
}
