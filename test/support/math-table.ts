/** The functions of src/math.ts over a fixed table of arguments, as one SHA-256. Started in other engines by test/math.test.ts. */
import { createHash } from 'node:crypto';
import { cosine, exp, log, logistic, pow, sine } from '../../src/math.js';

/** From 2⁻¹⁰²² to 2¹⁰²³, each power of two with 16 fractions that no engine computes: they stand in the bits. */
function positives(): Float64Array {
  const bits = new BigUint64Array(2046 * 16);
  for (let e = 1; e < 2047; e++) {
    for (let i = 0; i < 16; i++) {
      const fraction = (BigInt(i) << 48n) | BigInt((e * 7919 + i * 104729) % 65536);
      bits[(e - 1) * 16 + i] = (BigInt(e) << 52n) | fraction;
    }
  }
  return new Float64Array(bits.buffer);
}

const x = positives();
const exponents = [-2, -0.5, -1 / 3, 0, 0.1, 0.5, 0.75, 1, 3];
const small = Float64Array.from({ length: 20_001 }, (_, i) => (i - 10_000) * 0.0709);
const values = [
  x.map(log),
  small.map(exp),
  small.map(logistic),
  small.map(sine),
  small.map(cosine),
  ...exponents.map((y) => x.filter((_, i) => i % 5 === 0).map((v) => pow(v, y))),
];
const hash = createHash('sha256');
for (const part of values) hash.update(new Uint8Array(part.buffer));
console.log(hash.digest('hex'));
