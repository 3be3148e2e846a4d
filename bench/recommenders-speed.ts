/**
 * How fast recommenders learn and answer: a sweep of iALS beside `implicit`'s (its default conjugate gradients, on as many threads), on two
 * workers beside one; EASE of 4,000 items beside NumPy's float32 inverse; and strangers' lists a second as at the edge, without workers.
 *
 * A sweep is the difference of two fits over that of their sweeps, so that preparing cancels out.
 */
import { spawnSync } from 'node:child_process';
import { createEngine, type Engine } from '../src/index.js';
import { checked } from '../src/options.js';
import { families } from '../src/recommend/index.js';
import type { Pairs } from '../src/recommend/recommender.js';
import { generator } from '../test/support/tables.js';
import { line, median, python } from './support.js';

const [USERS, ITEMS, PAIRS, RANK] = [50_000, 10_000, 1_000_000, 64];
const ROUNDS = 3;
const SWEEPS = [1, 5] as const;
const CATALOGUE = 4000;

/** Pairs at random, of items of uneven popularity, each once. */
function drawn(users: number, items: number, count: number): Pairs {
  const next = generator(3);
  const had = new Set<number>();
  while (had.size < count) had.add(Math.floor(next() * users) * items + Math.floor(next() ** 2 * items));
  const all = Float64Array.from(had).sort();
  return {
    users,
    items,
    user: Int32Array.from(all, (t) => Math.floor(t / items)),
    item: Int32Array.from(all, (t) => t % items),
  };
}

async function fit(engine: Engine, name: string, pairs: Pairs, options: object) {
  const family = families[name];
  const start = performance.now();
  const model = await family.fit(engine, pairs, checked(family.options, options), {});
  return { model, seconds: (performance.now() - start) / 1000 };
}

/** Seconds of the peers by name, on as many threads; none where `implicit` is absent. */
function peers(threads: number): { sweep?: number; inverse?: number } {
  if (!python) return {};
  const env = { ...process.env, OPENBLAS_NUM_THREADS: String(threads) };
  const shape = [USERS, ITEMS, PAIRS, RANK, threads, CATALOGUE].map(String);
  const { stdout, status } = spawnSync(python, ['bench/peers/recommenders_speed.py', ...shape], { encoding: 'utf8', env });
  return status === 0 ? JSON.parse(stdout) : {};
}

export async function recommendersSpeed(): Promise<void> {
  const pairs = drawn(USERS, ITEMS, PAIRS);
  const memory = { maximum: 2 ** 32 };
  const engines = await Promise.all([1, 2].map((threads) => createEngine({ threads, device: 'wasm', memory })));
  const [few, many] = SWEEPS;
  const sweep = async (engine: Engine) => {
    const shorter = await fit(engine, 'ials', pairs, { rank: RANK, sweeps: few });
    const longer = await fit(engine, 'ials', pairs, { rank: RANK, sweeps: many });
    return (longer.seconds - shorter.seconds) / (many - few);
  };
  const rounds: { ours: number[]; theirs: ReturnType<typeof peers>[] }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours: number[] = [];
    for (const engine of engines) ours.push(await sweep(engine));
    rounds.push({ ours, theirs: [peers(1), peers(2)] });
  }
  const middle = (of: (round: (typeof rounds)[0]) => number | undefined) => {
    const found = rounds.map(of).filter((x) => x !== undefined);
    return found.length > 0 ? median(found) : undefined;
  };
  for (const k of [0, 1]) {
    const ours = middle(({ ours }) => ours[k]) as number;
    line(
      `iALS sweep, 1 M pairs, rank ${RANK}, threads: ${k + 1}`,
      ours,
      middle(({ theirs }) => theirs[k].sweep),
      2,
      'implicit, CG',
    );
  }
  const two = middle(({ ours: [one, two] }) => one / two) as number;
  console.log(`  two workers ${two.toFixed(2)} × one, at least 1.9: ${two >= 1.9 ? 'yes' : 'NO'}`);

  const dense = drawn(6000, CATALOGUE, 200_000);
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) seconds.push((await fit(engines[1], 'ease', dense, {})).seconds);
  const inverse = middle(({ theirs }) => theirs[1].inverse);
  line(`EASE, ${CATALOGUE} items, threads: 2`, median(seconds), inverse, 0.7, 'NumPy, float32 inverse');
  for (const engine of engines) await engine.close();
  await strangers(drawn(2000, 2500, 60_000));
}

async function strangers(pairs: Pairs): Promise<void> {
  await using engine = await createEngine({ threads: 0, device: 'wasm' });
  const histories = Array.from({ length: 200 }, (_, k) => [...new Set(pairs.item.subarray(k * 10, k * 10 + 10))]);
  for (const name of ['ials', 'ease', 'neighbours']) {
    const { model } = await fit(engine, name, pairs, {});
    let best = 0;
    for (let round = 0; round < 8; round++) {
      const start = performance.now();
      for (const items of histories) await model.recommendFor({ items }, { n: 10 });
      best = Math.max(best, histories.length / ((performance.now() - start) / 1000));
    }
    const what = `${name}: lists of strangers with 10 of ${pairs.items} items`;
    const rate = `${Math.round(best).toLocaleString('en')} a second`;
    console.log(`${what.padEnd(48)} ${rate}, at least 10,000: ${best >= 10_000 ? 'yes' : 'NO'}`);
  }
}
