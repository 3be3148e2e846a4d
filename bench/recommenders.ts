/**
 * Recommendations that hold: every recommender with its defaults, and the one that is chosen, over the sets of battery.ts, beside `implicit`'s
 * ALS, cosine and BM25 neighbours and EASE by NumPy on the same pairs. NDCG and hit rate at 10 are printed and kept in
 * bench/results/recommenders.json; $CAMEO_QUALITY names some of the sets, and then nothing is kept.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine, evaluateRanking } from '../src/index.js';
import { checked } from '../src/options.js';
import { CANDIDATES, chooseRecommender, leftOut } from '../src/recommend/choose.js';
import { families } from '../src/recommend/index.js';
import type { Recommends } from '../src/recommend/recommender.js';
import type { Events } from '../src/table/events.js';
import { type BatterySet, battery } from './battery.js';
import { python } from './support.js';

const SEED = 42;
const AT = 10;
const DAY = 864e5;

interface Found {
  ndcg: number;
  hitRate: number;
  seconds: number;
}

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

async function ours(engine: Engine, set: BatterySet): Promise<Record<string, Found>> {
  const found: Record<string, Found> = {};
  const start = performance.now();
  const { recommender } = await chooseRecommender(engine, eventsOf(set), { seed: SEED }, {});
  const chosen = (performance.now() - start) / 1000;
  for (const name of CANDIDATES) {
    if (leftOut(name, set.pairs)) continue;
    const family = families[name];
    const began = performance.now();
    const options = checked(family.options, 'seed' in family.options.entries ? { seed: SEED } : {});
    const model = await family.fit(engine, set.pairs, options, {});
    const seconds = (performance.now() - began) / 1000;
    const { ndcg, hitRate } = evaluateRanking(await listsOf(model, set), set.relevant, AT);
    found[name] = { ndcg, hitRate, seconds };
  }
  return { [`auto: ${recommender}`]: { ...found[recommender], seconds: chosen + found[recommender].seconds }, ...found };
}

function theirs({ pairs, users, relevant, candidates }: BatterySet): Record<string, Found> {
  if (!python || spawnSync(python, ['-c', 'import implicit']).status !== 0) {
    console.log('implicit is not installed here: npm run bench:peers gets it');
    return {};
  }
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  try {
    const job = { users: [...pairs.user], items: [...pairs.item], nUsers: pairs.users, nItems: pairs.items };
    writeFileSync(join(folder, 'job.json'), JSON.stringify({ ...job, seed: SEED, asked: users, candidates }));
    const text = execFileSync(python, ['bench/peers/recommenders.py', join(folder, 'job.json')], {
      encoding: 'utf8',
      maxBuffer: 1e9,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const found = Object.entries(JSON.parse(text) as Record<string, { lists: number[][]; seconds: number }>);
    return Object.fromEntries(
      found.map(([name, { lists, seconds }]) => {
        const { ndcg, hitRate } = evaluateRanking(lists, relevant, AT);
        return [name, { ndcg, hitRate, seconds }];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function recommenders(): Promise<void> {
  const only = process.env.CAMEO_QUALITY?.split(',');
  const sets: Record<string, { protocol: string; pairs: number; found: Record<string, Found> }> = {};
  await using engine = await createEngine({ device: 'wasm', reproducible: true, memory: { maximum: 2 ** 32 } });
  for await (const set of battery(only)) {
    const found = { ...(await ours(engine, set)), ...theirs(set) };
    sets[set.name] = { protocol: set.protocol, pairs: set.pairs.user.length, found };
    console.log(`${set.name}: ${set.protocol}, ${set.pairs.user.length} pairs, ${set.users.length} users`);
    for (const [name, { ndcg, hitRate, seconds }] of Object.entries(found))
      console.log(
        `  ${name.padEnd(20)} NDCG ${ndcg.toFixed(4)}, hit rate ${hitRate.toFixed(4)} at ${AT}   ${seconds.toFixed(1)} s`,
      );
  }
  if (only) return;
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/recommenders.json', `${JSON.stringify({ seed: SEED, at: AT, sets }, null, 1)}\n`);
}
