/** A pool of real workers: aborts that leave a worker alive, progress, errors that keep their code, deaths, and the end of the pool. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Engine, Matrix, MLPClassifier, StandardScaler } from '../../src/index.js';
import type { PiscinaScheduler } from '../../src/scheduler/piscina.js';
import { withDyingWorker } from '../support/dying.js';
import { refusal } from '../support/refused.js';

const x = Matrix.fromRows(Array.from({ length: 500 }, (_, i) => [i % 7, i % 11, i % 3]));
const y = Array.from({ length: 500 }, (_, i) => i % 2);
const idsOf = (engine: Engine) => (engine.scheduler as PiscinaScheduler).workers.map(({ threadId }) => threadId);
const endless = { maxIter: 1e7, tol: 0, nIterNoChange: 1e7 };

test('an abort ends the task and not the worker, which takes the next', async () => {
  await using engine = await createEngine({ threads: 1, device: 'wasm' });
  const ids = idsOf(engine);
  const abort = new AbortController();
  const training = new MLPClassifier({ engine, ...endless }).fit(x, y, {
    signal: abort.signal,
    onProgress: () => abort.abort(),
  });
  assert.is((await refusal(() => training)).code, 'aborted');
  assert.equal([...(await new StandardScaler({ engine }).fit(x)).count], [500, 500, 500]);
  assert.equal(idsOf(engine), ids);
  assert.is(engine.memoryStats().regions, 0);
});

test('progress comes while a program runs, in order', async () => {
  await using engine = await createEngine({ threads: 2, device: 'wasm' });
  const abort = new AbortController();
  const epochs: number[] = [];
  const onProgress = (epoch: number, loss: number) => {
    assert.ok(loss > 0);
    if (epochs.push(epoch) === 3) abort.abort();
  };
  await refusal(() => new MLPClassifier({ engine, ...endless }).fit(x, y, { signal: abort.signal, onProgress }));
  assert.ok(
    epochs.every((epoch, i) => i === 0 || epoch >= epochs[i - 1]),
    `${epochs}`,
  );
});

test('an error of ours keeps its code and message; another keeps its message', async () => {
  await using engine = await createEngine({ threads: 1, device: 'wasm' });
  const diverging = new MLPClassifier({ engine, solver: 'sgd', learningRateInit: 1e30 });
  const { code, message } = await refusal(() => diverging.fit(x, y));
  assert.is(code, 'diverged');
  assert.match(message, /diverged in epoch 1/);
  const bug = await engine.run('moments', { columns: undefined, rows: 1, out: 0 } as never).catch((error: unknown) => error);
  assert.instance(bug, Error);
  assert.match((bug as Error).message, /undefined/);
  assert.match((bug as Error).stack ?? '', /moments/);
});

test('arguments that cannot be sent are no death of a worker', async () => {
  await using engine = await createEngine({ threads: 1, device: 'wasm' });
  const ids = idsOf(engine);
  const error = await engine.run('moments', { columns: [() => 0], rows: 1, out: 0 } as never).catch((e: unknown) => e);
  assert.is((error as Error).name, 'DataCloneError');
  assert.equal(idsOf(engine), ids);
  assert.is(engine.memoryStats().regions, 0);
});

test('a task whose worker dies each time ends with what was run and how often', () =>
  withDyingWorker(
    'moments',
    0,
    async (engine) => {
      const { code, message } = await refusal(() => new StandardScaler({ engine }).fit(x));
      assert.is(code, 'worker');
      assert.match(message, /A worker died at shard 0 of program 'moments', and again when it was repeated/);
      const once = await refusal(() =>
        engine.run('moments', { columns: [1024], rows: 1, out: 2048 }, { attempts: 1, label: 'the last one' }),
      );
      assert.match(once.message, /at the last one of program 'moments'/);
      assert.is(engine.memoryStats().regions, 0);
    },
    { deaths: Number.POSITIVE_INFINITY },
  ));

test('a closed pool takes nothing, and work under way when it is closed ends with that', async () => {
  const engine = await createEngine({ threads: 1, device: 'wasm' });
  let closing: Promise<void> | undefined;
  const onProgress = () => {
    closing ??= engine.close();
  };
  const { code, message } = await refusal(() => new MLPClassifier({ engine, ...endless }).fit(x, y, { onProgress }));
  await closing;
  assert.is(code, 'runtime');
  assert.match(message, /closed while work was under way/);
  const after = await refusal(() => engine.scheduler.run('moments', { columns: [], rows: 0, out: 1024 }));
  assert.match(after.message, /This engine is closed/);
});
test.run();
