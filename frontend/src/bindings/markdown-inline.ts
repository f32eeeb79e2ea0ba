import type { Piece } from "./lines.ts";

/**
 * The pieces of one line as Markdown. Marks that last longer stand further out, so that few have to be closed and opened
 * again. White space at the inner edge of a mark is written as a character reference: beside a space a star is a star.
 */
export function inlineMarkdown(pieces: readonly Piece[]): string {
  const ends = extents(pieces);
  const open: Mark[] = [];
  let text = "";
  pieces.forEach((piece, index) => {
    const wanted = ends[index]!;
    const kept = keptMarks(open, piece);
    for (const mark of open.splice(kept).reverse()) text += closing(mark);
    const added = marksOf(piece).filter((mark) => !open.some((each) => each.name === mark.name));
    added.sort((a, b) => wanted[b.name]! - wanted[a.name]! || order[a.name] - order[b.name]);
    for (const mark of added) text += opening(mark);
    open.push(...added);
    const next = pieces[index + 1];
    const closes = keptMarks(open, next) < open.length;
    text += pieceMarkdown(piece, { opened: added.length > 0, closes, before: pieces[index - 1], after: next });
  });
  for (const mark of open.reverse()) text += closing(mark);
  return text;
}

type MarkName = "link" | "bold" | "italic" | "strike";

interface Mark {
  readonly name: MarkName;
  readonly value: unknown;
}

const order: Readonly<Record<MarkName, number>> = { link: 0, bold: 1, italic: 2, strike: 3 };
const names = Object.keys(order) as MarkName[];

function marksOf(piece: Piece): Mark[] {
  return names
    .filter((name) => piece.attributes[name] !== undefined)
    .map((name) => ({ name, value: piece.attributes[name] }));
}

/** How many of the open marks, from the outermost on, go on over `piece`. */
function keptMarks(open: readonly Mark[], piece: Piece | undefined): number {
  const ending = open.findIndex((mark) => piece === undefined || piece.attributes[mark.name] !== mark.value);
  return ending < 0 ? open.length : ending;
}

/** For each piece and mark of it: the index of the piece where the mark ends. */
function extents(pieces: readonly Piece[]): readonly Readonly<Record<string, number>>[] {
  const found: Record<string, number>[] = new Array(pieces.length);
  for (let index = pieces.length - 1; index >= 0; index--) {
    const ends: Record<string, number> = {};
    for (const { name, value } of marksOf(pieces[index]!)) {
      const goesOn = pieces[index + 1]?.attributes[name] === value;
      ends[name] = goesOn ? found[index + 1]![name]! : index;
    }
    found[index] = ends;
  }
  return found;
}

function opening(mark: Mark): string {
  return { link: "[", bold: "**", italic: "*", strike: "~~" }[mark.name];
}

function closing(mark: Mark): string {
  return mark.name === "link" ? `](${destination(String(mark.value))})` : opening(mark);
}

/** An address as the target of a link or image; in `<…>` where it would otherwise end early or be read otherwise. */
function destination(address: string): string {
  if (!/[\s()<>\\]|&#?\w+;/.test(address)) return address;
  return `<${address.replace(/[\\<>&]/g, "\\$&")}>`;
}

interface Surroundings {
  /** Whether a mark opens right before the piece, or one closes right behind it. */
  readonly opened: boolean;
  readonly closes: boolean;
  readonly before: Piece | undefined;
  readonly after: Piece | undefined;
}

function pieceMarkdown({ insert, attributes }: Piece, around: Surroundings): string {
  if (typeof insert !== "string") return embedMarkdown(insert);
  if (attributes.code) return codeSpan(insert);
  let text = escaped(insert);
  const { before, after } = around;
  if (text.endsWith("$") && (isCode(after) || is("formula", after))) text = `${text.slice(0, -1)}\\$`;
  if (text.endsWith("!") && (after?.attributes.link !== undefined || is("image", after) || is("mention", after)))
    text = `${text.slice(0, -1)}\\!`;
  if (around.closes || after === undefined) text = text.replace(/\s$/, reference);
  if (around.opened || before === undefined) text = text.replace(/^\s/, reference);
  return text;
}

function isCode(piece: Piece | undefined): boolean {
  return typeof piece?.insert === "string" && piece.attributes.code !== undefined;
}

function is(embed: string, piece: Piece | undefined): boolean {
  return typeof piece?.insert === "object" && embed in piece.insert;
}

function reference(unit: string): string {
  return `&#${unit.charCodeAt(0)};`;
}

function embedMarkdown(embed: Readonly<Record<string, unknown>>): string {
  const { image, mention, formula } = embed as {
    image?: string;
    mention?: { id: string; name: string };
    formula?: string;
  };
  if (image !== undefined) return `![](${destination(image)})`;
  if (mention !== undefined) return `[@${edges(escaped(mention.name))}](mention:${mention.id})`;
  return formula === undefined ? "<hr>" : `$${codeSpan(formula)}$`;
}

function edges(text: string): string {
  return text.replace(/^\s|\s$/g, reference);
}

/** Text between as many backticks as it takes; a space at both ends goes when it is read, so add one where it matters. */
function codeSpan(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const lengths = new Set(runs.map((run) => run.length));
  let fence = "`";
  while (lengths.has(fence.length)) fence += "`";
  const pad = /^`|`$/.test(text) || (/^ .* $/s.test(text) && /[^ ]/.test(text)) ? " " : "";
  return `${fence}${pad}${text}${pad}${fence}`;
}

/** Text as it must be written to mean itself, anywhere but at the start of a block. */
export function escaped(text: string): string {
  return text
    .replace(/[\\`[\]]/g, "\\$&")
    .replace(/(?<!^|\s)\*|\*(?=\S)|(?<=^\s?)\*|\*(?=\s?$)/g, "\\*")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/~(?=~|$)|(?<=^|~)~/g, "\\~")
    .replace(/<(?=[a-z/!])/gi, "\\<")
    .replace(/&(?=#?\w+;)/g, "\\&");
}
