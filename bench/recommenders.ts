/**
 * Recommendations that hold: every recommender with its defaults, and the one that is chosen, over the sets of battery.ts, beside `implicit`'s
 * ALS, cosine and BM25 neighbours and EASE by NumPy on the same pairs, and LIBMF for ratings. What draws at random runs for five seeds: means and
 * standard deviations are printed and kept in bench/results/recommenders.json. $CAMEO_QUALITY names some of the sets ('ratings of amusic' too),
 * of which the figures then take the place of those kept.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine, evaluateRanking } from '../src/index.js';
import { checked } from '../src/options.js';
import { CANDIDATES, chooseRecommender, leftOut } from '../src/recommend/choose.js';
import { families } from '../src/recommend/index.js';
import type { Recommends } from '../src/recommend/recommender.js';
import type { Events } from '../src/table/events.js';
import { type BatterySet, battery } from './battery.js';
import { type OverSeeds, overSeeds, type RatingsFound, ratingErrors } from './ratings.js';
import { python } from './support.js';

const SEEDS = [42, 43, 44, 45, 46];
const AT = 10;
const RESULTS = 'bench/results/recommenders.json';
const DAY = 864e5;

interface Found {
  ndcg: OverSeeds;
  hitRate: OverSeeds;
  /** means: by the clock, and of our processor's */
  seconds: number;
  cpu?: number;
  /** of 'auto' how often each was chosen */
  chosen?: Record<string, number>;
}
/** Of one seed. */
interface Once {
  ndcg: number;
  hitRate: number;
  seconds: number;
  cpu?: number;
}

/** Seconds that a piece of work takes, by the clock and of the processor. */
async function timed<T>(work: () => Promise<T>) {
  const [started, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(used);
  return { result, seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

const together = (runs: readonly Once[]): Found => ({
  ndcg: overSeeds(runs.map(({ ndcg }) => ndcg)),
  hitRate: overSeeds(runs.map(({ hitRate }) => hitRate)),
  seconds: overSeeds(runs.map(({ seconds }) => seconds)).mean,
  ...(runs[0].cpu === undefined ? {} : { cpu: overSeeds(runs.map(({ cpu }) => cpu ?? 0)).mean }),
});

/** The ten best of each user asked for; of equal candidates what more users had, as in whole lists, and then the smaller number. */
async function listsOf(model: Recommends, { pairs, users, candidates }: BatterySet): Promise<ArrayLike<number>[]> {
  if (!candidates) return (await model.recommend([...users], { n: AT })).map(({ ids }) => ids);
  const counts = new Int32Array(pairs.items);
  for (const item of pairs.item) counts[item]++;
  return candidates.map((items, r) => {
    const scores = model.score(new Int32Array(items.length).fill(users[r]), items);
    const places = Int32Array.from(scores, (_, place) => place).sort(
      (a, b) => scores[b] - scores[a] || counts[items[b]] - counts[items[a]] || items[a] - items[b],
    );
    return Array.from(places.subarray(0, AT), (place) => items[place]);
  });
}

/** The pairs as events, at the times that their ages say, or all at one. */
function eventsOf({ pairs }: BatterySet): Events {
  const { user, item, users, items, ages } = pairs;
  const rows = user.length;
  const order = Int32Array.from(user, (_, t) => t).sort((a, b) => user[a] - user[b] || (ages ? ages[b] - ages[a] : 0) || a - b);
  const names = (n: number) => Array.from({ length: n }, (_, k) => String(k));
  return {
    rows,
    users: names(users),
    items: names(items),
    user: order.map((t) => user[t]),
    item: order.map((t) => item[t]),
    time: Float64Array.from(order, (t) => (ages ? -ages[t] * DAY : 0)),
    value: new Float64Array(rows),
    bought: new Uint8Array(rows).fill(1),
    labels: new Array(items).fill(null),
    fields: [],
    asOf: 0,
    asOfGiven: true,
    counts: { rows, used: rows } as Events['counts'],
  };
}

async function fitted(engine: Engine, set: BatterySet, name: string, seed: number): Promise<Once> {
  const family = families[name];
  const options = checked(family.options, 'seed' in family.options.entries ? { seed } : {});
  const { result, ...spent } = await timed(() => family.fit(engine, set.pairs, options, {}));
  const { ndcg, hitRate } = evaluateRanking(await listsOf(result, set), set.relevant, AT);
  return { ndcg, hitRate, ...spent };
}

async function ours(engine: Engine, set: BatterySet): Promise<Record<string, Found>> {
  const runs: Record<string, Once[]> = {};
  for (const name of CANDIDATES) {
    if (leftOut(name, set.pairs)) continue;
    const seeds = 'seed' in families[name].options.entries ? SEEDS : SEEDS.slice(0, 1);
    runs[name] = [];
    for (const seed of seeds) runs[name].push(await fitted(engine, set, name, seed));
  }
  const events = eventsOf(set);
  const chosen: Record<string, number> = {};
  const auto: Once[] = [];
  const choosing: number[] = [];
  for (const [k, seed] of SEEDS.entries()) {
    const { result, seconds, cpu } = await timed(() => chooseRecommender(engine, events, { seed }, {}));
    const { recommender } = result;
    const own = runs[recommender][k] ?? runs[recommender][0];
    auto.push({ ...own, seconds: seconds + own.seconds, cpu: cpu + (own.cpu ?? 0) });
    choosing.push(cpu);
    chosen[recommender] = (chosen[recommender] ?? 0) + 1;
  }
  const found = Object.entries(runs).map(([name, own]): [string, Found] => [name, together(own)]);
  const fits = overSeeds(choosing).mean / Math.max(...found.map(([, { cpu }]) => cpu ?? 0));
  console.log(`${set.name}: choosing takes ${fits.toFixed(1)} fits of the costliest, at most 3: ${fits <= 3 ? 'yes' : 'NO'}`);
  return { auto: { ...together(auto), chosen }, ...Object.fromEntries(found) };
}

/** Peers once a seed where they draw at random, by what they answer for the first. */
function theirs(set: BatterySet): Record<string, Found> {
  if (!python || spawnSync(python, ['-c', 'import implicit']).status !== 0) {
    console.log('implicit is not installed here: npm run bench:peers gets it');
    return {};
  }
  const { pairs, users, relevant, candidates } = set;
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  try {
    const job = { users: [...pairs.user], items: [...pairs.item], nUsers: pairs.users, nItems: pairs.items };
    writeFileSync(join(folder, 'job.json'), JSON.stringify({ ...job, seeds: SEEDS, asked: users, candidates }));
    const text = execFileSync(python, ['bench/peers/recommenders.py', join(folder, 'job.json')], {
      encoding: 'utf8',
      maxBuffer: 1e9,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const found = Object.entries(JSON.parse(text) as Record<string, { lists: number[][]; seconds: number }[]>);
    const once = ({ lists, seconds }: { lists: number[][]; seconds: number }): Once => {
      const { ndcg, hitRate } = evaluateRanking(lists, relevant, AT);
      return { ndcg, hitRate, seconds };
    };
    return Object.fromEntries(found.map(([name, runs]) => [name, together(runs.map(once))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Kept {
  sets: Record<string, { protocol: string; pairs: number; seeds: number; found: Record<string, Found> }>;
  ratings: Record<string, RatingsFound>;
}

const text = ({ mean, spread }: OverSeeds) => `${mean.toFixed(4)}${spread > 0 ? ` ± ${spread.toFixed(4)}` : ''}`.padEnd(15);

export async function recommenders(): Promise<void> {
  const only = process.env.CAMEO_QUALITY?.split(',');
  const before: Partial<Kept> = only && existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
  const kept: Kept = { sets: { ...before.sets }, ratings: { ...before.ratings } };
  await using engine = await createEngine({ device: 'wasm', reproducible: true, memory: { maximum: 2 ** 32 } });
  for await (const set of battery(only)) {
    const found = { ...(await ours(engine, set)), ...theirs(set) };
    kept.sets[set.name] = { protocol: set.protocol, pairs: set.pairs.user.length, seeds: SEEDS.length, found };
    console.log(`${set.name}: ${set.protocol}, ${set.pairs.user.length} pairs, ${set.users.length} users`);
    for (const [name, { ndcg, hitRate, seconds, chosen }] of Object.entries(found)) {
      const which = chosen ? `   ${Object.entries(chosen).map(([own, n]) => `${own} ${n} ×`)}` : '';
      console.log(
        `  ${name.padEnd(20)} NDCG ${text(ndcg)} hit rate ${text(hitRate)} at ${AT}   ${seconds.toFixed(1)} s${which}`,
      );
    }
    const ratio = found.factorization.ndcg.mean / found.ials.ndcg.mean;
    console.log(`  factorization / iALS ${ratio.toFixed(3)}, at least 0.95: ${ratio >= 0.95 ? 'yes' : 'NO'}`);
  }
  Object.assign(kept.ratings, await ratingErrors(engine, SEEDS, only));
  mkdirSync('bench/results', { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify({ seeds: SEEDS, at: AT, ...kept }, null, 1)}\n`);
}
