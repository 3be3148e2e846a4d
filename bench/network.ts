/** Training and prediction of MLPClassifier(100), against scikit-learn's. */
import { createEngine, MLPClassifier } from '../src/index.js';
import { fill, format, line, same, scikitLearn, seconds } from './support.js';

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

export async function network(): Promise<void> {
  await train(20, 5);
  await train(100, 2);
  await predict();
}
