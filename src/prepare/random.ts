/**
 * The random generator of assembly/random.ts in TypeScript, for what runs once and without an engine (splits,
 * folds): Philox4x32-10, the same numbers from the same (seed, stream). A test holds the two against each other.
 */

/** The high 32 bits of a · b. */
const high = (a: number, b: number) => Number((BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n);

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

/** Shuffles in place, as random_shuffle does. */
export function shuffle(values: Int32Array, seed: number, stream: number): Int32Array {
  let block: number[] = [];
  let drawn = 0;
  for (let i = values.length; i > 1; i--) {
    if ((drawn & 3) === 0) block = philox(drawn >> 2, stream, seed);
    // ⌊bits · i / 2³²⌋, exact: the product is below 2⁵³ for i below 2²¹, and BigInt takes over above.
    const bits = block[drawn & 3];
    const j = i < 2 ** 21 ? Math.floor((bits * i) / 2 ** 32) : high(bits, i);
    drawn++;
    [values[i - 1], values[j]] = [values[j], values[i - 1]];
  }
  return values;
}
