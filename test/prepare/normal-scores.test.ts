/** Numbers as normal scores against float64: ranks, the middle of equal values, the normal distribution's quantiles, missing values. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Table } from '../../src/index.js';
import type { Encoding } from '../../src/prepare/feature.js';
import { Features } from '../../src/prepare/features.js';
import { fitFeatures } from '../../src/prepare/fit-features.js';
import { encodeRows } from '../../src/score/shards.js';
import { stride } from '../../src/wasm/kernels.js';
import { place } from '../../src/wasm/memory.js';
import { refusal } from '../support/refused.js';
import { makeTable, randomTable } from '../support/tables.js';

const engine = await createEngine({ threads: 0 });

async function fitted(table: Table, encodings: readonly Encoding[]) {
  const rows = Int32Array.from({ length: table.rows }, (_, r) => r);
  return (await fitFeatures(engine, table, rows, new Set(['target']), 'default', encodings)).features;
}

async function encoded(features: Features, table: Table, encoding: Encoding): Promise<number[][]> {
  const { at, region } = place(engine, (layout) => features.place(layout, [encoding]));
  using _ = region;
  const binding = features.bind(table, new Set(['target']));
  const rows = Int32Array.from({ length: table.rows }, (_, r) => r);
  using tile = await encodeRows(engine, at, features, binding, rows, {});
  const ld = stride(at.inputs);
  const values = tile.values();
  return Array.from(rows, (r) => [...values.subarray(r * ld, r * ld + at.inputs)]);
}

/** Φ(x) by its series. */
function normalDistribution(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; k < 400; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
function normalQuantile(p: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalDistribution(middle) < p) low = middle;
    else high = middle;
  }
  return low;
}

/** A value's rank among ascending quantiles, equal ones in their middle, the ends half a quantile's share inside. */
function rankOf(x: number, q: Float32Array): number {
  const last = q.length - 1;
  if (q[0] === q[last]) return 0.5;
  const clamped = Math.min(Math.max(x, q[0]), q[last]);
  const first = q.findIndex((v) => v >= clamped);
  const above = q.findLastIndex((v) => v <= clamped);
  const rank = q[first] === clamped ? (first + above) / 2 : above + (clamped - q[above]) / (q[above + 1] - q[above]);
  return Math.min(Math.max(rank / last, 0.5 / q.length), 1 - 0.5 / q.length);
}

test('scores of random columns, with missing ones and constant ones', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, fc.constantFrom(0, 0.6), async (random, zeros) => {
      const table = makeTable({ ...random, numbers: Math.max(1, random.numbers) });
      const columns = table.columns.filter(({ name }) => name.startsWith('number'));
      for (const column of columns) {
        // Many equal values at one end, which may be the lowest.
        if (column.kind === 'number')
          column.values.forEach((v, r) => {
            if ((r * 7) % 10 < zeros * 10 && !Number.isNaN(v)) column.values[r] = 0;
          });
      }
      const features = await fitted(table, ['normal']);
      const rows = await encoded(features, table, 'normal');
      let at = 0;
      const widths = features.inputs().normal.widths;
      features.list.forEach((feature, f) => {
        const column = table.columns.find(({ name }) => name === feature.name) as Table['columns'][number];
        const from = at;
        at += widths[f];
        if (column.kind !== 'number' || feature.raw !== 'f32') return;
        const { quantiles } = feature as unknown as { quantiles: Float32Array };
        const values = Float32Array.from(column.values);
        const known = values.filter((v) => !Number.isNaN(v)).sort();
        assert.is(widths[f], known.length < values.length ? 2 : 1, feature.name);
        const median = known[(known.length - 1) >> 1];
        const scores = [...values].map((v) => normalQuantile(rankOf(Number.isNaN(v) ? median : v, quantiles)));
        const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
        const deviation = Math.sqrt(scores.reduce((s, v) => s + (v - mean) ** 2, 0) / scores.length);
        const scale = deviation > 1e-5 ? deviation : 1;
        values.forEach((v, r) => {
          const expected = (scores[r] - mean) / scale;
          assert.ok(Math.abs(rows[r][from] - expected) < 2e-4, `${feature.name} ${r}: ${rows[r][from]} ${expected}`);
          if (widths[f] === 2) assert.is(rows[r][from + 1], Number(Number.isNaN(v)));
        });
      });
    }),
    { numRuns: 60 },
  );
});

test('beside other encodings nothing changes; written and read again they are the same', async () => {
  const table = makeTable({ seed: 5, rows: 150, numbers: 3, codes: 2, texts: 2, missing: 0.1, task: 'binary' });
  const all = await fitted(table, ['standard', 'normal', 'raw']);
  for (const encoding of ['standard', 'normal', 'raw'] as const) {
    const alone = await fitted(table, encoding === 'raw' ? ['raw', 'standard'] : [encoding]);
    assert.equal(await encoded(all, table, encoding), await encoded(alone, table, encoding), encoding);
    const part = all.write();
    const again = Features.read(part, JSON.parse(part.metadata.kinds));
    assert.equal(await encoded(again, table, encoding), await encoded(all, table, encoding), encoding);
    assert.equal(again.write(), part);
  }
});

test('dates and categories are as in the standard encoding', async () => {
  const codes = Int32Array.from({ length: 40 }, (_, r) => (r % 9 === 4 ? -1 : r % 31));
  const days = Array.from({ length: 31 }, (_, d) => `2026-03-${String(d + 1).padStart(2, '0')}`);
  const columns: Table['columns'] = [
    { name: 'joined', kind: 'category', codes, categories: days },
    { name: 'plan', kind: 'category', codes: codes.map((code) => code % 3), categories: ['a', 'b', 'c'] },
  ];
  const table = { rows: 40, columns };
  const [normal, standard] = [await fitted(table, ['normal']), await fitted(table, ['standard'])];
  assert.equal(normal.list.map(({ raw }) => raw).sort(), ['date', 'i32']);
  assert.equal(await encoded(normal, table, 'normal'), await encoded(standard, table, 'standard'));
});

test('every number of the scores is checked', async () => {
  const table = makeTable({ seed: 5, rows: 60, numbers: 2, codes: 0, texts: 0, missing: 0.1, task: 'binary' });
  const part = (await fitted(table, ['normal'])).write();
  for (const [name, wrong] of [
    ['mean', Number.NaN],
    ['mean', 11],
    ['scale', 0],
    ['fill', Number.POSITIVE_INFINITY],
    ['missing', 2],
    ['missing', 0.5],
  ] as const) {
    const key = `number.normal.${name}`;
    const values = part.tensors[key].values.slice();
    values[1] = wrong;
    const tensors = { ...part.tensors, [key]: { ...part.tensors[key], values } };
    assert.is((await refusal(() => Features.read({ ...part, tensors }, ['number']))).code, 'model', `${name} ${wrong}`);
  }
});

test.run();
