/** The bytes of a text in UTF-8; its surrogates are in pairs. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Two bytes up to U+07FF, three above; each half of a pair counts two, which makes the four bytes of the pair.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1;
  }
  return bytes;
}

/**
 * The JSON of a value that JSON has, in the one form that Go writes too: no white space, names in the order of their code
 * points at every level, control characters other than `\n`, `\t` and `\r` as `\u00xx`.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return canonicalString(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value).sort(([a], [b]) => compareCodePoints(a, b));
  return `{${members.map(([name, member]) => `${canonicalString(name)}:${canonicalJson(member)}`).join(",")}}`;
}

// JSON.stringify has a short form for two control characters that Go writes as numbers.
function canonicalString(text: string): string {
  return JSON.stringify(text).replace(/\\(.)/g, (short, letter) => {
    if (letter === "b") return "\\u0008";
    return letter === "f" ? "\\u000c" : short;
  });
}

/** The order of two texts by code points, which is that of their UTF-8 too; `<` would put a pair before U+E000. */
export function compareCodePoints(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

// Moves the halves of pairs behind all other units.
function rank(unit: number): number {
  return (unit & 0xf800) === 0xd800 ? unit + 0x10000 : unit;
}
