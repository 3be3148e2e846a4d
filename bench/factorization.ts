/** SGD epochs of matrix factorization, one worker against two, and exact top 10 against NumPy. */
import { execFileSync } from 'node:child_process';
import { createEngine, MatrixFactorization } from '../src/index.js';
import { topByProduct } from '../src/models/top.js';
import { generator } from '../test/support/tables.js';
import { fill, line, median, python, seconds } from './support.js';

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
  const ours = await seconds(() => topByProduct(engine, x, y, new Float32Array(items), k, 10, null), 2);
  const script = `
import numpy as np, time
r = np.random.default_rng(1); x = r.random((${users}, ${k}), dtype='f4'); y = r.random((${items}, ${k}), dtype='f4')
t = time.perf_counter()
for i in range(0, ${users}, 1000):
    s = x[i:i + 1000] @ y.T
    top = np.argpartition(-s, 10, axis=1)[:, :10]
    np.take_along_axis(top, np.argsort(-np.take_along_axis(s, top, 1), axis=1), 1)
print(time.perf_counter() - t)`;
  const theirs = python && Number(execFileSync(python, ['-c', script], { encoding: 'utf8' }));
  line('exact top 10, 50 k users × 20 k items, rank 64', ours, theirs || undefined, 2, 'NumPy');
}

export async function factorization(): Promise<void> {
  await epochs(32);
  await epochs(64);
  await top();
}
