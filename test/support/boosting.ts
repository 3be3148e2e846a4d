/** What tests of boosted trees share: random data, the bins of a fitted forest, its bytes. */
import * as assert from 'uvu/assert';
import { Matrix } from '../../src/index.js';
import type { Forest } from '../../src/models/forest.js';
import { writeSafetensors } from '../../src/safetensors.js';
import { generator } from './tables.js';
import type { Binned } from './trees.js';

export const near = (found: number, expected: number, what: string, tolerance = 2e-6) =>
  assert.ok(
    Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, expected ${expected}`,
  );

export const bytesOf = async ({ forest }: { forest?: Forest }) =>
  Buffer.from(await writeSafetensors((forest as Forest).write())).toString('base64');

/** Random data: numbers with few or many values, one category, missing values. */
export function random(seed: number, rows: number) {
  const next = generator(seed);
  const columns = Array.from({ length: 4 }, (_, j) =>
    Float32Array.from({ length: rows }, () =>
      next() < 0.1 ? Number.NaN : j === 3 ? Math.floor(next() * 7) : j === 2 ? Math.floor(next() * 5) : next(),
    ),
  );
  const signal = Float64Array.from({ length: rows }, (_, r) => {
    const [a, b, c, d] = columns.map((column) => (Number.isNaN(column[r]) ? 0.3 : column[r]));
    return 3 * a - 2 * b * b + (c > 2 ? 1 : 0) + Math.sin(2 * d) + next();
  });
  return { x: new Matrix(columns), columns, signal, next };
}

/** The columns as the model bins them. */
export function binned(columns: Float32Array[], { features }: Forest): Binned[] {
  return features.map(({ edges, labels }, f) => {
    const category = labels >= 0;
    const bins = category ? labels : edges.length + 1;
    const binOf = (v: number) => {
      if (Number.isNaN(v)) return bins;
      return category ? Math.min(v, labels) : edges.filter((edge) => edge < v).length;
    };
    return { bins, category, constraint: 0, column: Array.from(columns[f], binOf) };
  });
}
