import { canonicalJson } from "./json.ts";
import type { Attributes, Insert } from "./op.ts";

/**
 * The content hash of documents; how it is defined stands with `Hash` in ot/hash.go. In short: two polynomials modulo
 * 2^31-1, continued for each unit, so that the hash of two stretches follows from the hashes of both and the length of
 * the second. A hash tells two replicas whether they hold the same, and protects against nobody.
 */
export interface Lanes {
  readonly a: number;
  readonly b: number;
}

export const EMPTY: Lanes = { a: 0, b: 0 };

const PRIME = 2 ** 31 - 1;
// All are below 2^21, so that a product with a number below 2^32 is exact.
const DOC: Lanes = { a: 1_687_331, b: 1_937_813 };
const TEXT: Lanes = { a: 1_270_607, b: 2_039_441 };

/** The hash as it is shown and sent: 16 hexadecimal digits. */
export function hashText(hash: Lanes): string {
  return hash.a.toString(16).padStart(8, "0") + hash.b.toString(16).padStart(8, "0");
}

/** The hash of inserts that follow each other. */
export function hashInserts(inserts: Iterable<Insert>): Lanes {
  let hash = EMPTY;
  for (const { insert, attributes } of inserts) {
    const formats = attributes === undefined ? EMPTY : hashAttributes(attributes);
    if (typeof insert === "string") hash = hashUnits(hash, insert, DOC, 1 + formats.a, 1 + formats.b);
    else {
      const embed = hashString(canonicalJson(insert));
      hash = {
        a: settle(hash.a * DOC.a + embed.a + formats.a),
        b: settle(hash.b * DOC.b + embed.b + formats.b),
      };
    }
  }
  return hash;
}

/** What a hash is multiplied with when so many units follow. */
export function shiftOf(units: number): Lanes {
  return { a: power(DOC.a, units), b: power(DOC.b, units) };
}

/** The hash of a stretch followed by another, of which the hash and the shift of its length are known. */
export function follow(first: Lanes, second: Lanes, shift: Lanes): Lanes {
  return {
    a: settle(multiply(first.a, shift.a) + second.a),
    b: settle(multiply(first.b, shift.b) + second.b),
  };
}

// A document uses few sets of attributes, each many times. The key is not canonical, and need not be: it says all.
const known = new Map<string, Lanes>();
const KNOWN_MOST = 1024;

function hashAttributes(attributes: Attributes): Lanes {
  const key = JSON.stringify(attributes);
  const found = known.get(key);
  if (found !== undefined) return found;
  const json = canonicalJson(attributes);
  const hash = json === "{}" ? EMPTY : hashString(json);
  if (known.size >= KNOWN_MOST) known.clear();
  known.set(key, hash);
  return hash;
}

function hashString(text: string): Lanes {
  return hashUnits(EMPTY, text, TEXT, 1, 1);
}

function hashUnits(from: Lanes, text: string, by: Lanes, plusA: number, plusB: number): Lanes {
  let { a, b } = from;
  const byA = by.a;
  const byB = by.b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Reduced no further than it must be: below 2^31 + 2^22, which times 2^21 and more is still exact. Numbers, not
    // names, stand here, because bundlers make variables of constants, and then this takes twice as long.
    a = a * byA + (unit + plusA);
    b = b * byB + (unit + plusB);
    const highA = Math.floor(a * (1 / 0x80000000));
    const highB = Math.floor(b * (1 / 0x80000000));
    a = a - highA * 0x80000000 + highA;
    b = b - highB * 0x80000000 + highB;
  }
  return { a: settle(a), b: settle(b) };
}

/** x modulo the prime, for a whole x below 2^53. */
function settle(x: number): number {
  const high = Math.floor(x / 0x80000000);
  let rest = x - high * 0x80000000 + high;
  while (rest >= PRIME) rest -= PRIME;
  return rest;
}

/** The product of two numbers below the prime, modulo the prime: in two steps, because it may be as long as 62 bits. */
function multiply(x: number, y: number): number {
  const low = y & 0xffff;
  return settle(settle(x * ((y - low) / 0x10000)) * 0x10000 + x * low);
}

function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}
