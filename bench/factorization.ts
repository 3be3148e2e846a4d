/** SGD epochs of matrix factorization, one worker against two, and exact top 10 against NumPy. */
import { createEngine, MatrixFactorization } from '../src/index.js';
import { topByProduct } from '../src/recommend/top.js';
import { generator } from '../test/support/tables.js';
import { fill, line, median, scikitLearn, seconds } from './support.js';

async function epochs(rank: number): Promise<void> {
  const [nUsers, nItems, count, passes] = [50_000, 10_000, 1_000_000, 40];
  const next = generator(3);
  const users = Int32Array.from({ length: count }, () => Math.floor(next() * nUsers));
  const items = Int32Array.from({ length: count }, () => Math.floor(next() ** 2 * nItems));
  const values = Float32Array.from(users, () => 1 + Math.floor(next() * 5));
  const engines = await Promise.all([1, 2].map((threads) => createEngine({ threads })));
  // From the second epoch to the last, by the progress of the first worker: without cutting and copying the ratings.
  const time = (engine: (typeof engines)[0]) => {
    let first = 0;
    let last = 0;
    let seen = 0;
    return new MatrixFactorization({ engine, rank, epochs: passes })
      .fit(
        { users, items, values },
        {
          onProgress: (epoch) => {
            if (first === 0) [first, seen] = [performance.now(), epoch];
            last = (performance.now() - first) / Math.max(1, epoch - seen);
          },
        },
      )
      .then(() => last / 1000);
  };
  const rounds: [one: number, two: number][] = [];
  for (let round = 0; round < 5; round++) rounds.push([await time(engines[0]), await time(engines[1])]);
  const [one, two] = [median(rounds.map(([v]) => v)), median(rounds.map(([, v]) => v))];
  const ratio = median(rounds.map(([a, b]) => a / b));
  const rate = (s: number) => `${(count / s / 1e6).toFixed(0)} million ratings a second`;
  console.log(
    `${`SGD epoch, 1 M ratings, rank ${rank}`.padEnd(48)} one worker ${rate(one)}, two ${rate(two)}   ${ratio.toFixed(2)} × with two, at least 1.85: ${ratio >= 1.85 ? 'yes' : 'NO'}`,
  );
  for (const engine of engines) await engine.close();
}

async function top(): Promise<void> {
  const [users, items, k] = [50_000, 20_000, 64];
  const x = new Float32Array(users * k);
  const y = new Float32Array(items * k);
  fill([x, y]);
  await using engine = await createEngine();
  const best = () => topByProduct(engine, x, y, new Float32Array(items), k, 10, null);
  const found = (await best()).slice(0, 1000).flatMap(({ ids }) => [...ids]);
  const peer = scikitLearn('top', { x: [x], y: [y] }, (result) => {
    // Sums of another order may swap neighbours that are equal to the last bits.
    const other = result.filter((id, i) => id !== found[i]).length;
    if (result.length !== found.length || other > found.length / 1000)
      throw new Error(`top 10: ${other} of ${found.length} differ`);
  });
  const ours = await seconds(best, 2);
  line('exact top 10, 50 k users × 20 k items, rank 64', ours, peer?.top, 2, 'NumPy');
}

export async function factorization(): Promise<void> {
  await epochs(32);
  await epochs(64);
  await top();
}
