/** The article's examples: what the program prints is what closed forms and the model's own weights say. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { userBehavior } from '../../examples/user-behavior.js';
import { createEngine, Profiler, readTable } from '../../src/index.js';
import { readSafetensors } from '../../src/safetensors.js';
import { folder } from '../support/command.js';

const cwd = folder();
const SHOPPERS = resolve('../shared/data/online_shoppers_intention.csv');

const run = (...args: string[]) =>
  execFileSync(process.execPath, [resolve('dist/examples/article.js'), ...args], { cwd, encoding: 'utf8' });
/** What stands under a heading. */
const under = (text: string, heading: string) =>
  text.split(/\n(?=.*\n─+\n)/).find((part) => part.includes(`${heading}\n─`)) ?? '';
/** All matrices in a line that begins so. */
const matrices = (text: string, start: string): number[][][] => {
  const line = text.split('\n').find((l) => l.trim().startsWith(start));
  assert.ok(line, `no line begins with ${start}`);
  return [...line.matchAll(/\[\[.*?\]\]/g)].map(([matrix]) => JSON.parse(matrix));
};
const table = (text: string) =>
  [...text.matchAll(/^(\S+) +(-?\d\.\d{3}) +(-?\d\.\d{3})$/gm)].map(([, feature, weight, drop]) => ({
    feature,
    weight: Number(weight),
    drop: Number(drop),
  }));
const near = (a: number[][], b: number[][], by: number) =>
  a.length === b.length && a.flat().every((value, i) => Math.abs(value - b.flat()[i]) <= by);

const text = run();

test('naive Bayes: 0.48 by the formula, and by the model on rows that have the same frequencies', () => {
  const part = under(text, 'Naive Bayes');
  assert.match(part, /By the formula: 0\.6 · 0\.4 \/ 0\.5 = 0\.48\. Right as printed/);
  assert.match(part, /CategoricalNB on 50 rows with these frequencies: 0\.4800\n/);
});

test('the convolution: 6 and σ(6) without padding; with it nine values, which a step makes ones', () => {
  const part = under(text, 'Convolution');
  assert.match(part, /no padding: .*5 \+ 1 = 6\./);
  const logistic = (v: number) => 1 / (1 + Math.exp(-v));
  assert.ok(near(matrices(part, 'the logistic function of it')[0], [[logistic(6)]], 5e-5));
  // Corners see the kernel's middle and one corner, edges nothing, the middle all five.
  const sums = [
    [3, 1, 3],
    [1, 6, 1],
    [3, 1, 3],
  ];
  assert.equal(matrices(part, 'With a border of zeros')[0], sums);
  const smooth = sums.map((row) => row.map(logistic));
  assert.ok(near(matrices(part, 'logistic:')[0], smooth, 5e-5));
  assert.equal(matrices(part, 'a step')[0], Array(3).fill([1, 1, 1]));
});

test('the factorization: U Vᵀ, where the printed result is from, and a rank of 2 that gives X and the entry left out', () => {
  const part = under(text, 'Factorization');
  const [given] = matrices(part, 'By the formula');
  assert.equal(given, [
    [1 * 7 + 2 * 8, 1 * 9 + 2 * 10],
    [3 * 7 + 4 * 8, 3 * 9 + 4 * 10],
    [5 * 7 + 6 * 8, 5 * 9 + 6 * 10],
  ]);
  const [, printed] = matrices(part, 'By the formula').slice(1);
  assert.equal(printed, matrices(part, 'Printed')[2]);
  const [users, items] = matrices(part, 'μ = 5');
  const [x] = matrices(part, 'Done right');
  assert.equal(x, [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
  assert.ok(near(matrices(part, 'μ + U Vᵀ')[0], x, 0.001));
  // The factors as printed, to two decimals, give it too.
  const product = users.map((u) => items.map((v) => 5 + u[0] * v[0] + u[1] * v[1]));
  assert.ok(near(product, x, 0.03));
  assert.match(part, /without its last entry: (9\.000|8\.999)/);
});

test('the program: near what can be attained; the weights it ranks by are those of the model, and mislead', async () => {
  const part = under(text, 'made-up user_behavior_data.csv');
  const [, accuracy, attainable] = part.match(/^Accuracy: (\d\.\d\d) on .*rows were made: (\d\.\d\d)$/m)?.map(Number) ?? [];
  assert.ok(accuracy >= attainable - 0.03 && accuracy <= attainable + 0.03, `${accuracy} of ${attainable}`);

  const { csv, attainable: exact } = userBehavior();
  assert.is(Number(exact.toFixed(2)), attainable);
  const file = join(cwd, 'user_behavior_data.csv');
  writeFileSync(file, csv);
  await using engine = await createEngine({ threads: 0 });
  using profiler = await Profiler.fit(
    engine,
    { table: await readTable(file) },
    { target: 'target', preset: 'article', seed: 42 },
  );
  const { tensors } = await readSafetensors(await profiler.save());
  const [name] = Object.keys(tensors).filter((key) => key.endsWith('layers.0.weight'));
  const { shape, values } = tensors[name];
  assert.equal(shape, [6, 100]);
  const names = csv.slice(0, csv.indexOf('\n')).split(',').slice(0, -1);
  const means = names.map((feature, i) => ({
    feature,
    weight: Array.from(values.subarray(i * 100, i * 100 + 100)).reduce((a, b) => a + b, 0) / 100,
  }));
  means.sort((a, b) => b.weight - a.weight);
  const rows = table(part);
  assert.equal(
    rows.map(({ feature }) => feature),
    means.map(({ feature }) => feature),
  );
  for (const [i, { weight }] of means.entries()) assert.ok(Math.abs(rows[i].weight - weight) <= 6e-4);

  // Three columns decide and three say nothing: permutation tells them apart, the mean weight does not.
  const decisive = ['age', 'browsing_history', 'purchase_history'];
  const byDrop = [...rows].sort((a, b) => b.drop - a.drop).map(({ feature }) => feature);
  assert.equal(byDrop.slice(0, 3).sort(), decisive);
  assert.is(byDrop[0], 'age');
  assert.not(decisive.includes(rows[0].feature));
  assert.match(part, new RegExp(`First by mean weight is ${rows[0].feature}; .* without is age\\.`));
});

if (existsSync(SHOPPERS))
  test('the program on the online shoppers: as accurate as in scikit-learn', () => {
    const part = run(SHOPPERS, '--target', 'Revenue');
    const [, accuracy, larger] = part.match(/^Accuracy: (\d\.\d\d) on .*class: (\d\.\d\d)$/m)?.map(Number) ?? [];
    assert.ok(accuracy >= 0.86 && accuracy <= 0.9, `${accuracy}`);
    assert.is(larger, 0.85);
    assert.is(table(part).length, 17);
  });
else {
  console.log(`skipped: ${SHOPPERS} is absent`);
  test.skip('the online shoppers', () => {});
}

test.run();
