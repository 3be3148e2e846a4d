/**
 * The generator against vectors of its authors (Random123's kat_vectors for philox4x32-10) and what follows from them; that it gives the
 * kernels' numbers is held in test/prepare/split.test.ts.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawer, philox, shuffle } from '../src/random.js';

test('the first block of seed 0 and stream 0 is that of the authors', () => {
  assert.equal(philox(0, 0, 0), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
});

/** Philox4x32-10 in whole numbers without end, by its definition. */
function reference(block: number, stream: number, seed: number): number[] {
  const word = 0xffffffffn;
  let [c0, c1, c2, c3] = [BigInt(block), BigInt(stream), 0n, 0n];
  let [k0, k1] = [BigInt(seed), 0n];
  for (let round = 0; round < 10; round++) {
    const [a, b] = [0xd2511f53n * c0, 0xcd9e8d57n * c2];
    [c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, b & word, (a >> 32n) ^ c3 ^ k1, a & word];
    k0 = (k0 + 0x9e3779b9n) & word;
    k1 = (k1 + 0xbb67ae85n) & word;
  }
  return [c0, c1, c2, c3].map(Number);
}

const u32 = fc.nat(0xffffffff);

test('any block is what the definition gives', () => {
  fc.assert(
    fc.property(u32, u32, u32, (block, stream, seed) =>
      assert.equal(philox(block, stream, seed), reference(block, stream, seed)),
    ),
  );
});

test('draws are the high part of bits times n, one word after the other', () => {
  fc.assert(
    fc.property(u32, u32, fc.array(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { maxLength: 20 }), (seed, stream, sizes) => {
      const draw = drawer(seed, stream);
      sizes.forEach((n, i) => {
        const bits = BigInt(reference(i >> 2, stream, seed)[i & 3]);
        assert.is(draw(n), Number((bits * BigInt(n)) >> 32n));
      });
    }),
  );
});

test('a shuffle keeps all values, is the same for the same seed, and another for another stream', () => {
  const range = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
  fc.assert(
    fc.property(fc.nat(200), u32, u32, (n, seed, stream) => {
      const mixed = shuffle(range(n), seed, stream);
      assert.equal(mixed.slice().sort(), range(n));
      assert.equal(shuffle(range(n), seed, stream), mixed);
    }),
  );
  assert.not.equal(shuffle(range(50), 1, 2), shuffle(range(50), 1, 3));
});

test('every place is as likely for every value', () => {
  // 24 orders of 4 values over 24,000 seeds: a chi-square of 23 degrees of freedom is above 49.7 once in a thousand.
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 24_000; seed++) {
    const order = shuffle(Int32Array.of(0, 1, 2, 3), seed, 9).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.is(counts.size, 24);
  const chi = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  assert.ok(chi < 49.7, `${chi}`);
});
test.run();
