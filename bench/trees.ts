/**
 * Gradient-boosted trees against LightGBM with the same bins, leaves and rate: training, prediction and contributions on one thread, and
 * training and prediction of more rows on one thread and on two.
 */
import { createEngine, evaluate, GradientBoostingClassifier, Matrix } from '../src/index.js';
import { fill, format, line, same, scikitLearn, seconds } from './support.js';

const EXPLAINED = 5000;

/** Rows of noise, and what is learnt of them. */
async function open(threads: number, rows: number, count: number) {
  const engine = await createEngine({ threads });
  const x = engine.matrix(rows, count);
  const columns = Array.from({ length: count }, (_, j) => x.column(j));
  fill(columns);
  const [a, b, c, d, noise] = columns;
  const y = Uint8Array.from(a, (v, i) => Number(v + 2 * b[i] * c[i] + Math.sin(6 * d[i]) + 2 * noise[i] > 0));
  const model = new GradientBoostingClassifier({ engine, maxIter: 200, earlyStopping: false });
  return { engine, x, columns, y, model, fit: () => model.fit(x, y), predict: () => model.decisionFunction(x) };
}

/** LightGBM on the same. Bins differ a little, and so do trees: as good is what the same can mean. */
async function lightGBM(work: string, { model, x, y, columns }: Awaited<ReturnType<typeof open>>) {
  const p = (await model.predictProba(x)).filter((_, i) => i % 2 === 1);
  const { logLoss } = evaluate('binary', Float64Array.from(y), p, 1) as { logLoss: number };
  return scikitLearn(work, { x: columns, y: [y] }, (result) => same(result, [logLoss], 0.01, 'log loss of training'));
}

export async function trees(): Promise<void> {
  await few();
  await many();
}

async function few(): Promise<void> {
  const setup = await open(0, 100_000, 20);
  const { columns, model, fit } = setup;
  await using _ = setup.engine;
  await fit();
  const peer = await lightGBM('trees', setup);
  const some = new Matrix(columns.map((column) => column.slice(0, EXPLAINED)));
  line('boosted trees, training, 100 k × 20, 200 rounds', await seconds(fit, 3), peer?.train, 0.9, 'LightGBM');
  const predict = await seconds(setup.predict, 3);
  line('the same, prediction, 100 k × 20, 200 trees', predict, peer?.predict, 2, 'LightGBM');
  const explain = await seconds(() => model.contributions(some), 3);
  line('the same, contributions, 5 k rows', explain, peer?.contributions, 1, 'LightGBM');
}

/** One worker and two, each twice and in turns, so that both meet the same moods of the machine. */
async function many(): Promise<void> {
  const took: Record<number, { fit: number[]; predict: number[] }> = {
    1: { fit: [], predict: [] },
    2: { fit: [], predict: [] },
  };
  let peer: Record<string, number> | undefined;
  for (const turn of [0, 1]) {
    for (const threads of [1, 2]) {
      const setup = await open(threads, 1_000_000, 30);
      await using _ = setup.engine;
      took[threads].fit.push(await once(setup.fit));
      took[threads].predict.push(await once(setup.predict));
      if (turn === 1 && threads === 2) peer = await lightGBM('more_trees', setup);
    }
  }
  const least = (values: number[]) => Math.min(...values);
  const [one, two] = [least(took[1].fit), least(took[2].fit)];
  line('boosted trees, training, 1 M × 30, 200 rounds', one, peer?.train, 0.9, 'LightGBM');
  line('the same, two workers', two, peer?.train2, 0.9, 'LightGBM with two threads');
  const ratio = one / two;
  console.log(
    `${'the same, one worker against two'.padEnd(48)} ${format(one)}   ${ratio.toFixed(2)} × faster with two, at least 1.8: ${ratio >= 1.8 ? 'yes' : 'NO'}`,
  );
  line('the same, prediction, 1 M × 30, 200 trees', least(took[1].predict), peer?.predict, 2, 'LightGBM');
}

async function once(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
