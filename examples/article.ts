/**
 * The examples of the article that this work began from, "Large-model techniques in user profiling for e-commerce", with what each really
 * comes to, and its program:
 *
 *     node dist/examples/article.js                      # a made-up user_behavior_data.csv
 *     node dist/examples/article.js FILE --target COLUMN # the program on a table of yours
 *
 * docs/article.md walks through the whole article.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CategoricalNB, createEngine, type Engine, Matrix, MatrixFactorization } from 'cameo';
import { userBehavior } from './user-behavior.js';

type Rows = readonly (readonly number[])[];

const print = (...lines: string[]) => console.log(lines.join('\n'));
const heading = (text: string) => print('', text, '─'.repeat(text.length));
const shown = (rows: Rows, digits = 0) =>
  `[${rows.map((row) => `[${row.map((v) => v.toFixed(digits)).join(', ')}]`).join(', ')}]`;

/** Bayes' rule: P(D | A) = P(A | D) · P(D) / P(A). With one feature that is all of naive Bayes. */
async function naiveBayes(engine: Engine): Promise<void> {
  heading('Naive Bayes');
  const [likelihood, prior, evidence] = [0.6, 0.4, 0.5];
  // 50 rows with these frequencies: D in 20, A in 25, both in 12.
  const counts = [
    { d: 1, a: 1, rows: 12 },
    { d: 1, a: 0, rows: 8 },
    { d: 0, a: 1, rows: 13 },
    { d: 0, a: 0, rows: 17 },
  ];
  const rows = counts.flatMap(({ d, a, rows }) => Array.from({ length: rows }, () => ({ d, a })));
  const classes = rows.map(({ d }) => d);
  // Without smoothing: frequencies as they are counted.
  const model = await new CategoricalNB({ engine, alpha: 0 }).fit(Matrix.fromRows(rows.map(({ a }) => [a])), classes);
  const [, ofD] = await model.predictProba(Matrix.fromRows([[1]]));
  print(
    'Printed: P(A|D) = 0.6, P(D) = 0.4, P(A) = 0.5, so P(D|A) = 0.48.',
    `By the formula: ${likelihood} · ${prior} / ${evidence} = ${((likelihood * prior) / evidence).toFixed(2)}. Right as printed.`,
    `CategoricalNB on ${rows.length} rows with these frequencies: ${ofD.toFixed(4)}`,
  );
}

/**
 * What a layer of a convolutional network computes before its activation: at each place the sum of the products of kernel and input under
 * it, plus the bias. `padding` rows and columns of zeros surround the input; a side of n becomes n + 2 · padding − k + 1.
 */
function convolve(input: Rows, kernel: Rows, bias: number, padding: number): number[][] {
  const at = (i: number, j: number) => input[i]?.[j] ?? 0;
  const side = (n: number, k: number) => Array.from({ length: n + 2 * padding - k + 1 }, (_, i) => i - padding);
  return side(input.length, kernel.length).map((i) =>
    side(input[0].length, kernel[0].length).map((j) =>
      kernel.reduce((sum, row, a) => row.reduce((s, weight, b) => s + weight * at(i + a, j + b), sum), bias),
    ),
  );
}

const map = (rows: Rows, activation: (v: number) => number) => rows.map((row) => row.map(activation));
const logistic = (v: number) => 1 / (1 + Math.exp(-v));
const step = (v: number) => Number(v > 0);

function convolution(): void {
  heading('Convolution');
  const kernel = [
    [1, 0, 1],
    [0, 1, 0],
    [1, 0, 1],
  ];
  const alone = convolve(kernel, kernel, 1, 0);
  const padded = convolve(kernel, kernel, 1, 1);
  print(
    `Printed: kernel and input ${shown(kernel)}, bias 1, and a result of 3×3 ones.`,
    `By the formula, no padding: one place, where kernel and input agree in five ones: 5 + 1 = ${alone[0][0]}.`,
    `  the logistic function of it: ${shown(map(alone, logistic), 4)}. The printed result is not what the formula gives.`,
    `With a border of zeros (padding 1): ${shown(padded)}, which has the printed shape.`,
    `  logistic: ${shown(map(padded, logistic), 4)}`,
    `  a step (1 above 0): ${shown(map(padded, step))}. So the printed ones need padding 1 and a step.`,
    'Of the 5×5 input that the text speaks of, 3×3 is what remains without padding; its numbers are not printed.',
  );
}

const transposed = (rows: Rows) => rows[0].map((_, j) => rows.map((row) => row[j]));
const product = (a: Rows, b: Rows) =>
  a.map((row) => transposed(b).map((column) => row.reduce((s, v, i) => s + v * column[i], 0)));

/** X as a list of users, items and values, without the entries that `left` names. */
const entriesOf = (x: Rows, left: (u: number, i: number) => boolean = () => false) => {
  const entries = x.flatMap((row, u) => row.map((value, i) => ({ u, i, value }))).filter(({ u, i }) => !left(u, i));
  return { users: entries.map(({ u }) => u), items: entries.map(({ i }) => i), values: entries.map(({ value }) => value) };
};

async function factorization(engine: Engine): Promise<void> {
  heading('Factorization');
  const u: Rows = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const v: Rows = [
    [7, 8],
    [9, 10],
  ];
  const other: Rows = [
    [5, 6],
    [7, 8],
  ];
  print(
    `Printed: U = ${shown(u)}, V = ${shown(v)}, and for U Vᵀ [[19, 22], [43, 50], [67, 78]].`,
    `By the formula: U Vᵀ = ${shown(product(u, transposed(v)))}. The printed result is U · ${shown(other)} = ${shown(product(u, other))}.`,
    'Neither fits: X is 3×3, and two rows of V give two columns. Three items need three rows of V.',
  );

  const x: Rows = [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ];
  // Rank 2, no biases and no penalty: what is left is X ≈ μ + U Vᵀ.
  const settings = {
    engine,
    rank: 2,
    biases: false,
    regularization: 0,
    learningRateDecay: 0,
    epochs: 2000,
    initScale: 0.5,
    seed: 1,
  };
  const fitted = await new MatrixFactorization(settings).fit(entriesOf(x));
  const matrix = (values: Float32Array) => [0, 1, 2].map((i) => [...values.subarray(i * 2, i * 2 + 2)]);
  const [users, items] = [matrix(fitted.userFactors), matrix(fitted.itemFactors)];
  const again = map(product(users, transposed(items)), (value) => value + fitted.mean);
  const holed = await new MatrixFactorization(settings).fit(entriesOf(x, (user, item) => user === 2 && item === 2));
  print(
    `Done right, for a 3×3 X of rank 2, ${shown(x)}:`,
    `  μ = ${fitted.mean}, U = ${shown(users, 2)}, V = ${shown(items, 2)}`,
    `  μ + U Vᵀ = ${shown(again, 3)}`,
    `  without its last entry: ${holed.predict([2], [2])[0].toFixed(3)} is what it must have been. That is how a rating is predicted.`,
  );
}

interface Answer {
  evaluation: { accuracy: number; baselineAccuracy: number };
  importances: { feature: string; mean: number; weight: number }[];
}

/** Runs the command as a shell would, and reads its JSON. */
function cameo(args: readonly string[]): Answer {
  const main = fileURLToPath(new URL('../src/command/main.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args, '--json'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/**
 * Missing values by the column's mean, 80/20 with seed 42, standardized by the training part, one hidden layer of 100 and 1000 epochs at
 * most, accuracy to two decimals, and features ranked by the mean of their first-layer weights.
 */
function program(file: string, options: readonly string[], attainable?: number): void {
  const { evaluation, importances } = cameo(['profile', file, ...options, '--preset', 'article', '--seed', '42']);
  const width = Math.max(...importances.map(({ feature }) => feature.length));
  const number = (value: number) => value.toFixed(3).replace(/^-(0\.0+)$/, '$1');
  const best = [...importances].sort((a, b) => b.mean - a.mean);
  print(
    `Accuracy: ${evaluation.accuracy.toFixed(2)} on the fifth held out; always the larger class: ${evaluation.baselineAccuracy.toFixed(2)}${
      attainable === undefined ? '' : `; knowing how the rows were made: ${attainable.toFixed(2)}`
    }`,
    `${'feature'.padEnd(width)}    mean first-layer weight    drop of ROC AUC when permuted`,
    ...importances.map(
      (i) => `${i.feature.padEnd(width)}    ${number(i.weight).padStart(23)}    ${number(i.mean).padStart(29)}`,
    ),
    `First by mean weight is ${importances[0].feature}; what the model cannot do without is ${best[0].feature}. A mean of signed weights measures`,
    'nothing: weights of both signs cancel, the weights of the output are not looked at, and so a sign tells no direction.',
  );
}

function wholeProgram(): void {
  heading('The program, on a made-up user_behavior_data.csv');
  const folder = mkdtempSync(join(tmpdir(), 'cameo-article-'));
  try {
    const { csv, attainable } = userBehavior();
    const made = join(folder, 'user_behavior_data.csv');
    writeFileSync(made, csv);
    print('$ npx cameo profile user_behavior_data.csv --target target --preset article --seed 42');
    program(made, ['--target', 'target'], attainable);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const SHOPPERS = '../shared/data/online_shoppers_intention.csv';
const [file, ...options] = process.argv.slice(2);
if (file === undefined) {
  await using engine = await createEngine({ threads: 0 });
  await naiveBayes(engine);
  convolution();
  await factorization(engine);
  wholeProgram();
  if (existsSync(SHOPPERS)) {
    heading('The program, on the online shoppers');
    program(SHOPPERS, ['--target', 'Revenue']);
  }
} else {
  heading(`The program, on ${file}`);
  program(file, options);
}
