// biome-ignore-all lint/complexity/noThisInStatic: a blot must be created by its own class, which a name would not say
import Quill, { Parchment } from "quill/core";
import { AlignClass } from "quill/formats/align.js";
import Blockquote from "quill/formats/blockquote.js";
import Bold from "quill/formats/bold.js";
import CodeBlock, { CodeBlockContainer, Code as InlineCode } from "quill/formats/code.js";
import { DirectionClass } from "quill/formats/direction.js";
import { FontClass } from "quill/formats/font.js";
import Header from "quill/formats/header.js";
import Image from "quill/formats/image.js";
import Indent from "quill/formats/indent.js";
import Italic from "quill/formats/italic.js";
import Link from "quill/formats/link.js";
import List from "quill/formats/list.js";
import Script from "quill/formats/script.js";
import { SizeClass } from "quill/formats/size.js";
import Strike from "quill/formats/strike.js";
import Underline from "quill/formats/underline.js";
import { hexColor } from "./schema.ts";

/**
 * The formats of a rich document as Quill shows them. Each must give back the very value that it was given, or
 * opening a document would differ from what the server has; Quill's own lose the language of a code block and write
 * `#abc` as `#aabbcc`.
 */

const Embed = Quill.import("blots/embed") as typeof Parchment.EmbedBlot;

/** A rule across the page. It is inline for Quill, so that it may stand anywhere in the text, and a line to the eye. */
class Divider extends Embed {
  static override blotName = "divider";
  static override tagName = "SPAN";
  static override className = "divider";

  static override create(value: unknown): HTMLElement {
    const node = super.create(value) as HTMLElement;
    node.setAttribute("role", "separator");
    return node;
  }

  static override value(): boolean {
    return true;
  }
}

/** A person who is mentioned, by id; the name is what was known when it was written. */
class Mention extends Embed {
  static override blotName = "mention";
  static override tagName = "SPAN";
  static override className = "mention";

  static override create(value: unknown): HTMLElement {
    const node = super.create(value) as HTMLElement;
    const { id, name } = value as { id: string; name: string };
    node.dataset.id = id;
    node.dataset.name = name;
    node.textContent = `@${name}`;
    return node;
  }

  static override value(node: HTMLElement): { id: string; name: string } {
    return { id: node.dataset.id ?? "", name: node.dataset.name ?? "" };
  }
}

/** A formula, shown as the TeX that it is. */
class Formula extends Embed {
  static override blotName = "formula";
  static override tagName = "SPAN";
  static override className = "formula";

  static override create(value: unknown): HTMLElement {
    const node = super.create(value) as HTMLElement;
    node.dataset.tex = String(value);
    node.textContent = String(value);
    return node;
  }

  static override value(node: HTMLElement): string {
    return node.dataset.tex ?? "";
  }
}

/** An image of the document. Where it may come from is the content security policy's to say. */
class DocumentImage extends Image {
  /** The accessible name of every image: a document holds none of its own. */
  static label = "";

  static override create(value: string): HTMLElement {
    const node = super.create(value) as HTMLElement;
    node.setAttribute("alt", DocumentImage.label);
    return node;
  }

  static override formats(): Record<string, string | null> {
    return {}; // width and the like are not in the schema
  }

  static override sanitize(url: string): string {
    return url;
  }
}

/** Names all images for those who do not see them, in the language of the page; call it before one is shown. */
export function nameImages(label: string): void {
  DocumentImage.label = label;
}

/** A link that keeps its address as it is; schema.ts and the server decide what an address may be. */
class DocumentLink extends Link {
  static override create(value: string): HTMLElement {
    const node = super.create(value);
    node.setAttribute("href", value);
    return node;
  }

  override format(name: string, value: unknown): void {
    super.format(name, value);
    if (name === "link" && typeof value === "string") this.domNode.setAttribute("href", value);
  }
}

/** A line of code, with its language when it has one. */
class CodeLine extends CodeBlock {
  static override create(value: unknown): HTMLElement {
    const node = super.create(value as string) as HTMLElement;
    if (typeof value === "string") node.dataset.language = value;
    return node;
  }

  static override formats(node: HTMLElement): string | true {
    return node.dataset.language ?? true;
  }
}
// Quill removes children that are not allowed, and an embed that was removed would be gone for everybody.
CodeLine.allowedChildren = [...CodeBlock.allowedChildren, Parchment.EmbedBlot];
CodeLine.requiredContainer = CodeBlockContainer;

/** A colour of text or behind it, given back as it was written. */
class Color extends Parchment.StyleAttributor {
  override add(node: HTMLElement, value: unknown): boolean {
    if (typeof value !== "string" || !super.add(node, value)) return false;
    node.dataset[this.attrName] = value;
    return true;
  }

  override remove(node: HTMLElement): void {
    super.remove(node);
    delete node.dataset[this.attrName];
  }

  override value(node: HTMLElement): string {
    if (!super.value(node)) return "";
    return node.dataset[this.attrName] ?? hexColor(super.value(node)) ?? "";
  }
}

const inline = { scope: Parchment.Scope.INLINE };

Quill.register(
  {
    "formats/align": AlignClass,
    "formats/background": new Color("background", "background-color", inline),
    "formats/blockquote": Blockquote,
    "formats/bold": Bold,
    "formats/code": InlineCode,
    "formats/code-block": CodeLine,
    "formats/color": new Color("color", "color", inline),
    "formats/direction": DirectionClass,
    "formats/divider": Divider,
    "formats/font": FontClass,
    "formats/formula": Formula,
    "formats/header": Header,
    "formats/image": DocumentImage,
    "formats/indent": Indent,
    "formats/italic": Italic,
    "formats/link": DocumentLink,
    "formats/list": List,
    "formats/mention": Mention,
    "formats/script": Script,
    "formats/size": SizeClass,
    "formats/strike": Strike,
    "formats/underline": Underline,
  },
  true,
);
