/** What each feature predicts by itself: closed forms, chance, and the tables that the threshold was chosen on. */
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTable } from '../../src/io/read.js';
import { decideColumns } from '../../src/prepare/fit-features.js';
import { leaks, sampleOf, strengthAlone } from '../../src/prepare/leakage.js';
import { type Target, targetOf, truthOf } from '../../src/prepare/target.js';
import { columnOf } from '../../src/table/columns.js';
import type { Column, Table } from '../../src/table/table.js';
import { generator } from '../support/tables.js';

const rowsOf = (n: number) => Int32Array.from({ length: n }, (_, r) => r);
const number = (values: ArrayLike<number>): Column => ({ name: 'x', kind: 'number', values: Float64Array.from(values) });
const target = (task: Target['task'], classes: string[] = []): Target => ({
  name: 'y',
  task,
  from: 'number',
  classes,
  mean: 0,
  scale: 1,
});
const two = target('binary', ['no', 'yes']);
const strength = (column: Column, of: Target, y: number[], labelled = false) =>
  strengthAlone(column, labelled, of, Float64Array.from(y), rowsOf(y.length));

test('a number by its ROC AUC either way around, missing at the better end', () => {
  const y = [0, 0, 0, 1, 1, 1];
  const close = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-12, `${found}`);
  const many = Array.from({ length: 400 }, (_, i) => i);
  const half = many.map((i) => Number(i >= 200));
  close(strength(number(many), two, half), 1);
  close(strength(number(many.map((i) => -i)), two, half), 1);
  close(strength(number(many.map((i) => (i >= 200 ? Number.NaN : i))), two, half), 1);
  // Of 100 · 100 pairs of the middle in the wrong order, of 200 · 200.
  const swapped = many.map((i) => (i >= 100 && i < 200 ? i + 100 : i >= 200 && i < 300 ? i - 100 : i));
  close(strength(number(swapped), two, half), 0.75);
  assert.is(strength(number(y.map(() => Number.NaN)), two, y), 0);
});

test('labels say of the one half what they are in the other, so that names do not predict by heart', () => {
  const next = generator(3);
  const n = 600;
  const y = Array.from({ length: n }, () => Number(next() < 0.4));
  const codes = Int32Array.from({ length: n }, (_, i) => i >> 1);
  const names: Column = { name: 'x', kind: 'category', codes, categories: Array.from(codes, String) };
  assert.ok(strength(names, two, y) < 0.6);
  const told: Column = { name: 'x', kind: 'category', codes: Int32Array.from(y, (v) => v - 1), categories: ['cancelled'] };
  assert.is(strength(told, two, y), 1);
  const classes = Array.from({ length: n }, () => Math.floor(next() * 4));
  const several = target('multiclass', ['a', 'b', 'c', 'd']);
  assert.is(strength(number(classes.map((c) => [7, 1, 4, 2.5][c])), several, classes), 1);
  assert.ok(Math.abs(strength(number(classes.map(() => next())), several, classes)) < 0.2);
  // In the middle of a number: neither rising nor falling, and all the same certain.
  const middle = Array.from({ length: n }, (_, i) => i % 9);
  assert.is(
    strength(
      number(middle),
      two,
      middle.map((v) => Number(v > 2 && v < 6)),
    ),
    1,
  );
});

test('a number to be predicted: squared correlation of values or ranks, by the share of rows that have one', () => {
  const x = Array.from({ length: 100 }, (_, i) => i + 1);
  const numbers = target('regression');
  assert.ok(
    Math.abs(
      strength(
        number(x),
        numbers,
        x.map((v) => 3 - 2 * v),
      ) - 1,
    ) < 1e-12,
  );
  assert.ok(
    Math.abs(
      strength(
        number(x),
        numbers,
        x.map((v) => v ** 9),
      ) - 1,
    ) < 1e-12,
  );
  assert.ok(Math.abs(strength(number(x.map((v) => (v % 2 ? v : Number.NaN))), numbers, x) - 0.5) < 1e-12);
});

test('of two classes equally many rows, of a rare one all; too few rows say nothing', () => {
  const truth = Float64Array.from({ length: 100_000 }, (_, r) => Number(r % 1000 === 0));
  const sample = sampleOf(two, truth, rowsOf(100_000)) as Int32Array;
  assert.equal([sample.filter((r) => truth[r] === 1).length, sample.length], [100, 1100]);
  assert.is(sampleOf(two, truth, rowsOf(10_000)), undefined);
  const few: Table = { rows: 12, columns: [number(Array.from({ length: 12 }, (_, i) => i))] };
  const y = Float64Array.from({ length: 12 }, (_, i) => Number(i > 5));
  assert.equal(leaks(decideColumns(few, rowsOf(12), new Set(), 'default', ['standard']), two, y, rowsOf(12)), []);
});

const DATA = '../shared/data/';
const KNOWN: [file: string, target: string, leaks: string[]][] = [
  ['online_shoppers_intention.csv', 'Revenue', []],
  ['tables/bank.csv', 'y', []],
  ['tables/telco.csv', 'Churn', []],
  ['tables/campaign.csv', 'Response', []],
  ['tables/german.csv', 'Risk', []],
  ['tables/housing.csv', 'median_house_value', []],
  ['tables/bean.csv', 'Class', []],
  ['womens_clothing_reviews.csv', 'Recommended IND', ['Rating']],
];
const there = KNOWN.filter(([file]) => existsSync(DATA + file));
if (there.length === 0) console.log(`skipped: no data set is in ${DATA}`);
for (const [file, name, expected] of there) {
  test(`${file}: ${expected.length === 0 ? 'no feature is accused' : `${expected} is`}`, async () => {
    const table = await readTable(DATA + file, { onError: 'missing' });
    const column = columnOf(table, 'Target', name);
    const asked = targetOf(column);
    const truth = truthOf(asked, column);
    for (const left of [0, 3]) {
      const train = rowsOf(table.rows).filter((r) => r % 5 !== left && !Number.isNaN(truth[r]));
      const found = leaks(decideColumns(table, train, new Set([name]), 'default', ['standard']), asked, truth, train);
      assert.equal(
        found.map((leak) => leak.name),
        expected,
      );
    }
  });
}

test.run();
