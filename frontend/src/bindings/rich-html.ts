import type { Attributes, Op } from "../client/types.ts";
import { linesOf, type Piece } from "./lines.ts";
import { sanitize } from "./schema.ts";

/**
 * A piece of a rich document as HTML, for the clipboard. It is built as nodes in a document without scripts and then
 * written out, so no text and no address can become markup.
 */
export function toHTML(op: Op): string {
  const page = document.implementation.createHTMLDocument("");
  let list: HTMLElement | undefined;
  for (const line of linesOf(sanitize(op))) {
    const kind = line.attributes.list;
    const tag = kind === "ordered" ? "ol" : "ul";
    if (!kind) list = undefined;
    else if (!list || list.localName !== tag) list = page.body.appendChild(page.createElement(tag));
    const block = page.createElement(blockTag(line.attributes));
    if (kind === "checked" || kind === "unchecked") block.dataset.checked = String(kind === "checked");
    for (const piece of line.pieces) block.append(inline(page, piece));
    if (line.ended) (list ?? page.body).append(block);
    else (list ?? page.body).append(...block.childNodes);
  }
  return page.body.innerHTML;
}

function blockTag(attributes: Attributes): string {
  if (attributes.list) return "li";
  if (attributes.header) return `h${attributes.header}`;
  if (attributes.blockquote) return "blockquote";
  return attributes["code-block"] ? "pre" : "p";
}

const tags: readonly (readonly [name: string, tag: string])[] = [
  ["bold", "strong"],
  ["italic", "em"],
  ["underline", "u"],
  ["strike", "s"],
  ["code", "code"],
];

function inline(page: Document, piece: Piece): Node {
  let node: Node = embedded(page, piece.insert);
  const wrap = (tag: string): HTMLElement => {
    const element = page.createElement(tag);
    element.append(node);
    node = element;
    return element;
  };
  for (const [name, tag] of tags) if (piece.attributes[name]) wrap(tag);
  if (piece.attributes.script) wrap(piece.attributes.script === "sub" ? "sub" : "sup");
  if (typeof piece.attributes.link === "string") wrap("a").setAttribute("href", piece.attributes.link);
  return node;
}

function embedded(page: Document, insert: Piece["insert"]): Node {
  if (typeof insert === "string") return page.createTextNode(insert);
  const { mention, formula } = insert as { mention?: { name: string }; formula?: string };
  if (mention) return page.createTextNode(`@${mention.name}`);
  if (formula !== undefined) return page.createTextNode(formula);
  if (typeof insert.image !== "string") return page.createElement("hr");
  const image = page.createElement("img");
  image.setAttribute("src", insert.image);
  return image;
}
