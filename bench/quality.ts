/**
 * Answers that hold: every family over tables that nobody tuned it to, beside LightGBM, XGBoost and scikit-learn's gradient boosting at their
 * defaults on the same splits, which are scikit-learn's `train_test_split(test_size=0.2, random_state=seed, stratify=y)`; of two classes the
 * rarer is the one that is looked for. The means over the seeds are printed and, with the spread, kept in bench/results/quality.json: what is
 * run anew takes the place of what was there.
 *
 * A column of the comparison is a line in COLUMNS, a table a line in TABLES; CAMEO_TABLES=german,bean and CAMEO_COLUMNS=trees run a part.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Effort } from '../src/effort.js';
import { createEngine, type Engine, Profiler, readTable, type Table, type Task } from '../src/index.js';
import { targetOf, truthOf } from '../src/prepare/target.js';
import { python } from './support.js';

export const DATA = '../shared/data';
const SEEDS = [42, 43, 44, 45, 46];
const TEST_SIZE = 0.2;
const KEPT = 'bench/results/quality.json';

/** Tables: name → file below DATA, and the target. */
export const TABLES: Record<string, readonly [file: string, target: string]> = {
  'online shoppers': ['online_shoppers_intention.csv', 'Revenue'],
  bank: ['tables/bank.csv', 'y'],
  telco: ['tables/telco.csv', 'Churn'],
  campaign: ['tables/campaign.csv', 'Response'],
  german: ['tables/german.csv', 'Risk'],
  housing: ['tables/housing.csv', 'median_house_value'],
  bean: ['tables/bean.csv', 'Class'],
};

/** What is compared: options of a fit by name. */
const COLUMNS: Record<string, { model?: string; effort?: Effort; modelOptions?: Record<string, unknown> }> = {
  default: {},
  fast: { effort: 'fast' },
  best: { effort: 'best' },
  perceptron: { model: 'perceptron' },
  network: { model: 'network' },
  linear: { model: 'linear' },
  trees: { model: 'trees' },
};

/** The metrics that are shown of each task. */
const SHOWN: Record<Task, readonly string[]> = {
  binary: ['rocAuc', 'averagePrecision', 'logLoss', 'calibrationError'],
  multiclass: ['accuracy', 'logLoss', 'calibrationError'],
  regression: ['rmse'],
};

/** What is compared on the mean, and what is better. */
const MEANS = { rocAuc: 'higher', logLoss: 'lower', calibrationError: 'lower' } as const;
const PEERS = ['LightGBM', 'XGBoost', 'scikit-learn'];

type Metrics = Record<string, number>;
/** metrics of each seed, by column */
type Found = Record<string, Metrics[]>;

interface Result {
  rows: number;
  task: Task;
  /** by column and metric: mean and deviation over the seeds, and each */
  columns: Record<string, Record<string, { mean: number; deviation: number; each: number[] }>>;
}

/** The table with a target whose rarer class, of two, is the one that is looked for. */
function asAsked(table: Table, target: string): { task: Task; table: Table } {
  const at = table.columns.findIndex(({ name }) => name === target);
  const asked = targetOf(table.columns[at]);
  const truth = truthOf(asked, table.columns[at]);
  if (truth.some(Number.isNaN)) throw new Error(`target '${target}' has missing values`);
  const positives = truth.reduce((sum, y) => sum + y, 0);
  if (asked.task !== 'binary' || positives <= table.rows / 2) return { task: asked.task, table };
  const turned = { name: target, kind: 'number' as const, values: truth.map((y) => 1 - y) };
  return { task: asked.task, table: { ...table, columns: table.columns.with(at, turned) } };
}

/** Runs bench/peers/quality.py. */
function peers<Result>(input: object): Result {
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  const options = { input: JSON.stringify(input), env, encoding: 'utf8', maxBuffer: 1e9 } as const;
  return JSON.parse(execFileSync(python as string, ['bench/peers/quality.py'], options));
}

/** The names that a variable of the environment asks for; all where it is not set. */
export function asked(variable: string, names: readonly string[]): string[] {
  const only = process.env[variable]?.split(',');
  const strange = only?.find((name) => !names.includes(name));
  if (strange !== undefined) throw new Error(`${variable}: no '${strange}'; there are ${names.join(', ')}`);
  return names.filter((name) => !only || only.includes(name));
}

async function ours(engine: Engine, table: Table, target: string, tests: readonly number[][]): Promise<Found> {
  const found: Found = {};
  for (const name of asked('CAMEO_COLUMNS', Object.keys(COLUMNS))) {
    found[name] = [];
    for (const [i, testRows] of tests.entries()) {
      const options = { target, seed: SEEDS[i], testRows, importance: false, ...COLUMNS[name] };
      using profiler = await Profiler.fit(engine, { table }, options);
      const { evaluation, decisions } = profiler.summary;
      const { calibrationError } = decisions ?? {};
      found[name].push({ ...evaluation, ...(calibrationError !== undefined && { calibrationError }) } as unknown as Metrics);
    }
  }
  return found;
}

function summaryOf(found: Found, metrics: readonly string[]): Result['columns'] {
  const statistics = (each: number[]) => {
    const mean = each.reduce((a, b) => a + b, 0) / each.length;
    return { mean, deviation: Math.sqrt(each.reduce((sum, v) => sum + (v - mean) ** 2, 0) / each.length), each };
  };
  const of = (runs: Metrics[]) => Object.fromEntries(metrics.map((m) => [m, statistics(runs.map((run) => run[m]))]));
  return Object.fromEntries(Object.entries(found).map(([name, runs]) => [name, of(runs)]));
}

function print(name: string, { task, columns }: Result): void {
  for (const metric of SHOWN[task]) {
    const cells = Object.entries(columns).flatMap(([column, metrics]) => {
      // What was kept before there was this metric does without.
      if (!metrics[metric]) return [];
      const { mean, deviation } = metrics[metric];
      const text = task === 'regression' ? mean.toFixed(0) : mean.toFixed(4);
      return `${column} ${text} ± ${task === 'regression' ? deviation.toFixed(0) : deviation.toFixed(4)}`;
    });
    console.log(`${`${name}, ${metric}`.padEnd(34)} ${cells.join('   ')}`);
  }
}

/** The default's mean over the tables beside those of the peers, by the tables where all of them have the metric. */
function printMeans(tables: Record<string, Result>): void {
  for (const [metric, better] of Object.entries(MEANS)) {
    const compared = ['default', ...PEERS];
    const known = Object.values(tables).filter(({ columns }) => compared.every((name) => columns[name]?.[metric]));
    if (known.length === 0) continue;
    const means = compared.map(
      (name) => known.reduce((sum, { columns }) => sum + columns[name][metric].mean, 0) / known.length,
    );
    const [own, ...others] = means;
    const ahead = others.every((other) => (better === 'higher' ? own > other : own < other));
    const cells = compared.map((name, i) => `${name} ${means[i].toFixed(4)}`).join('   ');
    console.log(
      `${`mean of ${known.length} tables, ${metric}`.padEnd(34)} ${cells}   ${better} than theirs: ${ahead ? 'yes' : 'NO'}`,
    );
  }
}

export async function quality(): Promise<void> {
  if (!python) return console.log('quality: skipped, no Python with scikit-learn: `npm run bench:peers` gets it');
  const kept: { tables: Record<string, Result> } = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : { tables: {} };
  await using engine = await createEngine({ device: 'wasm', reproducible: true });
  for (const name of asked('CAMEO_TABLES', Object.keys(TABLES))) {
    const [file, target] = TABLES[name];
    const path = resolve(DATA, file);
    if (!existsSync(path)) {
      console.log(`${name} is not compared: ${path} is not there`);
      continue;
    }
    const { table, task } = asAsked(await readTable(path), target);
    const asked = { file: path, target, task, seeds: SEEDS, testSize: TEST_SIZE };
    const { tests } = peers<{ tests: number[][] }>({ ...asked, only: 'splits' });
    const found = { ...(await ours(engine, table, target, tests)), ...peers<Found>(asked) };
    const columns = { ...kept.tables[name]?.columns, ...summaryOf(found, SHOWN[task]) };
    kept.tables[name] = { rows: table.rows, task, columns };
    print(name, kept.tables[name]);
    mkdirSync('bench/results', { recursive: true });
    writeFileSync(KEPT, `${JSON.stringify({ seeds: SEEDS, testSize: TEST_SIZE, ...kept }, null, 1)}\n`);
  }
  printMeans(kept.tables);
}
