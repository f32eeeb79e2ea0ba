import type { BlameSpan, BlameSpans } from "./blame-spans.ts";
import type { Author, Credit } from "./credit.ts";

/** Lines under a text that can be told apart without colours; the first people of a roster have one each. */
export const patterns = ["solid", "dotted", "dashed", "double", "wavy"] as const;

/**
 * The authors that were met, in that order: an index of it stays the same person, with the same colour and line, while
 * one goes through a history, though each answer of the server has a list of its own.
 */
export class Roster {
  readonly #authors: Author[] = [];
  readonly #indices = new Map<string, number>();

  get authors(): readonly Author[] {
    return this.#authors;
  }

  /** The index of an author, who is added if not met before. */
  index(author: Author): number {
    let index = this.#indices.get(author.id);
    if (index === undefined) {
      index = this.#authors.push(author) - 1;
      this.#indices.set(author.id, index);
    } else {
      this.#authors[index] = author; // under a newer name, perhaps
    }
    return index;
  }

  /** The person of a credit; undefined when nobody is named. */
  author({ author }: Credit): Author | undefined {
    return this.#authors[author];
  }

  /** Spans whose authors are indices of `authors`, as spans of this roster. */
  adopt(spans: BlameSpans, authors: readonly Author[]): BlameSpans {
    const indices = authors.map((author) => this.index(author));
    return spans.map((span): BlameSpan => ({ ...span, author: indices[span.author] ?? span.author }));
  }
}

/** How the text of an author looks, as declarations of CSS: a wash of their colour, and a line under it. */
export function authorStyle(color: string, index: number): string {
  const safe = /^#[0-9a-f]{6}$/i.test(color) ? color : "#808080";
  const pattern = patterns[index % patterns.length]!;
  return (
    `background-color: color-mix(in srgb, ${safe} var(--author-wash), transparent);` +
    ` text-decoration: underline ${pattern} ${safe} 2px;`
  );
}

/** The rules for the text of authors, whether it is marked by highlights or by classes. */
export function authorRules(authors: readonly Author[]): string {
  return authors
    .map(
      ({ color }, i) =>
        `::highlight(author-${i}) { ${authorStyle(color, i)} } .author-${i} { ${authorStyle(color, i)} }`,
    )
    .join("\n");
}
