/**
 * With `reproducible` the same bytes on every version of the engine: SHA-256 of factorizations of each loss, of a perceptron, of linear
 * models, of trees, of networks for tables, of naive Bayes and of a fold-in. Every machine that runs this test compares its own with them;
 * a change of the method changes the values, and they are then made anew (the test prints what it found). Those of folding in events were made
 * anew when it stopped shuffling the whole history in each call: it now draws from a stream of its own. Those of the logistic
 * loss were when the logarithm of the sampling distribution came into it, which moved the biases and nothing else.
 */
import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, MatrixFactorization, Profiler, type Table } from '../../src/index.js';
import { readSafetensors } from '../../src/safetensors.js';
import { generator } from '../support/tables.js';

const EXPECTED: Record<string, string> = {
  'squared inverse': 'e75d3a14542132ef',
  'squared inverse, folded in': '45abde4f0f7074df',
  'squared adagrad': '5a8185e5e24740ad',
  'squared adagrad, folded in': 'fcaa954437475f5c',
  'logistic inverse': 'cb58b628275b6119',
  'logistic inverse, folded in': 'aa4a7b605ded4ea1',
  'logistic adagrad': 'b9d48185213a0c57',
  'logistic adagrad, folded in': 'a7ee2add8ee52d4e',
  'bpr inverse': '3241ef11f0c12247',
  'bpr inverse, folded in': '109895089c77e025',
  'bpr adagrad': '35b543d5dc83fba5',
  'bpr adagrad, folded in': '2fa05205cd843d22',
  network: 'a6540786543247c1',
  profile: '8e022214d30e1cde',
  'linear target': 'cdb62964158b9484',
  'linear c': '6d400f6156411c0f',
  'linear b': '1306ff0a390477fa',
  'trees target': 'd7342a56c1348e90',
  'trees c': '589ee9c6333150cc',
  'trees b': 'c2c329ad986b8cfc',
  'network target': 'bd72a5656f36560a',
  'network c': '394ca9cc94c4705d',
  'network b': '16ecaed4197ae17f',
  'naive-bayes target': '8c3e32f80cc6b84a',
  'naive-bayes c': '811c39c7c36b1e60',
};

const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
};

/** Of the tensors of a model alone, since a file also tells what reading and evaluating found. */
async function learnt(profiler: Profiler, names: RegExp): Promise<string> {
  const { tensors } = await readSafetensors(await profiler.save());
  const own = Object.keys(tensors).filter((name) => names.test(name));
  return sha256(...own.sort().map((name) => new Uint8Array(tensors[name].values.buffer)));
}

test('the same bytes as on other versions', async () => {
  await using engine = await createEngine({ threads: 2, reproducible: true });
  const next = generator(77);
  const count = 20_000;
  const users = Int32Array.from({ length: count }, () => Math.floor(next() * 700));
  const items = Int32Array.from({ length: count }, () => Math.floor(next() * 300));
  const values = Float32Array.from(users, () => 1 + Math.floor(next() * 5));
  const found: Record<string, string> = {};
  for (const loss of ['squared', 'logistic', 'bpr'] as const) {
    for (const schedule of ['inverse', 'adagrad'] as const) {
      const model = new MatrixFactorization({ engine, loss, schedule, rank: 20, epochs: 5, seed: 3, validationFraction: 0.1 });
      await model.fit({ users, items, values });
      const { factors } = model.foldIn({ items: [3, 14, 15, 92, 65], values: [5, 4, 3, 2, 1] });
      found[`${loss} ${schedule}`] = sha256(await model.save());
      found[`${loss} ${schedule}, folded in`] = sha256(new Uint8Array(factors.buffer));
    }
  }
  const rows = 3000;
  const number = (name: string) => ({
    name,
    kind: 'number' as const,
    values: Float64Array.from({ length: rows }, () => next() * 9),
  });
  const codes = Int32Array.from({ length: rows }, () => Math.floor(next() * 3));
  const a = number('a');
  const columns = [a, number('b'), { name: 'c', kind: 'category' as const, codes, categories: ['x', 'y', 'z'] }];
  const truth = Float64Array.from(codes, (code, r) => Number(a.values[r] > 3 * code));
  const table: Table = { rows, columns: [...columns, { name: 'target', kind: 'number', values: truth }] };
  using profiler = await Profiler.fit(
    engine,
    { table },
    { target: 'target', seed: 5, model: 'perceptron', modelOptions: { maxIter: 20 } },
  );
  found.network = await learnt(profiler, /layers\.|baseline/);
  found.profile = sha256(Buffer.from(JSON.stringify(profiler.profileOne({ a: 1.5, b: 2, c: 'y' }))));
  for (const model of ['linear', 'trees', 'network', 'naive-bayes']) {
    for (const target of ['target', 'c', 'b']) {
      if (model === 'naive-bayes' && target === 'b') continue; // learns classes alone
      using fitted = await Profiler.fit(engine, { table }, { target, seed: 5, model });
      found[`${model} ${target}`] = await learnt(fitted, /model\./);
    }
  }
  console.log(JSON.stringify(found));
  assert.equal(found, EXPECTED);
});

test.run();
