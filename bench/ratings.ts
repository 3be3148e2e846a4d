/**
 * Ratings that are predicted: root mean squared error on a random tenth, five seeds, of the factorization with its defaults beside LIBMF's best
 * of a small grid, chosen on the very errors that are compared. LIBMF is the one that bench/peers/setup.mjs builds; without it only ours is said.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../src/index.js';
import { checked } from '../src/options.js';
import { shuffle } from '../src/random.js';
import { families } from '../src/recommend/index.js';
import { PEERS } from './support.js';

const FOLDER = '../shared/data/recommend/';
const FILES = { filmtrust: 'filmtrust_ratings.csv', amusic: 'amusic_train.csv' };
const STREAM = 0x7f000001;
const GRID = { rank: [8, 32, 64], lambda: [0.02, 0.05, 0.1, 0.2], iterations: [20, 50] };
/** LIBMF's default. */
const RATE = 0.1;

/** Mean and standard deviation over seeds. */
export interface OverSeeds {
  readonly mean: number;
  readonly spread: number;
}
export interface RatingsFound {
  readonly pairs: number;
  readonly rmse: Record<string, OverSeeds>;
}

export function overSeeds(values: readonly number[]): OverSeeds {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

type Triple = readonly [user: number, item: number, rating: number];
interface Split {
  readonly train: readonly Triple[];
  readonly test: readonly Triple[];
}

/** Each pair once, with its last rating. */
function readRatings(file: string): Triple[] {
  const rows = readFileSync(FOLDER + file, 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const last = new Map<string, Triple>();
  for (const row of rows) {
    const [user, item, rating] = row.split(',').map(Number);
    last.set(`${user} ${item}`, [user, item, rating]);
  }
  return [...last.values()];
}

function splitOf(all: readonly Triple[], seed: number): Split {
  const order = shuffle(
    Int32Array.from(all, (_, t) => t),
    seed,
    STREAM,
  );
  const cut = Math.floor(all.length / 10);
  const at = (places: Int32Array) => Array.from(places, (t) => all[t]);
  return { train: at(order.subarray(cut)), test: at(order.subarray(0, cut)) };
}

const column = (rows: readonly Triple[], k: 0 | 1) => Int32Array.from(rows, (row) => row[k]);
const ratings = (rows: readonly Triple[]) => Float32Array.from(rows, (row) => row[2]);

async function ours(engine: Engine, { train, test }: Split, size: { users: number; items: number }, seed: number) {
  const { factorization } = families;
  const pairs = { ...size, user: column(train, 0), item: column(train, 1), values: ratings(train) };
  const model = await factorization.fit(engine, pairs, checked(factorization.options, { seed }), {});
  const found = model.score(column(test, 0), column(test, 1));
  return Math.sqrt(test.reduce((sum, [, , rating], t) => sum + (found[t] - rating) ** 2, 0) / test.length);
}

/** The errors of LIBMF's best setting. */
function libmf(splits: readonly Split[]): { setting: string; errors: number[] } | undefined {
  const program = join(PEERS, 'libmf');
  if (!existsSync(program)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  try {
    const files = splits.map(({ train, test }, k) => {
      const all = [...train, ...test];
      const file = join(folder, String(k));
      writeFileSync(
        file,
        Buffer.concat([column(all, 0), column(all, 1), ratings(all)].map(({ buffer }) => Buffer.from(buffer))),
      );
      return [file, train.length, test.length];
    });
    const { rank, lambda, iterations } = GRID;
    const settings = rank.flatMap((k) => lambda.flatMap((l) => iterations.map((n) => [k, l, n])));
    const found = settings.map(([k, l, n]) => ({
      setting: `rank ${k}, λ ${l}, ${n} iterations`,
      errors: files.map(
        (file) => JSON.parse(execFileSync(program, [...file, k, RATE, l, n, 1].map(String), { encoding: 'utf8' })).rmse,
      ),
    }));
    return found.reduce((a, b) => (overSeeds(b.errors).mean < overSeeds(a.errors).mean ? b : a));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function ratingErrors(engine: Engine, seeds: readonly number[], only?: readonly string[]) {
  const sets: Record<string, RatingsFound> = {};
  for (const [name, file] of Object.entries(FILES)) {
    if (only && !only.includes(`ratings of ${name}`)) continue;
    if (!existsSync(FOLDER + file)) {
      console.log(`ratings of ${name}: skipped, ${FOLDER}${file} is absent`);
      continue;
    }
    const all = readRatings(file);
    const size = { users: 1 + Math.max(...column(all, 0)), items: 1 + Math.max(...column(all, 1)) };
    const splits = seeds.map((seed) => splitOf(all, seed));
    const errors: number[] = [];
    for (const [k, seed] of seeds.entries()) errors.push(await ours(engine, splits[k], size, seed));
    const rmse: Record<string, OverSeeds> = { factorization: overSeeds(errors) };
    const best = libmf(splits);
    if (best) rmse[`LIBMF, ${best.setting}`] = overSeeds(best.errors);
    else console.log('LIBMF is not here: npm run bench:peers gets it');
    sets[name] = { pairs: all.length, rmse };
    console.log(`ratings of ${name}: a random tenth held out, ${all.length} pairs, ${seeds.length} seeds`);
    for (const [who, { mean, spread }] of Object.entries(rmse))
      console.log(`  ${who.padEnd(36)} RMSE ${mean.toFixed(4)} ± ${spread.toFixed(4)}`);
  }
  return sets;
}
