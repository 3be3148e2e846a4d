/** Features: which columns are what, the same from a table and from single rows, and through a part of a file. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError, createEngine, type Table } from '../../src/index.js';
import { type Part, PartReader } from '../../src/part.js';
import { CategoryFeature } from '../../src/prepare/category.js';
import { Features, rawColumns } from '../../src/prepare/features.js';
import { fitFeatures } from '../../src/prepare/fit-features.js';
import { NumberFeature } from '../../src/prepare/number.js';
import { RowKeys } from '../../src/table/row-keys.js';
import { makeTable, randomTable, rowOf } from '../support/tables.js';

const engine = await createEngine({ threads: 0, reproducible: true });
const allRows = (table: Table) => Int32Array.from({ length: table.rows }, (_, r) => r);
const fit = (table: Table, preset: 'default' | 'article' = 'default') =>
  fitFeatures(engine, table, allRows(table), new Set(['target']), preset, ['standard']);

/** The raw columns of some rows as numbers: f32 or i32 by feature. */
function raw(features: Features, rows: number, fill: (words: { f32: Float32Array; i32: Int32Array }, columns: number) => void) {
  using room = engine.allocate(features.rawBytes(rows));
  const { buffer } = engine.memory;
  const words = { f32: new Float32Array(buffer), i32: new Int32Array(buffer) };
  fill(words, room.offset);
  const { pitch } = rawColumns(room.offset, rows);
  return features.list.map(({ raw: kind }, j) => {
    const at = (room.offset + j * pitch) / 4;
    return Array.from((kind === 'f32' ? words.f32 : words.i32).slice(at, at + rows));
  });
}

test('what a table gives and what its rows give one by one are the same, before and after a file', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, async (shape) => {
      const table = makeTable(shape);
      const { features } = await fit(table);
      const part = features.write();
      const read = Features.read(part, JSON.parse(part.metadata.kinds));
      assert.equal(read.names, features.names);
      assert.equal(read.inputs(), features.inputs());
      assert.equal(read.write(), part);
      const other = makeTable({ ...shape, rows: 21, seed: shape.seed + 1 }, 4);
      const binding = read.bind(other, new Set(['target']));
      const whole = raw(read, 21, (_, at) => binding.fill(engine.memory.buffer, rawColumns(at, 21), 0));
      const keys = new RowKeys(new Set(['target']));
      const single = raw(features, 21, (words, at) => {
        for (let r = 0; r < 21; r++) features.fillRow(rowOf(other, r), words, rawColumns(at, 21), r, keys);
      });
      assert.equal(single, whole);
      const index = Int32Array.of(20, 3, 3, 7);
      const some = raw(read, 4, (_, at) => binding.fill(engine.memory.buffer, rawColumns(at, 4), 0, index));
      assert.equal(
        some,
        whole.map((column) => Array.from(index, (r) => column[r])),
      );
    }),
    { numRuns: 40 },
  );
});

test('numbers, codes, categories, identifiers: what each column becomes', async () => {
  const rows = 60;
  const number = (name: string, of: (r: number) => number) => ({
    kind: 'number' as const,
    name,
    values: Float64Array.from({ length: rows }, (_, r) => of(r)),
  });
  const table: Table = {
    rows,
    columns: [
      {
        kind: 'category',
        name: 'word',
        codes: Int32Array.from({ length: rows }, (_, r) => r % 4),
        categories: ['a', 'b', 'c', 'd'],
      },
      number('count', (r) => r % 7),
      number('code', (r) => 1 + (r % 5)),
      number('price', (r) => r * 1.25),
      {
        kind: 'category',
        name: 'mail',
        codes: Int32Array.from({ length: rows }, (_, r) => r),
        categories: Array.from({ length: rows }, (_, r) => `u${r}`),
      },
      number('target', (r) => r % 2),
    ],
  };
  const { features, ignored } = await fit(table);
  assert.equal(features.names, ['count', 'price', 'word', 'code']);
  assert.equal(features.inputs().standard.widths, [1, 1, 4, 5]);
  assert.equal(features.columns(['standard', 'raw'])[2], [
    { first: 2, count: 4 },
    { first: 14, count: 1 },
  ]);
  assert.equal(features.labelCounts, [-1, -1, 4, 5]);
  assert.equal(features.labels, ['a', 'b', 'c', 'd', '1', '2', '3', '4', '5']);
  const reason = '60 different values in 60 rows: an identifier or free text';
  assert.equal(ignored, [{ name: 'mail', code: 'unsuited', reason }]);
  const article = await fit(table, 'article');
  assert.equal(article.features.names, ['count', 'code', 'price', 'word']);
});

test('a column of another type, an infinite value, a column that is missing: named', async () => {
  const word = new CategoryFeature(
    'category',
    { name: 'word', labels: ['a'], frequent: 1, rare: -1, missing: -1 },
    Float32Array.of(1),
    Float32Array.of(0),
  );
  const price = new NumberFeature('price', new Float32Array(0), 0, 1);
  const text = { kind: 'category' as const, name: 'price', codes: Int32Array.of(0), categories: ['x'] };
  const refused = (work: () => unknown, message: RegExp) =>
    assert.throws(
      work,
      (error: CameoError) => error instanceof CameoError && error.code === 'column' && message.test(error.message),
    );
  refused(() => price.bind(text), /'price' was a number .* and is text here/);
  refused(
    () => price.bind({ kind: 'number', name: 'price', values: Float64Array.of(1, 1e39) }),
    /'price' is infinite in row 1/,
  );
  refused(() => price.one('12', 3), /'price' was a number/);
  refused(() => price.one(1e39, 3), /infinite in row 3/);
  refused(() => word.bind({ kind: 'number', name: 'word', values: Float64Array.of(1) }), /'word' was text .* and is a number/);
  refused(() => word.one(5), /'word' was text/);
  const { features } = await fit(makeTable({ seed: 2, rows: 30, numbers: 2, codes: 0, texts: 1, missing: 0, task: 'binary' }));
  refused(
    () => features.bind({ rows: 1, columns: [{ kind: 'number', name: 'x', values: Float64Array.of(1) }] }, new Set()),
    /'number 0' is missing/,
  );
});

test('a part that was changed is refused with what was expected', async () => {
  const { features } = await fit(
    makeTable({ seed: 6, rows: 80, numbers: 2, codes: 1, texts: 1, missing: 0.1, task: 'binary' }),
  );
  const part = features.write();
  const kinds = JSON.parse(part.metadata.kinds);
  const changed = (change: (copy: Part) => void) => {
    const copy: Part = { metadata: { ...part.metadata }, tensors: { ...part.tensors } };
    change(copy);
    return () => Features.read(copy, kinds);
  };
  const cases: [string, () => unknown][] = [
    ['scale', changed(({ tensors }) => (tensors['number.scale'] = { shape: [2], values: Float64Array.of(1, 0) }))],
    ['mean', changed(({ tensors }) => (tensors['number.mean'] = { shape: [1], values: Float64Array.of(1) }))],
    [
      'quantiles',
      changed(({ tensors }) => (tensors['number.quantiles'] = { shape: [2, 3], values: Float32Array.of(1, 2, 3, 3, 2, 1) })),
    ],
    ['on', changed(({ tensors }) => (tensors['category.on'] = { shape: [1], values: Float32Array.of(1) }))],
    ['features', changed(({ metadata }) => (metadata['category.features'] = '[{"name":"x"}]'))],
    ['kind', () => Features.read(part, ['numbers'])],
    ['each once', () => Features.read(part, ['number', 'number'])],
  ];
  for (const [what, read] of cases)
    assert.throws(
      read,
      (error: CameoError) => error instanceof CameoError && error.code === 'model' && error.message.includes(what),
      what,
    );
  assert.is(new PartReader(part).has('kinds'), true);
});

test.after(() => engine.close());
test.run();
