/** Training and prediction of MLPClassifier(100), against scikit-learn's; the default's networks against the machine. */
import { existsSync } from 'node:fs';
import { peakOfWorkers } from '../src/bench/limits.js';
import { createEngine, MLPClassifier, Profiler, readTable } from '../src/index.js';
import type { ProgramArgs, ProgramResult } from '../src/programs/index.js';
import { fill, format, line, SHOPPERS, same, scikitLearn, seconds } from './support.js';

const EPOCHS = 5;

async function train(columns: number, least: number): Promise<void> {
  await using engine = await createEngine({ threads: 1 });
  using x = engine.matrix(100_000, columns);
  fill(Array.from({ length: columns }, (_, j) => x.column(j)));
  const [a, b, c] = [x.column(0), x.column(1), x.column(2)];
  const y = Uint8Array.from(a, (v, i) => Number(v + b[i] * c[i] > 0));
  const fit = () => new MLPClassifier({ engine, maxIter: EPOCHS, tol: 0, nIterNoChange: 1000 }).fit(x, y);
  const model = await fit();
  const accuracy = await model.score(x, y);
  // Weights start otherwise there: as good is what the same can mean.
  const peer = scikitLearn('train', { x: Array.from({ length: columns }, (_, j) => x.column(j)), y: [y] }, (result) =>
    same(result, [accuracy], 0.03, 'accuracy after training'),
  );
  const ours = await seconds(fit, 3);
  line(`MLPClassifier(100) training, 100 k × ${columns}, one thread`, ours, peer?.train, least);
}

async function predict(): Promise<void> {
  const setups = await Promise.all(
    [1, 2].map(async (threads) => {
      const engine = await createEngine({ threads });
      const x = engine.matrix(1_000_000, 20);
      fill(Array.from({ length: 20 }, (_, j) => x.column(j)));
      const few = engine.matrix(1000, 20);
      for (let j = 0; j < 20; j++) few.column(j).set(x.column(j).subarray(0, 1000));
      const model = await new MLPClassifier({ engine, maxIter: 2 }).fit(
        few,
        Uint8Array.from(few.column(0), (v) => Number(v > 0)),
      );
      return { engine, model, x, predict: () => model.predictProba(x) };
    }),
  );
  const { model, x, predict: first } = setups[0];
  const p = await first();
  const weights = { coefs: model.coefs, intercepts: model.intercepts };
  const peer = scikitLearn('predict', { x: Array.from({ length: 20 }, (_, j) => x.column(j)), weights }, (result) =>
    same(
      result,
      Array.from({ length: 1000 }, (_, i) => p[2 * i + 1]),
      1e-4,
      'probabilities',
    ),
  );
  // In turns, so that both meet the same moods of the machine; the median of the rounds' ratios.
  const rounds: [one: number, two: number][] = [];
  for (let round = 0; round < 9; round++)
    rounds.push([await seconds(setups[0].predict, 3), await seconds(setups[1].predict, 3)]);
  const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  const [one, two] = [middle(rounds.map(([v]) => v)), middle(rounds.map(([, v]) => v))];
  const ratio = middle(rounds.map(([a, b]) => a / b));
  for (const { engine } of setups) await engine.close();
  line('prediction, 1 M × 20, two workers', two, peer?.predict, 3);
  console.log(
    `${'the same, one worker against two'.padEnd(48)} ${format(one)}   ${ratio.toFixed(2)} × faster with two, at least 1.8: ${ratio >= 1.8 ? 'yes' : 'NO'}`,
  );
}

/**
 * The networks of the default's folds, all workers at once, beside the machine's multiply-adds: 6 operations a weight and row, of which 2 go
 * forward and 4 back.
 */
async function ofFolds(): Promise<void> {
  if (!existsSync(SHOPPERS)) return console.log(`the networks of the default: skipped, ${SHOPPERS} is absent`);
  await using engine = await createEngine({ device: 'wasm' });
  const { scheduler } = engine;
  const [run, workers] = [scheduler.run.bind(scheduler), Math.max(1, scheduler.threads)];
  let [operations, networks, first, last] = [0, 0, Number.POSITIVE_INFINITY, 0];
  scheduler.run = async (program, args, options) => {
    const begun = performance.now();
    const result = await run(program, args, options);
    if (program !== 'trainNetwork') return result;
    const { network, train } = args as ProgramArgs<'trainNetwork'>;
    const { lossCurve } = result as ProgramResult<'trainNetwork'>;
    const weights = network.sizes.slice(1).reduce((sum, units, l) => sum + units * network.sizes[l], 0);
    operations += train.rows * lossCurve.length * 6 * weights;
    networks++;
    [first, last] = [Math.min(first, begun), Math.max(last, performance.now())];
    return result;
  };
  const options = { target: 'Revenue', modelOptions: { families: ['network'] }, importance: false };
  const table = await readTable(SHOPPERS);
  const peak = await peakOfWorkers(engine, workers);
  (await Profiler.fit(engine, { table }, options)).dispose();
  const share = operations / ((last - first) / 1000) / peak;
  console.log(
    `${`the ${networks} networks of the default, ${workers} workers`.padEnd(48)} ${format((last - first) / 1000)}   ` +
      `${(share * 100).toFixed(0)} % of the machine's multiply-adds, at least 40: ${share >= 0.4 ? 'yes' : 'NO'}`,
  );
}

export async function network(): Promise<void> {
  await train(20, 5);
  await train(100, 2);
  await predict();
  await ofFolds();
}
