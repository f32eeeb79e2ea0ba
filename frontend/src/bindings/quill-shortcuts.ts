import type Quill from "quill/core";
import { Delta, type EmitterSource } from "quill/core";
import type { Op } from "../client/types.ts";
import { insertedLength } from "../ot/op.ts";
import { plainText } from "../ot/text.ts";
import { atEnter, atMark, atSpace, type Shortcut } from "./markdown-shortcuts.ts";
import { safeLink } from "./schema.ts";

/**
 * Makes formats of the marks of Markdown while a person types them. It hears of what was typed, whichever way that came,
 * rather than of keys: those of a phone have no names. What it makes is a step of its own in the history, so that one
 * undo brings back the marks as they were typed.
 */
export function convertMarks(quill: Quill): void {
  quill.on("text-change", (change: Delta, _before: Delta, source: EmitterSource) => {
    if (source !== "user" || quill.composition.isComposing || quill.history.ignoreChange) return;
    const typed = typedUnit(change.ops as Op);
    // Not at once: who typed it may still be about to place the caret behind it.
    if (typed !== undefined) queueMicrotask(() => convert(quill, typed));
  });
}

/** The one unit that a change inserts, if that may close a mark. More than one was pasted, not typed. */
function typedUnit(change: Op): string | undefined {
  if (insertedLength(change) !== 1 || change.some((part) => "delete" in part)) return undefined;
  const text = plainText(change);
  return " \n*_~`)".includes(text) ? text : undefined;
}

function convert(quill: Quill, typed: string): void {
  const caret = quill.getSelection();
  if (!caret || caret.length > 0 || quill.composition.isComposing || !quill.isEnabled()) return;
  const [line, offset] = quill.getLine(typed === "\n" ? caret.index - 1 : caret.index);
  if (!line) return;
  const start = (typed === "\n" ? caret.index - 1 : caret.index) - offset;
  const piece = quill.getContents(start, offset);
  const before = plainText(piece.ops as Op);
  const formats = quill.getFormat(start, offset);
  if (formats["code-block"]) return;
  const found =
    typed === "\n"
      ? atEnter(before)
      : typed === " "
        ? atSpace(before)
        : before.endsWith(typed) && atMark(before, safeLink);
  if (!found) return;
  // Marks inside code are what they are; the pair that makes code may not hold any either.
  const from = found.kind === "inline" ? found.start : 0;
  if (piece.slice(from).ops.some((part) => part.attributes?.code)) return;

  quill.history.cutoff();
  if (found.kind === "inline") applyInline(quill, start, found);
  else applyLine(quill, start, found, typed === "\n");
  quill.history.cutoff();
}

/** Formats the line that begins at `start`. After Enter its own line break goes too, and the next line is formatted. */
function applyLine(
  quill: Quill,
  start: number,
  found: Shortcut & { kind: "line" | "divider" },
  entered: boolean,
): void {
  const change = new Delta().retain(start);
  if (found.kind === "divider") {
    change.insert({ divider: true });
    if (!entered) change.insert("\n");
    change.delete(found.remove);
    quill.updateContents(change, "user");
    quill.setSelection(start + 2, 0, "user");
    return;
  }
  const remove = found.remove + (entered ? 1 : 0);
  const [line, offset] = quill.getLine(start + remove);
  change.delete(remove);
  if (line)
    change.retain(line.length() - 1 - offset).retain(1, { ...others(quill.getFormat(start)), ...found.formats });
  quill.updateContents(change, "user");
  quill.setSelection(start, 0, "user");
}

/** Of the formats that exclude each other a line keeps none but the new one. */
function others(formats: Readonly<Record<string, unknown>>): Record<string, null> {
  const names = ["header", "list", "blockquote", "code-block"].filter((name) => formats[name]);
  return Object.fromEntries(names.map((name) => [name, null]));
}

function applyInline(quill: Quill, start: number, found: Shortcut & { kind: "inline" }): void {
  const length = found.end - found.start - found.open - found.close;
  const change = new Delta()
    .retain(start + found.start)
    .delete(found.open)
    .retain(length, { [found.name]: found.value })
    .delete(found.close);
  quill.updateContents(change, "user");
  quill.setSelection(start + found.start + length, 0, "user");
  quill.format(found.name, false, "user"); // what is typed next is no part of it
}
