/** Features fitted for both encodings and placed side by side: raw rows are the table itself, standardized ones do not know of it. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Table } from '../../src/index.js';
import type { Encoding } from '../../src/prepare/feature.js';
import { fitFeatures } from '../../src/prepare/fit-features.js';
import { encodeRows } from '../../src/score/shards.js';
import { stride } from '../../src/wasm/kernels.js';
import { place } from '../../src/wasm/memory.js';
import { makeTable, randomTable } from '../support/tables.js';

const engine = await createEngine({ threads: 0 });
const without = new Set(['target']);

/** The encoded rows, without padding. */
async function encoded(table: Table, encodings: readonly Encoding[], encoding: Encoding) {
  const rows = Int32Array.from({ length: table.rows }, (_, r) => r);
  const { features, ignored } = await fitFeatures(engine, table, rows, without, 'default', encodings);
  const { at, region } = place(engine, (layout) => features.place(layout, encoding));
  using _ = region;
  const binding = features.bind(table, new Set([...without, ...ignored.map(({ name }) => name)]));
  using tile = await encodeRows(engine, at, features, binding, rows, {});
  const ld = stride(at.inputs);
  const values = tile.values();
  return { features, rows: Array.from(rows, (r) => [...values.subarray(r * ld, r * ld + at.inputs)]) };
}

test('raw: the number, or the code of the label, and NaN for neither; a number that is a code is a number', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, fc.boolean(), async (random, beside) => {
      const table = makeTable(random);
      const { features, rows } = await encoded(table, beside ? ['standard', 'raw'] : ['raw'], 'raw');
      assert.equal(
        features.widths('raw'),
        features.list.map(() => 1),
      );
      features.list.forEach((feature, j) => {
        const column = table.columns.find(({ name }) => name === feature.name) as Table['columns'][number];
        rows.forEach((row, r) => {
          if (feature.raw === 'f32')
            return assert.ok(Object.is(row[j], Math.fround(column.kind === 'number' ? column.values[r] : 0)));
          const value = column.kind === 'number' ? column.values[r] : column.categories[column.codes[r]];
          const missing = value === undefined || Number.isNaN(value);
          const label = missing ? '(missing)' : feature.labels.includes(String(value)) ? String(value) : '(rare)';
          const code = feature.labels.indexOf(label);
          const plain = column.kind === 'category' ? code : Number(label);
          assert.ok(Object.is(row[j], code < 0 ? Number.NaN : plain), `${feature.name}: ${row[j]} is not ${plain}, ${label}`);
        });
      });
    }),
    { numRuns: 40 },
  );
});

test('standardized rows are the same whether raw ones are placed too or not', async () => {
  const table = makeTable({ seed: 5, rows: 150, numbers: 3, codes: 2, texts: 2, missing: 0.1, task: 'binary' });
  const [alone, beside] = [
    await encoded(table, ['standard'], 'standard'),
    await encoded(table, ['standard', 'raw'], 'standard'),
  ];
  assert.equal(beside.rows, alone.rows);
  const raw = await encoded(table, ['standard', 'raw'], 'raw');
  // Alone, codes are numbers and stand among them.
  const own = await encoded(table, ['raw'], 'raw');
  const codes = table.columns.filter(({ name }) => name.startsWith('code'));
  for (const [j, { name }] of raw.features.list.entries()) {
    const k = own.features.names.indexOf(name);
    assert.is(own.features.list[k].raw, codes.some((column) => column.name === name) ? 'f32' : raw.features.list[j].raw);
    raw.rows.forEach((row, r) => assert.ok(Object.is(row[j], own.rows[r][k]) || Number.isNaN(row[j]), `${name} ${row[j]}`));
  }
});

test.run();
