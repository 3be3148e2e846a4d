/** StandardScaler on one million rows of 50 columns, against scikit-learn's. */
import { createEngine, StandardScaler } from '../src/index.js';
import { fill, line, same, scikitLearn, seconds } from './support.js';

export async function standardScaler(): Promise<void> {
  await using engine = await createEngine();
  using x = engine.matrix(1_000_000, 50);
  using out = engine.matrix(1_000_000, 50);
  fill(Array.from({ length: 50 }, (_, j) => x.column(j)));
  const scaler = new StandardScaler({ engine });
  await scaler.fit(x);
  const peer = scikitLearn('scaler', { x: Array.from({ length: 50 }, (_, j) => x.column(j)) }, (result) =>
    same(result, [...scaler.mean, ...scaler.scale], 1e-6, 'StandardScaler'),
  );
  const fit = await seconds(() => scaler.fit(x));
  const transform = await seconds(() => scaler.transform(x, out));
  line('StandardScaler fit, 1 M × 50', fit, peer?.fit, 10);
  line('StandardScaler transform, 1 M × 50', transform, peer?.transform, 4);
}
