/** Prediction on Web Workers, called by bench/edge.ts: seconds of the best of some runs. */
import { createEngine, Matrix, MLPClassifier } from 'cameo/browser';

Object.assign(globalThis, {
  async measure(threads: number): Promise<number> {
    const engine = await createEngine({ threads, device: 'wasm', wasm: (file) => `/${file}.wasm`, worker: '/web-worker.js' });
    const rows = 200_000;
    const columns = Array.from({ length: 50 }, (_, j) =>
      Float32Array.from({ length: rows }, (_, i) => ((i * (j + 7)) % 101) / 50 - 1),
    );
    const y = Float64Array.from({ length: 2000 }, (_, i) => Number(columns[0][i] > 0));
    const few = new Matrix(columns.map((column) => column.slice(0, 2000)));
    const model = await new MLPClassifier({ engine, maxIter: 2, hiddenLayerSizes: [100, 100] }).fit(few, y);
    using all = engine.matrix(rows, columns.length);
    columns.forEach((column, j) => all.column(j).set(column));
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 6; run++) {
      const start = performance.now();
      await model.predictProba(all);
      best = Math.min(best, (performance.now() - start) / 1000);
    }
    await engine.close();
    return best;
  },
});
