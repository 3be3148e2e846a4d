/** The engine: what it says of itself, memory that is lent, gangs, and its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Engine } from '../../src/index.js';
import { BARRIER_BYTES } from '../../src/programs/barrier.js';
import type { PiscinaScheduler } from '../../src/scheduler/piscina.js';
import { detectFeatures } from '../../src/wasm/builds.js';
import { refusal, refusesUnknownNames } from '../support/refused.js';

for (const threads of [0, 1, 2]) {
  for (const reproducible of [false, true]) {
    test(`${threads} threads${reproducible ? ', reproducible' : ''}: capabilities say what is in use, and why not the rest`, async () => {
      await using engine = await createEngine({ threads, reproducible, device: 'wasm' });
      const c = engine.capabilities();
      const relaxed = detectFeatures().relaxedSimd && !reproducible;
      assert.is(c.build, `${relaxed ? 'relaxed' : 'simd'}${threads > 0 ? '-shared' : ''}`);
      assert.equal([c.threads, c.device, c.reproducible], [threads, 'wasm', reproducible]);
      assert.match(c.runtime, /^Node 2\d\./);
      assert.equal(c.simd, { inUse: true });
      assert.is(c.relaxedSimd.inUse, relaxed);
      if (reproducible) assert.is(c.relaxedSimd.reason, 'reproducible results were asked for');
      assert.equal(c.sharedMemory, threads > 0 ? { inUse: true } : { inUse: false, reason: 'threads is 0' });
      assert.equal(c.webgpu, { inUse: false, reason: "device 'wasm' was asked for" });
      // A copy: what a caller does with it changes nothing.
      c.simd.inUse = false;
      assert.ok(engine.capabilities().simd.inUse);
    });
  }
}

test('under auto a GPU is not looked for before there is work for one', async () => {
  await using engine = await createEngine({ threads: 0 });
  assert.match(engine.capabilities().webgpu.reason ?? '', /not looked for yet/);
  const size = { starts: [10], rowsP: 100, rowsQ: 100, ld: 8 };
  assert.equal(await engine.prefer('factorize', size), {});
  assert.equal(await engine.prefer('permute', {}), {});
  assert.match(engine.capabilities().webgpu.reason ?? '', /not looked for yet/);
});

test('memory is lent, seen through views, and comes back', async () => {
  await using engine = await createEngine({ threads: 0, device: 'wasm', memory: { initial: 2 ** 17, maximum: 2 ** 24 } });
  {
    using region = engine.allocate(64);
    engine.f64(region.offset, 2).set([1, -2]);
    assert.equal([...engine.u32(region.offset, 4)], [0, 0x3ff00000, 0, 0xc0000000]);
    assert.equal([...engine.i32(region.offset + 12, 1)], [-0x40000000]);
    assert.is(engine.f32(region.offset + 12, 1)[0], -2);
    using matrix = engine.matrix(1000, 3);
    matrix.column(2).fill(7);
    assert.is(engine.f32(matrix.address(2), 1000)[999], 7);
    assert.is(engine.memoryStats().regions, 2);
  }
  const { regions, used, peak, maximum } = engine.memoryStats();
  assert.equal([regions, used, maximum], [0, 0, 2 ** 24]);
  assert.ok(peak > 12_000);
  const { code, message } = await refusal(() => engine.allocate(2 ** 25));
  assert.is(code, 'memory');
  assert.match(message, /32\.0 MiB .* may hold 16\.0 MiB/);
});

/** A gang that meets some times. */
async function meet(engine: Engine, rounds: number, options = {}) {
  using sync = engine.allocate(BARRIER_BYTES);
  engine.i32(sync.offset, BARRIER_BYTES / 4).fill(0);
  const seen: number[][] = [];
  await engine.gang(
    'limits',
    (worker, workers) => {
      seen.push([worker, workers]);
      return { kind: 'barrier', sync: sync.offset, workers, rounds };
    },
    options,
  );
  return seen;
}

for (const threads of [0, 1, 2]) {
  test(`${threads} threads: a gang is all workers at once, and several take turns`, async () => {
    await using engine = await createEngine({ threads, device: 'wasm' });
    const workers = Math.max(1, threads);
    const expected = Array.from({ length: workers }, (_, worker) => [worker, workers]);
    // The device is asked first, as one worker.
    assert.equal(await meet(engine, 100), [[0, 1], ...expected]);
    const all = await Promise.all(Array.from({ length: 5 }, () => meet(engine, 50)));
    for (const seen of all) assert.equal(seen.slice(1), expected);
    assert.is(engine.memoryStats().regions, 0);
  });
}

test('a gang ends when one of it dies, when it is aborted, and takes no unknown option', async () => {
  await using engine = await createEngine({ threads: 2, device: 'wasm' });
  await meet(engine, 10);
  const { workers } = engine.scheduler as PiscinaScheduler;
  // As many rounds as take minutes: what ends it is the death.
  const dying = refusal(() => meet(engine, 1e9));
  await sleep(100);
  await workers[0].terminate();
  const { code, message } = await dying;
  assert.is(code, 'worker');
  assert.match(message, /program 'limits'/);
  const abort = new AbortController();
  const aborted = refusal(() => meet(engine, 1e9, { signal: abort.signal }));
  await sleep(100);
  abort.abort();
  assert.is((await aborted).code, 'aborted');
  assert.is((await refusal(() => meet(engine, 1, { signal: AbortSignal.abort() }))).code, 'aborted');
  await refusesUnknownNames(['signal', 'onProgress', 'label', 'attempts'], (options) => meet(engine, 1, options));
  await meet(engine, 10);
  assert.is(engine.memoryStats().regions, 0);
});

test('a closed engine gives no memory, and closing it twice does nothing', async () => {
  const engine = await createEngine({ threads: 1, device: 'wasm' });
  await engine.close();
  await engine.close();
  const { code, message } = await refusal(() => engine.allocate(8));
  assert.is(code, 'runtime');
  assert.match(message, /This engine is closed\. Create another with createEngine/);
  assert.is((await refusal(() => engine.matrix(2, 2))).code, 'runtime');
  assert.is((await refusal(() => engine.run('moments', { columns: [], rows: 0, out: 1024 }))).code, 'runtime');
});
test.run();
