import { sameAttributes } from "../../ot/attributes.ts";
import type { MergedPiece } from "./merged.ts";

/**
 * The same two documents in one, told so that lines that came or went are lines. Who types a line behind another inserts
 * a line break and the text, while the line break that was there becomes that of the new line; one would rather see the
 * new line with its own. Each side stays what it is. The place `run` of a deleted piece stays true: it is what the server
 * knows as deleted.
 */
export function byLines(pieces: readonly MergedPiece[]): readonly MergedPiece[] {
  return placed(withOwnBreaks(withKeptBreaks(pieces)));
}

/**
 * Where something is replaced in the middle of lines, the line breaks that both have stay: `May⏎We met` that became
 * `May 2026⏎` got " 2026" and lost "We met".
 */
function withKeptBreaks(pieces: readonly MergedPiece[]): MergedPiece[] {
  const told: MergedPiece[] = [];
  for (let start = 0; start < pieces.length; ) {
    const middle = endOf(pieces, start, "deleted");
    const end = endOf(pieces, middle, "inserted");
    if (middle === start || end === middle) {
      told.push(...pieces.slice(start, Math.max(end, start + 1)));
      start = Math.max(end, start + 1);
      continue;
    }
    const gone = lines(pieces.slice(start, middle));
    const come = lines(pieces.slice(middle, end));
    const before = told.at(-1);
    const whole = (!before || before.insert === "\n") && !gone.at(-1)!.length && !come.at(-1)!.length;
    told.push(...(whole ? pieces.slice(start, end) : replaced(gone, come)));
    start = end;
  }
  return told;
}

/** Lines that went and those that came in their place. */
function replaced(gone: Lines, come: Lines): readonly MergedPiece[] {
  const both = Math.min(gone.length, come.length) - 1; // line breaks
  const told: MergedPiece[] = [];
  for (let index = 0; index < both; index++) told.push(...joined(gone[index]!, come[index]!));
  const [went, came] = [asDeleted(gone.slice(both).flat()), come.slice(both).flat()];
  // Text that came in front of a line break that went is of the line that stays.
  if (went[0]?.insert === "\n" && came.every(({ insert }) => insert !== "\n")) told.push(...came, ...went);
  else told.push(...went, ...came);
  return told;
}

type Lines = readonly (readonly MergedPiece[])[];

/** The pieces in lines, each with its line break; the last one has none and may be empty. */
function lines(pieces: readonly MergedPiece[]): Lines {
  const found: MergedPiece[][] = [[]];
  for (const piece of pieces) {
    found.at(-1)!.push(piece);
    if (piece.insert === "\n") found.push([]);
  }
  return found;
}

/** A line that went and the one that came in its place, with the line break that both have. */
function joined(gone: readonly MergedPiece[], come: readonly MergedPiece[]): readonly MergedPiece[] {
  const was = gone.at(-1)!;
  const { insert, attributes, inB } = come.at(-1)!;
  const { inA } = was;
  const kept: MergedPiece = sameAttributes(was.attributes, attributes)
    ? { fate: "same", insert, attributes, inA, inB }
    : { fate: "formatted", insert, attributes, before: was.attributes, inA, inB };
  return [...asDeleted(gone.slice(0, -1)), ...come.slice(0, -1), kept];
}

/** Pieces that are deleted in one go, and nothing else with them. */
function asDeleted(pieces: readonly MergedPiece[]): readonly MergedPiece[] {
  const last = pieces.at(-1);
  if (!last) return [];
  const run = [pieces[0]!.inA, last.inA + unitsOf(last)] as const;
  return pieces.map((piece) => ({ ...piece, run }));
}

/** Lines that came or went behind a line that stays take the line break at their end, not the one in front of them. */
function withOwnBreaks(pieces: readonly MergedPiece[]): MergedPiece[] {
  const told = [...pieces];
  for (let start = 0; start < told.length; ) {
    const { fate } = told[start]!;
    const end = Math.max(endOf(told, start, fate), start + 1);
    if (fate === "inserted" || fate === "deleted") takeOwnBreak(told, start, end);
    start = end;
  }
  return told;
}

/**
 * For the lines from `start` to `end`, which all came or all went. The line break at their end may have another format
 * now: who goes on behind a heading inserts one of the heading, and the one that was there becomes that of a paragraph.
 */
function takeOwnBreak(told: MergedPiece[], start: number, end: number): void {
  let index = start;
  while (index < end && told[index]!.insert !== "\n") index++;
  const last = told[end];
  if (index === end || last?.insert !== "\n" || last.fate === "inserted" || last.fate === "deleted") return;
  const fromLineStart = start === 0 || told[start - 1]!.insert === "\n";
  if (fromLineStart && index > start) return; // these are whole lines already
  const first = told[index]!;
  const inA = last.before ?? last.attributes;
  const [stays, goes] = first.fate === "inserted" ? [inA, last.attributes] : [last.attributes, inA];
  if (!sameAttributes(first.attributes, stays)) return;
  told[index] = { fate: "same", insert: "\n", attributes: stays, inA: last.inA, inB: last.inB };
  told[end] = { ...first, attributes: goes };
}

/** The index behind the pieces of a fate from `start` on. */
function endOf(pieces: readonly MergedPiece[], start: number, fate: MergedPiece["fate"]): number {
  let end = start;
  while (pieces[end]?.fate === fate) end++;
  return end;
}

/** The pieces with the places that they have now. */
function placed(pieces: readonly MergedPiece[]): readonly MergedPiece[] {
  let inA = 0;
  let inB = 0;
  return pieces.map((piece) => {
    const told = piece.inA === inA && piece.inB === inB ? piece : { ...piece, inA, inB };
    if (piece.fate !== "inserted") inA += unitsOf(piece);
    if (piece.fate !== "deleted") inB += unitsOf(piece);
    return told;
  });
}

function unitsOf({ insert }: MergedPiece): number {
  return typeof insert === "string" ? insert.length : 1;
}
