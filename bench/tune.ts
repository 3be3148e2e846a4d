/**
 * What a search is worth: on each table of bench/quality.ts, two minutes of `tune` beside the default on the rows that no trial saw, for three
 * seeds. Kept in bench/results/tune.json, where what is run anew takes the place of what was there; CAMEO_TABLES=german,bean runs a part and
 * CAMEO_TUNE_SECONDS=30 searches for another time. Then what a second worker is worth to it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createEngine, type Engine, readTable, tune as search, type Table, type Tuned } from '../src/index.js';
import { generator, numberColumn, textColumn } from '../test/support/tables.js';
import { asked, DATA, TABLES } from './quality.js';
import { line } from './support.js';

const SEEDS = [42, 43, 44];
const SECONDS = Number(process.env.CAMEO_TUNE_SECONDS ?? 120);
const KEPT = 'bench/results/tune.json';

interface Result {
  rows: number;
  metric: string;
  seconds: number;
  /** by seed: what was chosen, of how many, and what it and the default come to on the held-out rows */
  seeds: Record<string, { family: string; trials: number; best: number; standard: number }>;
  mean: { best: number; standard: number; gain: number; deviation: number };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Gains are better than 0, whichever way the metric goes; their deviation is that over the seeds. */
function resultOf(table: Table, found: readonly Tuned[]): Result {
  const [{ metric, lessIsBetter }] = found;
  const each = found.map(({ heldOut }) => ({ best: heldOut.best as number, standard: heldOut.standard as number }));
  const gains = each.map(({ best, standard }) => (lessIsBetter ? standard - best : best - standard));
  const gain = mean(gains);
  return {
    rows: table.rows,
    metric,
    seconds: SECONDS,
    seeds: Object.fromEntries(
      found.map(({ best, trials }, i) => [SEEDS[i], { family: best.family, trials: trials.length - 1, ...each[i] }]),
    ),
    mean: {
      best: mean(each.map(({ best }) => best)),
      standard: mean(each.map(({ standard }) => standard)),
      gain,
      deviation: Math.sqrt(mean(gains.map((one) => (one - gain) ** 2))),
    },
  };
}

async function battery(engine: Engine): Promise<void> {
  const kept: { tables: Record<string, Result> } = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : { tables: {} };
  for (const name of asked('CAMEO_TABLES', Object.keys(TABLES))) {
    const [file, target] = TABLES[name];
    const path = resolve(DATA, file);
    if (!existsSync(path)) {
      console.log(`${name} is not searched: ${path} is not there`);
      continue;
    }
    const table = await readTable(path);
    const found: Tuned[] = [];
    for (const seed of SEEDS) {
      const tuned = await search(engine, table, { target, seed, milliseconds: 1000 * SECONDS });
      tuned.profiler?.dispose();
      found.push(tuned);
    }
    const result = resultOf(table, found);
    kept.tables[name] = result;
    const { best, standard, gain, deviation } = result.mean;
    const chosen = Object.values(result.seeds).map(({ family, trials }) => `${family} of ${trials}`);
    const verdict = `gain ${gain.toPrecision(2)} ± ${deviation.toPrecision(2)}, at least the default: ${gain >= -deviation ? 'yes' : 'NO'}`;
    const digits = (value: number) => (value > 1000 ? value.toFixed(0) : value.toFixed(4));
    console.log(`${`${name}, ${result.metric}`.padEnd(34)} tune ${digits(best)}   default ${digits(standard)}   ${verdict}`);
    console.log(`${''.padEnd(34)} ${chosen.join(', ')} trials`);
    mkdirSync('bench/results', { recursive: true });
    writeFileSync(KEPT, `${JSON.stringify({ seeds: SEEDS, ...kept }, null, 1)}\n`);
  }
}

/** 20 columns of numbers, of which a few tell the class. */
function manyRows(rows = 20_000): Table {
  const next = generator(7);
  const columns = Array.from({ length: 20 }, (_, j) =>
    numberColumn(
      `c${j}`,
      Array.from({ length: rows }, () => next()),
    ),
  );
  const [a, b, c] = columns.map((column) => (column.kind === 'number' ? column.values : new Float64Array(rows)));
  const target = Array.from({ length: rows }, (_, r) => (a[r] + b[r] * c[r] + 0.8 * next() > 1.2 ? 'yes' : 'no'));
  return { rows, columns: [...columns, textColumn('bought', target)] };
}

async function workers(): Promise<void> {
  const table = manyRows();
  const seconds = async (threads: number) => {
    await using engine = await createEngine({ threads, device: 'wasm' });
    const options = { target: 'bought', families: ['trees'], effort: 'fast', trials: 40 } as const;
    const tuned = await search(engine, table, options);
    tuned.profiler?.dispose();
    return tuned.seconds;
  };
  const one = await seconds(1);
  line('40 trials of trees on 20,000 rows, two workers', await seconds(2), one, 1.8, 'one worker');
}

export async function tune(): Promise<void> {
  await workers();
  await using engine = await createEngine({ device: 'wasm', reproducible: true });
  await battery(engine);
}
