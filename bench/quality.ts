/**
 * Answers that hold: every family over tables that nobody tuned it to, beside LightGBM, XGBoost and scikit-learn's gradient boosting at their
 * defaults on the same splits. The means over the seeds are printed and, with the spread, kept in bench/results/quality.json: what is run
 * anew takes the place of what was there.
 *
 * A column of the comparison is a line in COLUMNS, a table a line in TABLES; CAMEO_TABLES=german,bean and CAMEO_COLUMNS=trees run a part.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Effort } from '../src/effort.js';
import { createEngine, type Engine, Profiler, readTable, type Table, type Task, trainTestSplit } from '../src/index.js';
import { targetOf, truthOf } from '../src/prepare/target.js';
import { python } from './support.js';

const DATA = '../shared/data';
const SEEDS = [42, 43, 44, 45, 46];
const TEST_SIZE = 0.2;
const KEPT = 'bench/results/quality.json';

/** Tables: name → file below DATA, and the target. */
const TABLES: Record<string, readonly [file: string, target: string]> = {
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

/** The splits that a fit makes of its seed, for the peers. */
function splitsOf(table: Table, target: string, seeds: readonly number[]) {
  const column = table.columns.find(({ name }) => name === target) as Table['columns'][number];
  const asked = targetOf(column);
  const truth = truthOf(asked, column);
  if (truth.some(Number.isNaN)) throw new Error(`target '${target}' has missing values`);
  const stratify = asked.task === 'regression' ? undefined : truth;
  const splits = seeds.map((seed) => trainTestSplit(table.rows, { testSize: TEST_SIZE, seed, stratify }));
  return { task: asked.task, splits: splits.map(({ train, test }) => ({ train: [...train], test: [...test] })) };
}

/** The names that a variable of the environment asks for; all where it is not set. */
function asked(variable: string, names: readonly string[]): string[] {
  const only = process.env[variable]?.split(',');
  const strange = only?.find((name) => !names.includes(name));
  if (strange !== undefined) throw new Error(`${variable}: no '${strange}'; there are ${names.join(', ')}`);
  return names.filter((name) => !only || only.includes(name));
}

async function ours(engine: Engine, table: Table, target: string, seeds: readonly number[]): Promise<Found> {
  const found: Found = {};
  for (const name of asked('CAMEO_COLUMNS', Object.keys(COLUMNS))) {
    found[name] = [];
    for (const seed of seeds) {
      const options = { target, seed, testSize: TEST_SIZE, importance: false, ...COLUMNS[name] };
      using profiler = await Profiler.fit(engine, { table }, options);
      const { evaluation, decisions } = profiler.summary;
      const { calibrationError } = decisions ?? {};
      found[name].push({ ...evaluation, ...(calibrationError !== undefined && { calibrationError }) } as unknown as Metrics);
    }
  }
  return found;
}

function theirs(file: string, target: string, { task, splits }: ReturnType<typeof splitsOf>): Found {
  if (!python) return {};
  const input = JSON.stringify({ file, target, task, splits });
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  return JSON.parse(execFileSync(python, ['bench/peers/quality.py'], { input, env, encoding: 'utf8', maxBuffer: 1e9 }));
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
  const kept: { tables: Record<string, Result> } = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : { tables: {} };
  await using engine = await createEngine({ device: 'wasm', reproducible: true });
  for (const name of asked('CAMEO_TABLES', Object.keys(TABLES))) {
    const [file, target] = TABLES[name];
    const path = resolve(DATA, file);
    if (!existsSync(path)) {
      console.log(`${name} is not compared: ${path} is not there`);
      continue;
    }
    const table = await readTable(path);
    const split = splitsOf(table, target, SEEDS);
    const found = { ...(await ours(engine, table, target, SEEDS)), ...theirs(path, target, split) };
    const columns = { ...kept.tables[name]?.columns, ...summaryOf(found, SHOWN[split.task]) };
    kept.tables[name] = { rows: table.rows, task: split.task, columns };
    print(name, kept.tables[name]);
    mkdirSync('bench/results', { recursive: true });
    writeFileSync(KEPT, `${JSON.stringify({ seeds: SEEDS, testSize: TEST_SIZE, ...kept }, null, 1)}\n`);
  }
  printMeans(kept.tables);
}
