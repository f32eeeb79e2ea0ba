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
 * Where something is replaced in the middle of lines, by as many lines, the line breaks of it stay: `May⏎We met` that
 * became `May 2026⏎` got " 2026" and lost "We met".
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
    if (whole || gone.length !== come.length) told.push(...pieces.slice(start, end));
    else for (const [index, line] of gone.entries()) told.push(...joined(line, come[index]!));
    start = end;
  }
  return told;
}

/** The pieces in lines, each with its line break; the last one has none and may be empty. */
function lines(pieces: readonly MergedPiece[]): readonly (readonly MergedPiece[])[] {
  const found: MergedPiece[][] = [[]];
  for (const piece of pieces) {
    found.at(-1)!.push(piece);
    if (piece.insert === "\n") found.push([]);
  }
  return found;
}

/** A line that went and the one that came in its place, with the line break that both have. */
function joined(gone: readonly MergedPiece[], come: readonly MergedPiece[]): readonly MergedPiece[] {
  const was = gone.at(-1);
  const is = come.at(-1);
  const part = (piece: MergedPiece): MergedPiece => ({
    ...piece,
    ...(piece.fate === "deleted" && { run: runOf(gone) }),
  });
  if (was?.insert !== "\n" || is?.insert !== "\n") return [...gone, ...come].map(part);
  const { insert, attributes, inA, inB } = { ...is, inA: was.inA };
  const kept: MergedPiece = sameAttributes(was.attributes, attributes)
    ? { fate: "same", insert, attributes, inA, inB }
    : { fate: "formatted", insert, attributes, before: was.attributes, inA, inB };
  return [...[...gone.slice(0, -1), ...come.slice(0, -1)].map(part), kept];
}

/** What of a line is deleted, without its line break, as a range of A. */
function runOf(gone: readonly MergedPiece[]): readonly [number, number] {
  const text = gone.filter(({ insert }) => insert !== "\n");
  const last = text.at(-1)!;
  return [text[0]!.inA, last.inA + unitsOf(last)];
}

/** Lines that came or went behind a line that stays take the line break at their end, not the one in front of them. */
function withOwnBreaks(pieces: readonly MergedPiece[]): MergedPiece[] {
  const told = [...pieces];
  for (let start = 0; start < told.length; start++) {
    const first = told[start]!;
    const before = told[start - 1];
    if (first.insert !== "\n" || (first.fate !== "inserted" && first.fate !== "deleted")) continue;
    if (before && before.fate !== "same" && before.fate !== "formatted") continue;
    const end = endOf(told, start, first.fate);
    const last = told[end];
    if (last?.fate !== "same" || last.insert !== "\n" || !sameAttributes(first.attributes, last.attributes)) continue;
    told[start] = last;
    told[end] = first;
    start = end;
  }
  return told;
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
