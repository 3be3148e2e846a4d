/** What does not fit is refused before anything is learnt, with both sizes, and nothing stays in memory. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, GradientBoostingClassifier, Matrix, Profiler, type Table } from '../../src/index.js';
import { refusal } from '../support/refused.js';
import { generator } from '../support/tables.js';

const ROWS = 12_000;
const MIB = 2 ** 20;
const next = generator(23);
const numbers = Array.from({ length: 12 }, () => Float64Array.from({ length: ROWS }, () => next()));
const truth = Int32Array.from(numbers[0], (v, r) => Number(v + numbers[1][r] + 0.4 * next() > 1.2));
const table: Table = {
  rows: ROWS,
  columns: [
    ...numbers.map((values, j) => ({ name: `x${j}`, kind: 'number' as const, values })),
    { name: 'y', kind: 'category', codes: truth, categories: ['no', 'yes'] },
  ],
};
const SIZES = /^(\d+\.\d) MiB of WebAssembly memory are needed and the engine may hold (\d+\.\d) MiB\./;

const engineOf = (mib: number, threads: number) =>
  createEngine({ threads, device: 'wasm', memory: { initial: 16 * 65536, maximum: mib * MIB } });

for (const [model, small, enough] of [
  ['trees', 2, 4],
  ['blend', 14, 22],
] as const) {
  test(`${model}: nothing is learnt where the memory has no room, and all where it just has`, async () => {
    const modelOptions = model === 'blend' ? { families: ['trees', 'network', 'linear'] } : { maxIter: 10 };
    for (const [mib, fits] of [
      [small, false],
      [enough, true],
    ] as const) {
      // On the calling thread every round is told; of folds beside each other each is.
      await using engine = await engineOf(mib, model === 'trees' ? 0 : 2);
      let learnt = 0;
      const onProgress = ({ stage, done }: { stage: string; done: number }) => {
        if (stage === 'train') learnt = Math.max(learnt, done);
      };
      const options = { target: 'y', model, modelOptions, importance: false, onProgress };
      const fit = () => Profiler.fit(engine, { table }, options);
      if (fits) (await fit()).dispose();
      else {
        const { code, message } = await refusal(fit);
        assert.is(code, 'memory');
        const [, needed, most] = SIZES.exec(message) ?? [];
        assert.ok(Number(needed) > mib && Number(most) === mib, message);
      }
      assert.is(learnt > 0, fits);
      assert.is(engine.memoryStats().regions, 0);
    }
  });
}

test('estimators too: what trees would take is asked for before the first bin', async () => {
  await using engine = await engineOf(2, 0);
  const x = new Matrix(numbers.map((column) => Float32Array.from(column)));
  const fit = () => new GradientBoostingClassifier({ engine, maxIter: 5 }).fit(x, truth);
  const { code, message } = await refusal(fit);
  assert.is(code, 'memory');
  assert.match(message, SIZES);
  assert.is(engine.memoryStats().peak, 0, 'nothing was taken');
});

test.run();
