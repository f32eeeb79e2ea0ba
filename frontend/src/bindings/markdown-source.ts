import { compose } from "../ot/compose.ts";
import { Builder, cutsPair, normalize, type Op, sameOp } from "../ot/op.ts";
import { apply, plainText } from "../ot/text.ts";
import { transform } from "../ot/transform.ts";
import { diffDocuments } from "./diff.ts";
import { markdownOf, opOfMarkdown } from "./markdown.ts";
import { viewOf } from "./markdown-view.ts";

/**
 * A document and the Markdown that somebody edits it by, at a moment when the two say the same:
 * `opOfMarkdown(text)` is `viewOf(document)`. The person's own way to write Markdown stays in `text`.
 */
export interface Source {
  readonly document: Op;
  readonly text: string;
}

/** The source of a document as it is first shown. */
export function sourceOf(document: Op): Source {
  return { document, text: markdownOf(document) };
}

/** What came of both sides. */
export interface Synced {
  readonly source: Source;
  /** The person's edit, on the document that `sync` was given. */
  readonly edit: Op;
}

/**
 * Brings both sides together: the person has made `text` of the source's text, others have made `document` of its
 * document. What the person changed is the difference of two readings of Markdown and becomes the smallest edit that makes
 * it, so formats that Markdown cannot say stay where nothing was touched; it is moved over what the others did, like any
 * edit. What the others did is put into the person's text; only where both wrote into the same marks, so that the text
 * would not say the document any more, the text is written anew.
 *
 * This is done while the source is shown and not only when it is left, so what is typed in it is as safe as any typing.
 */
export function sync(source: Source, text: string, document: Op): Synced {
  const remote = document === source.document ? [] : diffDocuments(source.document, document);
  const own = text === source.text ? [] : diffDocuments(viewOf(source.document), opOfMarkdown(text));
  const edit = transform(own, remote, "incoming");
  const after = edit.length === 0 ? document : compose(document, edit);
  if (remote.length === 0) return { source: { document: after, text }, edit };
  const merged = mergeTexts(source, text, document);
  const same = sameOp(normalize(opOfMarkdown(merged)), normalize(viewOf(after)));
  return { source: { document: after, text: same ? merged : markdownOf(after) }, edit };
}

/** The person's text with what others did to the document, as far as texts can tell. */
function mergeTexts(source: Source, text: string, document: Op): string {
  const base = markdownOf(source.document);
  const theirs = diffText(base, markdownOf(document));
  const ours = compose(diffText(base, source.text), diffText(source.text, text));
  return plainText(apply([{ insert: text }], transform(theirs, ours, "history")));
}

/** The op that makes one text of another, where neither needs to end in a line break. */
export function diffText(from: string, to: string): Op {
  const end = "\n"; // diffDocuments compares whole lines
  const op = diffDocuments([{ insert: from + end }], [{ insert: to + end }]);
  const builder = new Builder();
  for (const part of op) builder.push(part);
  return keepsEnd(op, from.length) ? builder.op() : replaced(from, to);
}

function keepsEnd(op: Op, length: number): boolean {
  let at = 0;
  for (const part of op) {
    if ("insert" in part) {
      if (at > length) return false;
    } else {
      at += "retain" in part ? part.retain : part.delete;
      if (at > length && "delete" in part) return false;
    }
  }
  return true;
}

function replaced(from: string, to: string): Op {
  let start = 0;
  while (start < Math.min(from.length, to.length) && from[start] === to[start]) start++;
  if (cutsPair(from, start) || cutsPair(to, start)) start--;
  return new Builder()
    .retain(start)
    .insert(to.slice(start))
    .delete(from.length - start)
    .op();
}
