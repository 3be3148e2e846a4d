/** Descriptions of tables against NumPy and pandas, against what fitting does, and over odd columns. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Column,
  type ColumnDescription,
  createEngine,
  type Description,
  describeTable,
  Profiler,
  type Table,
} from '../../src/index.js';
import { refusal } from '../support/refused.js';
import { makeTable, numberColumn as number, randomTable, textColumn as text } from '../support/tables.js';

interface Truth {
  rows: number;
  columns: Record<string, (number | string | null)[]>;
  missing: Record<string, number>;
  distinct: Record<string, number>;
  duplicates: number;
  numbers: Record<string, Record<string, number> & { edges: number[]; counts: number[] }>;
  values: Record<string, [string, number][]>;
  associations: Record<string, Record<string, number>>;
}
const truth: Truth = JSON.parse(readFileSync('test/fixtures/describe.json', 'utf8'));

const table: Table = {
  rows: truth.rows,
  columns: Object.entries(truth.columns).map(([name, values]) =>
    values.some((v) => typeof v === 'string') ? text(name, values as string[]) : number(name, values as number[]),
  ),
};
const column = ({ columns }: Description, name: string) => columns.find((c) => c.name === name) as ColumnDescription;
const near = (found: number, expected: number, what: string) =>
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${found}, not ${expected}`);

test('a date is described as the number that its moment is', () => {
  const times = Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? null : Date.UTC(2024, 0, 1 + ((i * 13) % 200))));
  const target = text(
    'y',
    times.map((_, i) => (i % 3 ? 'no' : 'yes')),
  );
  const of = (when: Column) => describeTable({ rows: 60, columns: [when, target] }, { target: 'y' });
  const dates = times.map((time) => (time === null ? null : new Date(time).toISOString().slice(0, 10)));
  const found = column(of(text('when', dates)), 'when');
  const expected = column(of(number('when', times)), 'when');
  assert.equal([found.type, expected.type], ['date', 'number']);
  assert.equal({ ...found, type: 'number' }, expected);
  assert.is(found.numbers?.least, Math.min(...times.filter((time) => time !== null)));
});

test('missing, distinct, quartiles, histograms and commonest values are those of NumPy and pandas', () => {
  const described = describeTable(table);
  assert.equal(
    [described.rows, described.duplicates, described.target],
    [truth.rows, { rows: truth.duplicates, ids: null }, null],
  );
  assert.is(described.warnings.find(({ code }) => code === 'duplicate-rows')?.count, truth.duplicates);
  for (const { name, missing, distinct } of described.columns)
    assert.equal([name, missing, distinct], [name, truth.missing[name], truth.distinct[name]]);
  for (const [name, { edges, counts, ...expected }] of Object.entries(truth.numbers)) {
    const { numbers, values } = column(described, name);
    assert.is(values, null);
    for (const [key, value] of Object.entries(expected)) near(numbers?.[key as 'mean'] as number, value, `${name} ${key}`);
    assert.equal(
      numbers?.histogram.map((bin) => bin.count),
      counts,
    );
    numbers?.histogram.forEach((bin, k) => {
      near(bin.from, edges[k], `${name} from`);
      near(bin.to, edges[k + 1], `${name} to`);
    });
  }
  for (const [name, expected] of Object.entries(truth.values)) {
    const { type, numbers, values, others } = column(described, name);
    assert.equal([type, numbers], ['category', null]);
    const shown = expected.filter(([, count]) => count >= described.fewest);
    assert.equal(
      values?.map(({ value, count }) => [value, count]),
      shown,
    );
    const count = shown.reduce((sum, [, n]) => sum + n, 0);
    assert.equal(others, { distinct: truth.distinct[name] - shown.length, count: truth.rows - truth.missing[name] - count });
  }
});

for (const [target, expected] of Object.entries(truth.associations)) {
  test(`how columns go together with a target, ${target}, is what NumPy and pandas say, and is named`, () => {
    const described = describeTable(table, { target });
    const task = { number: 'regression', binary: 'binary', several: 'multiclass' }[target];
    assert.equal(
      [described.target?.name, described.target?.task, described.target?.missing],
      [target, task, truth.missing[target]],
    );
    for (const [name, value] of Object.entries(expected)) {
      const { type, association } = column(described, name);
      const ofNumbers = {
        regression: 'Pearson correlation',
        binary: 'point-biserial correlation',
        multiclass: 'correlation ratio',
      };
      const ofLabels = task === 'regression' ? 'correlation ratio' : "Cramér's V";
      assert.is(association?.measure, type === 'number' ? ofNumbers[task as 'binary'] : ofLabels);
      near(association?.value as number, value, `${name} with ${target}`);
      const both = truth.columns[name].filter((v, r) => (v !== null || type !== 'number') && truth.columns[target][r] !== null);
      assert.is(association?.rows, both.length);
    }
    assert.equal([column(described, target).role, column(described, target).association], ['target', null]);
  });
}

const engine = await createEngine({ threads: 0, reproducible: true });
test.after(() => engine.close());

test('what is used as what, what is left out and why, and the warnings are those of fitting', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, async (shape) => {
      const given = makeTable({ ...shape, rows: shape.rows + 40 });
      const { rows } = given;
      given.columns.unshift(
        text(
          'id',
          Array.from({ length: rows }, (_, r) => `u${r % (rows - 3)}`),
        ),
        text(
          'note',
          Array.from({ length: rows }, (_, r) => `the note number ${r}`),
        ),
        number('same', new Array(rows).fill(3)),
        number('nothing', new Array(rows).fill(null)),
      );
      const options = { target: 'target', id: 'id', seed: shape.seed };
      const described = describeTable(given, options);
      using profiler = await Profiler.fit(
        engine,
        { table: given },
        { ...options, model: 'perceptron', modelOptions: { maxIter: 1, hiddenLayerSizes: [2] } },
      );
      const { features } = profiler.score().score;
      const kinds = Object.fromEntries(features.list.map(({ name, raw }) => [name, raw === 'f32' ? 'number' : 'category']));
      const used = described.columns.filter(({ role }) => role === 'feature');
      assert.equal(Object.fromEntries(used.map(({ name, type }) => [name, type])), kinds);
      assert.equal(
        described.columns.filter(({ role }) => role === 'left out').map(({ name, reason }) => ({ name, reason })),
        profiler.summary.ignored.map(({ name, reason }) => ({ name, reason })),
      );
      const alike = profiler.warnings.filter(({ code }) => !/^(held-out|few-rows|metrics)/.test(code));
      assert.equal(described.warnings, alike);
      assert.equal([described.duplicates.ids, column(described, 'note').type], [3, 'free text']);
    }),
    { numRuns: 12 },
  );
});

test('values that are somebody’s are nowhere in a description', () => {
  const rows = 200;
  const of = (make: (r: number) => string) => Array.from({ length: rows }, (_, r) => make(r));
  const secret: Table = {
    rows,
    columns: [
      text(
        'id',
        of((r) => `secret-${r}`),
      ),
      text(
        'mail',
        of((r) => `secret${r}@example.org`),
      ),
      text(
        'letter',
        of((r) => `this is the secret letter of ${r}`),
      ),
      text(
        'city',
        of((r) => (r < 2 ? `secret hamlet ${r}` : 'Bern')),
      ),
      text(
        'set aside',
        of((r) => (r % 2 ? 'secret' : 'secret too')),
      ),
      number(
        'number',
        Array.from({ length: rows }, (_, r) => 987650000 + r),
      ),
      text(
        'y',
        of((r) => (r % 3 ? 'no' : 'yes')),
      ),
    ],
  };
  const described = describeTable(secret, { target: 'y', id: 'id', ignore: ['set aside', 'number'] });
  assert.not.match(JSON.stringify(described), /secret|98765/);
  assert.equal(
    described.columns.map(({ role, type }) => [role, type]),
    [
      ['id', 'identifier'],
      ['left out', 'identifier'],
      ['left out', 'free text'],
      ['feature', 'category'],
      ['ignored', 'category'],
      ['ignored', 'number'],
      ['target', 'category'],
    ],
  );
  assert.equal(column(described, 'city').others, { distinct: 2, count: 2 });
  const names = ['Ann', 'Bob', 'Cyd', 'Dan'];
  assert.equal(describeTable({ rows: 4, columns: [text('name', names)] }).columns[0].values, []);
});

test('what could not be read as a column is named with its reason, once', () => {
  const rows = 40;
  const columns = [
    number(
      'n',
      Array.from({ length: rows }, (_, r) => r + 0.5),
    ),
  ];
  const described = describeTable({ rows, columns, leftOut: [{ name: 'basket', reason: 'it holds lists' }] });
  const { role, type, reason, missing } = described.columns[1];
  assert.equal([role, type, reason, missing], ['left out', 'not read', 'it holds lists', null]);
  assert.equal(
    described.warnings.map(({ message }) => message),
    ["Column 'basket' is left out: it holds lists."],
  );
});

test('infinity, absent columns and unknown options are refused as in fitting', async () => {
  const infinite = {
    rows: 30,
    columns: [
      number(
        'n',
        Array.from({ length: 30 }, (_, r) => (r === 4 ? Infinity : r + 0.5)),
      ),
    ],
  };
  assert.match((await refusal(() => describeTable(infinite))).message, /Column 'n' is infinite in row 4/);
  assert.match((await refusal(() => describeTable(table, { target: 'nope' }))).message, /Target column 'nope'/);
  assert.match((await refusal(() => describeTable(table, { id: 'nope' }))).message, /Id column 'nope'/);
  assert.match((await refusal(() => describeTable(table, { ignore: ['nope'] }))).message, /Ignored column 'nope'/);
  assert.match((await refusal(() => describeTable(table, { id: 'binary', target: 'binary' }))).message, /another column than/);
  assert.match((await refusal(() => describeTable(table, { bins: 3 } as never))).message, /Option 'bins' is not known/);
});

test.run();
