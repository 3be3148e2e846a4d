/**
 * The random generator of assembly/random.ts in TypeScript, for what runs once and without an engine (splits,
 * folds): Philox4x32-10, the same numbers from the same (seed, stream). A test holds the two against each other.
 */

/** The high 32 bits of a · b, by halves of a: every product stays below 2⁵³, where numbers are exact. */
function high(a: number, b: number): number {
  const unsigned = b >>> 0;
  const low = (a & 0xffff) * unsigned;
  return Math.floor(((a >>> 16) * unsigned + Math.floor(low / 65536)) / 65536);
}

/** Block `block` of a stream: four u32. */
export function philox(block: number, stream: number, seed: number): [number, number, number, number] {
  let [c0, c1, c2, c3] = [block, stream, 0, 0];
  let [k0, k1] = [seed, 0];
  for (let round = 0; round < 10; round++) {
    [c0, c1, c2, c3] = [
      high(0xcd9e8d57, c2) ^ c1 ^ k0,
      Math.imul(0xcd9e8d57, c2),
      high(0xd2511f53, c0) ^ c3 ^ k1,
      Math.imul(0xd2511f53, c0),
    ];
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** A stream's numbers one after the other: each call gives a whole number below n, ⌊bits · n / 2³²⌋. */
export function drawer(seed: number, stream: number): (n: number) => number {
  let block: number[] = [];
  let drawn = 0;
  return (n) => {
    if ((drawn & 3) === 0) block = philox(drawn >> 2, stream, seed);
    return high(block[drawn++ & 3], n);
  };
}

/** Shuffles in place, as random_shuffle does. */
export function shuffle(values: Int32Array, seed: number, stream: number): Int32Array {
  const draw = drawer(seed, stream);
  for (let i = values.length; i > 1; i--) {
    const j = draw(i);
    [values[i - 1], values[j]] = [values[j], values[i - 1]];
  }
  return values;
}
