/** The kernels of skip-gram against plain loops, and the steps against differences of the loss, in both builds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { philox } from '../../src/random.js';
import { benches, open } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const SEED = 7;
/** Philox with the counter (c0, c1, c2, c3). */
const bench = open('simd');
function bits(c0: number, stream: number, round: number, slice: number): Uint32Array {
  bench.reset();
  const at = bench.room(4);
  bench.kernels.philox(at, c0, stream, round, slice, SEED, 0);
  return new Uint32Array(bench.memory.buffer, at, 4).slice();
}
const below = (x: number, n: number) => Number((BigInt(x) * BigInt(n)) >> 32n);

/** The pairs of a slice, by block and then in the order of the text. */
function pairsOf(tokens: number[], keep: number[], group: number[], blocks: number, window: number, shrink: boolean) {
  const drawn = tokens.map((_, t) => bits(t >> 1, 3, 4, 5).subarray((t & 1) * 2, (t & 1) * 2 + 2));
  const kept = tokens
    .map((token, t) => ({ token, far: shrink ? below(drawn[t][1], window) + 1 : window, bits: drawn[t][0] }))
    .filter(({ token, bits }) => token < 0 || bits <= keep[token]);
  const found: number[][][] = Array.from({ length: blocks * blocks }, () => []);
  kept.forEach(({ token, far }, i) => {
    if (token < 0) return;
    for (const side of [-1, 1]) {
      for (let d = 1; d <= far && kept[i + side * d] && kept[i + side * d].token >= 0; d++) {
        const center = kept[i + side * d].token;
        found[group[center] * blocks + group[token]].push([center, token]);
      }
    }
  });
  return found;
}

const texts = fc.record({
  tokens: fc.array(fc.integer({ min: -1, max: 9 }), { maxLength: 60 }),
  keep: fc.array(fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1), { minLength: 10, maxLength: 10 }),
  group: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 10, maxLength: 10 }),
  window: fc.integer({ min: 1, max: 7 }),
  shrink: fc.boolean(),
});

interface Step {
  size: number;
  k: number;
  pairs: number[][];
  members: number[];
  weights: number[];
  negative: number;
  rate: number;
}

/** Which tokens are sampled for each four pairs. */
function sampled({ members, weights, negative }: Step, batch: number): number[] {
  const total = weights.reduce((sum, w) => sum + w, 0);
  return Array.from({ length: negative }, (_, j) => {
    const x = below(bits(batch * Math.ceil(negative / 4) + (j >> 2), 3, 4, 5)[j & 3], total);
    return members[weights.findIndex((_, at) => weights.slice(0, at + 1).reduce((sum, w) => sum + w, 0) > x)];
  });
}

/** The loss of four pairs with their sampled tokens, in float64. */
function lossOf(pairs: number[][], negatives: number[], input: number[][], output: number[][]): number {
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, j) => sum + x * b[j], 0);
  const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  let sum = 0;
  for (const [center, context] of pairs) {
    sum += softplus(-dot(input[center], output[context]));
    for (const other of negatives) if (other !== context) sum += softplus(dot(input[center], output[other]));
  }
  return sum;
}

/** The same steps by differences of the loss. */
function descend(step: Step, input: number[][], output: number[][]): number {
  const H = 1e-5;
  let sum = 0;
  const quarter = Math.ceil(step.pairs.length / 4);
  for (let t = 0; t < quarter; t++) {
    const pairs = [0, 1, 2, 3].map((lane) => step.pairs[t + lane * quarter]).filter((pair) => pair !== undefined);
    const negatives = sampled(step, t);
    sum += lossOf(pairs, negatives, input, output);
    const slopes = [input, output].map((rows) =>
      rows.map((row) =>
        row.map((value, j) => {
          row[j] = value + H;
          const above = lossOf(pairs, negatives, input, output);
          row[j] = value - H;
          const under = lossOf(pairs, negatives, input, output);
          row[j] = value;
          return (above - under) / (2 * H);
        }),
      ),
    );
    [input, output].forEach((rows, side) => {
      rows.forEach((row, r) => {
        row.forEach((_, j) => {
          row[j] -= step.rate * slopes[side][r][j];
        });
      });
    });
  }
  return sum;
}

for (const b of benches()) {
  test(`skip_gram_pairs: the pairs of each block, in the order of the text (${b.build})`, () => {
    fc.assert(
      fc.property(texts, ({ tokens, keep, group, window, shrink }) => {
        b.reset();
        const [blocks, n] = [3, tokens.length];
        const [centers, contexts, starts] = [b.room(2 * n * window), b.room(2 * n * window), b.room(blocks * blocks + 2)];
        const text = [b.i32(tokens), b.i32(keep), b.i32(group), b.room(2 * n + 4)] as const;
        const args = [n, blocks, window, Number(shrink), SEED, 3, 4, 5] as const;
        const count = b.kernels.skip_gram_pairs(centers, contexts, starts, ...text, ...args);
        const at = new Int32Array(b.memory.buffer, starts, blocks * blocks + 1);
        const found = Array.from({ length: blocks * blocks }, (_, block) =>
          Array.from({ length: at[block + 1] - at[block] }, (_, i) =>
            [centers, contexts].map((list) => new Int32Array(b.memory.buffer, list, count)[at[block] + i]),
          ),
        );
        assert.equal(found, pairsOf(tokens, keep, group, blocks, window, shrink));
        assert.is(at[blocks * blocks], count);
      }),
      { numRuns: 60 },
    );
  });

  test(`skip_gram_step: steps along the slope of the loss, of four pairs together (${b.build})`, () => {
    const next = generator(3);
    const draw = (n: number) => Math.floor(next() * n);
    for (const [n, k, negative] of [
      [1, 1, 1],
      [4, 3, 2],
      [9, 8, 5],
      [14, 5, 7],
      [23, 20, 4],
    ]) {
      b.reset();
      const size = 12;
      const [ld, columns] = [16 * Math.ceil(k / 16), 4 * Math.ceil(k / 4)];
      const members = [2, 3, 5, 7, 11];
      const weights = members.map(() => 1 + draw(1e6));
      // Centers and contexts that come twice within four pairs, and sampled ones among them.
      const pairs = Array.from({ length: n }, () => [draw(4), members[draw(5)]]);
      const rows = () => Array.from({ length: size }, () => Array.from({ length: k }, () => Math.fround(next() - 0.5)));
      const [input, output] = [rows(), rows()];
      const placed = (matrix: number[][]) => b.f32(matrix.flatMap((row) => [...row, ...new Array(ld - k).fill(0)]));
      const [v, u] = [placed(input), placed(output)];
      let sum = 0;
      const cumulative = b.i32(weights.map((w) => (sum += w)));
      const [centers, contexts] = [0, 1].map((side) => b.i32(pairs.map((pair) => pair[side])));
      const given = [centers, contexts, b.i32(members), cumulative, b.room(5 * negative + 8)] as const;
      const args = [n, members.length, negative, ld, columns, 0.3, SEED, 3, 4, 5] as const;
      const loss = b.kernels.skip_gram_step(v, u, ...given, ...args);
      const expected = descend({ size, k, pairs, members, weights, negative, rate: 0.3 }, input, output);
      assert.ok(Math.abs(loss - expected) < 1e-4 * expected, `${loss} ${expected}`);
      for (const [at, matrix] of [
        [v, input],
        [u, output],
      ] as const) {
        matrix.forEach((row, r) => {
          const found = b.read(at + r * ld * 4, ld);
          for (let j = 0; j < ld; j++) assert.ok(Math.abs(found[j] - (row[j] ?? 0)) < 2e-5, `${found[j]} ${row[j]}`);
        });
      }
    }
  });
}

test('the generator here is that of src/random.ts', () => {
  bench.reset();
  assert.equal([...bits(2, 3, 0, 0)], philox(2, 3, SEED));
});

test.run();
