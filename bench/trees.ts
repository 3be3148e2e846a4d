/** Gradient-boosted trees against LightGBM with the same bins, leaves and rate: training, prediction and contributions, one thread. */
import { createEngine, evaluate, GradientBoostingClassifier, Matrix } from '../src/index.js';
import { fill, line, same, scikitLearn, seconds } from './support.js';

const ROWS = 100_000;
const COLUMNS = 20;
const EXPLAINED = 5000;

export async function trees(): Promise<void> {
  await using engine = await createEngine({ threads: 0 });
  using x = engine.matrix(ROWS, COLUMNS);
  const columns = Array.from({ length: COLUMNS }, (_, j) => x.column(j));
  fill(columns);
  const [a, b, c, d, noise] = columns;
  const y = Uint8Array.from(a, (v, i) => Number(v + 2 * b[i] * c[i] + Math.sin(6 * d[i]) + 2 * noise[i] > 0));
  const model = new GradientBoostingClassifier({ engine, maxIter: 200, earlyStopping: false });
  const fit = () => model.fit(x, y);
  await fit();
  const p = (await model.predictProba(x)).filter((_, i) => i % 2 === 1);
  const { logLoss } = evaluate('binary', Float64Array.from(y), p, 1) as { logLoss: number };
  // Bins differ a little, and so do trees: as good is what the same can mean.
  const peer = scikitLearn('trees', { x: columns, y: [y] }, (result) => same(result, [logLoss], 0.01, 'log loss of training'));
  const few = new Matrix(columns.map((column) => column.slice(0, EXPLAINED)));
  line('boosted trees, training, 100 k × 20, 200 rounds', await seconds(fit, 3), peer?.train, 0.9, 'LightGBM');
  const predict = await seconds(() => model.decisionFunction(x), 3);
  line('the same, prediction, 100 k × 20, 200 trees', predict, peer?.predict, 2, 'LightGBM');
  const explain = await seconds(() => model.contributions(few), 3);
  line('the same, contributions, 5 k rows', explain, peer?.contributions, 1, 'LightGBM');
}
