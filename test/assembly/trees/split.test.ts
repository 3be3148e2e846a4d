/** The best split against trying all of them in float64: numbers, categories, missing values, constraints, bounds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fillTable, SPLIT_BYTES, splitAt } from '../../../src/programs/trees/tree.js';
import { type Bench, benches } from '../../support/kernels.js';
import { generator } from '../../support/tables.js';
import { type Binned, bestSplit } from '../../support/trees.js';

const shapes = fc.record({
  rows: fc.integer({ min: 2, max: 300 }),
  bins: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(60, 255)),
  category: fc.boolean(),
  missing: fc.constantFrom(0, 0.2),
  minSamplesLeaf: fc.constantFrom(1, 5, 20),
  l2: fc.constantFrom(0, 1.5),
  constraint: fc.constantFrom(0, 0, 1, -1),
  bounded: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
const SCALE = 2 ** 24;
const SHIFT = 10;

function found(b: Bench, { bins, category, constraint, column }: Binned, g: number[], h: number[], o: Record<string, number>) {
  b.reset();
  const hist = new BigInt64Array((bins + 1) * 2);
  const total = new BigInt64Array(2);
  column.forEach((bin, r) => {
    const pair = [BigInt(Math.round(g[r] * SCALE)), (BigInt(Math.round(h[r] * SCALE)) << BigInt(SHIFT)) + 1n];
    for (const k of [0, 1]) {
      hist[2 * bin + k] += pair[k];
      total[k] += pair[k];
    }
  });
  const put = (values: BigInt64Array) => {
    const at = b.room(values.length * 2);
    new BigInt64Array(b.memory.buffer, at, values.length).set(values);
    return at;
  };
  const split = b.u8(new Uint8Array(SPLIT_BYTES));
  const [at, sums] = [put(hist), put(total)];
  const common = [o.minSamplesLeaf, 1e-3, o.l2, 1 / SCALE, 1 / SCALE, SHIFT] as const;
  if (category) b.kernels.tree_split_category(split, at, sums, b.room(600), bins, 3, ...common, o.lower, o.upper);
  else b.kernels.tree_split_number(split, at, sums, bins, 3, ...common, constraint, o.lower, o.upper);
  return splitAt(b.memory, split);
}

for (const b of benches()) {
  test(`${b.build} the best split, its sides and sums`, () => {
    let splits = 0;
    fc.assert(
      fc.property(shapes, ({ rows, bins, category, missing, constraint: asked, bounded, seed, ...options }) => {
        const next = generator(seed);
        const constraint = category ? 0 : asked;
        const shift = Array.from({ length: bins + 1 }, () => next() - 0.5);
        const column = Array.from({ length: rows }, () => (next() < missing ? bins : Math.floor(next() * bins)));
        // As the kernel sees them: rounded.
        const round = (value: number) => Math.round(value * SCALE) / SCALE;
        const g = column.map((bin) => round(next() - 0.5 + shift[bin]));
        const h = column.map(() => round(0.05 + next() / 4));
        const feature: Binned = { bins, category, constraint, column };
        const [lower, upper] = bounded ? [-0.3, 0.8] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
        const all = column.map((_, r) => r);
        const expected = bestSplit([feature], all, g, h, options, [lower, upper]);
        const split = found(b, feature, g, h, { ...options, lower, upper });
        assert.is(split !== undefined, expected !== undefined, 'whether there is a split');
        if (!split || !expected) return;
        splits++;
        assert.ok(Math.abs(split.gain - expected.gain) <= 1e-9 * Math.max(1, expected.gain), `${split.gain} ${expected.gain}`);
        const table = new Uint8Array(256);
        fillTable(table, split, bins);
        // Bins without a row may go either way.
        const present = [...new Set(column), bins];
        for (const bin of present) assert.is(table[bin] === 1, expected.left[bin], `bin ${bin} of ${bins}`);
        for (const side of ['left', 'right'] as const) {
          const own = all.filter((r) => expected.left[column[r]] === (side === 'left'));
          assert.is(split[side].rows, own.length);
          assert.ok(Math.abs(split[side].g - own.reduce((sum, r) => sum + g[r], 0)) < 1e-9);
          assert.ok(Math.abs(split[side].h - own.reduce((sum, r) => sum + h[r], 0)) < 1e-9);
        }
        assert.is(split.feature, 3);
      }),
      { numRuns: 400 },
    );
    assert.ok(splits > 100, `only ${splits} splits were compared`);
  });

  test(`${b.build} a split that gains no more is not written`, () => {
    const column = Array.from({ length: 40 }, (_, r) => r % 4);
    const g = column.map((bin) => (bin < 2 ? -1 : 1));
    const feature = { bins: 4, category: false, constraint: 0, column };
    const options = { minSamplesLeaf: 1, l2: 0, lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
    const first = found(
      b,
      feature,
      g,
      column.map(() => 1),
      options,
    );
    assert.is(first?.bin, 1);
    assert.is(
      found(
        b,
        { ...feature, column: column.map(() => 2) },
        g,
        column.map(() => 1),
        options,
      ),
      undefined,
    );
  });
}

test.run();
