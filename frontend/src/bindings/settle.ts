import { type Attributes, Builder, type Op } from "../ot/op.ts";

/**
 * A line can have one of these only, but two people can give it one each at the same time, and then the document holds
 * both. An editor would show the one that it heard of last, so everybody another one. This order decides for all.
 */
const exclusive = ["code-block", "list", "header", "blockquote"] as const;

/** The op that makes a document's lines show the format that wins, on an editor that shows any of them. */
export function settleLines(document: Op): Op {
  const builder = new Builder();
  for (const part of document) {
    if (!("insert" in part)) continue;
    const winner = contested(part.attributes);
    if (!winner || typeof part.insert !== "string") {
      builder.retain(typeof part.insert === "string" ? part.insert.length : 1);
      continue;
    }
    for (const text of part.insert.split(/(\n)/)) {
      if (text === "\n") builder.retain(1, winner);
      else builder.retain(text.length);
    }
  }
  return builder.op();
}

function contested(attributes: Attributes | undefined): Attributes | undefined {
  if (!attributes) return undefined;
  const [winner, ...losers] = exclusive.filter((name) => attributes[name]);
  return winner && losers.length > 0 ? { [winner]: attributes[winner] } : undefined;
}
