/** Web Workers in Chromium: the same bytes as one thread, a worker that dies, one that does not start, a page that may not share memory. */
import type { Browser } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { modulePage, openBrowser, serve } from '../support/browser.js';
import { skip } from '../support/runtimes.js';

/** What the pages run: each function gives plain data back. */
const SCRIPT = `
import { createEngine } from '/src/engine/create-browser.js';
import { MLPClassifier } from '/src/models/mlp.js';
import { StandardScaler } from '/src/prepare/standard-scaler.js';
import { Matrix } from '/src/table/matrix.js';

const rows = 70000;
const columns = [3, 5].map((step) => Float32Array.from({ length: rows }, (_, i) => (i * step) % 101));
const few = new Matrix(columns.map((c) => c.subarray(0, 400)));
const labels = Array.from({ length: 400 }, (_, i) => Number(few.column(0)[i] > few.column(1)[i]));
const bytes = (values) => Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).reduce((h, b) => (Math.imul(h, 31) + b) | 0, 7);
const told = (error) => ({ code: error.code, message: error.message });

window.work = async (options) => {
  const engine = await createEngine({ device: 'wasm', ...options });
  const { threads, build, sharedMemory } = engine.capabilities();
  const scaler = await new StandardScaler({ engine }).fit(new Matrix(columns));
  const scaled = await scaler.transform(new Matrix(columns));
  const model = await new MLPClassifier({ engine, maxIter: 5 }).fit(few, labels);
  const out = { threads, build, sharedMemory, mean: [...scaler.mean], scaled: bytes(scaled.column(1)), model: bytes(model.parameters) };
  out.regions = engine.memoryStats().regions;
  await engine.close();
  return out;
};
window.order = async () => {
  const engine = await createEngine({ threads: 2, device: 'wasm' });
  const column = engine.matrix(9000, 1);
  column.column(0).fill(1);
  const sizes = Array.from({ length: 25 }, (_, i) => (i * 7919) % 9000);
  const counts = [];
  const toArgs = (n, slot) => ({ columns: [column.address(0)], rows: n, out: slot });
  for await (const { slot } of engine.map('moments', sizes, toArgs, { slotBytes: 64 })) counts.push(engine.f64(slot, 1)[0]);
  await engine.close();
  return { sizes, counts };
};
window.refused = (options) => createEngine(options).then(() => 'nothing was refused', told);
window.fails = async (options) => {
  const engine = await createEngine({ device: 'wasm', ...options });
  const error = await new StandardScaler({ engine }).fit(few).then(() => 'nothing failed', told);
  await engine.close();
  return error;
};
window.closes = async () => {
  const engine = await createEngine({ threads: 1, device: 'wasm' });
  const training = new MLPClassifier({ engine, maxIter: 1e7, tol: 0, nIterNoChange: 1e7 }).fit(few, labels, {
    onProgress: () => engine.close(),
  });
  return training.then(() => 'it ended', told);
};
window.ready = true;
`;

/** A worker that ends at its first task, once among all: who comes first says so in the zeros at the start of the memory. */
const DYING = `
import '/src/scheduler/web-worker.js';
const run = globalThis.onmessage;
let cell;
globalThis.onmessage = (event) => {
  if (event.data.memory) cell = new Int32Array(event.data.memory.buffer, 512, 1);
  else if (Atomics.compareExchange(cell, 0, 0, 1) === 0) throw new Error('the worker dies');
  run(event);
};
`;

interface Work {
  threads: number;
  build: string;
  sharedMemory: { inUse: boolean; reason?: string };
  mean: number[];
  scaled: number;
  model: number;
  regions: number;
}

/** Opens the page and gives a function that calls one of its own. */
async function open(browser: Browser, isolated: boolean) {
  const pages = { '/': modulePage('workers', SCRIPT), '/dying.js': DYING };
  const site = await serve(new URL('../../', import.meta.url), isolated, pages);
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(site.url);
  await page.waitForFunction('window.ready', undefined, { timeout: 30_000 }).catch((error) => {
    throw new Error(`${error.message}\n${errors.join('\n')}`);
  });
  const call = <T>(name: string, options: object = {}) => page.evaluate(`${name}(${JSON.stringify(options)})`) as Promise<T>;
  const close = async () => {
    await page.close();
    site.close();
  };
  return { call, close };
}

const browser = await openBrowser();
if (!browser) skip('Web Workers in Chromium', 'Chromium is not installed');
else {
  const isolated = await open(browser, true);
  const plain = await open(browser, false);

  test('two workers, one and none give the same bytes', async () => {
    const found = [];
    for (const threads of [0, 1, 2]) {
      const { threads: had, build, sharedMemory, ...results } = await isolated.call<Work>('work', { threads });
      assert.is(had, threads);
      assert.is(build.endsWith('-shared'), threads > 0);
      assert.is(sharedMemory.inUse, threads > 0);
      found.push(results);
    }
    assert.equal(found[1], found[0]);
    assert.equal(found[2], found[0]);
    assert.is(found[0].regions, 0);
  });

  test('results come in the order of the shards', async () => {
    const { sizes, counts } = await isolated.call<{ sizes: number[]; counts: number[] }>('order');
    assert.equal(counts, sizes);
  });

  test('a worker that dies costs time, not the result', async () => {
    const calm = await isolated.call<Work>('work', { threads: 1 });
    const found = await isolated.call<Work>('work', { threads: 1, worker: '/dying.js' });
    assert.equal(found, calm);
  });

  test('a worker that does not start is an error, and no wait for ever', async () => {
    const { code, message } = await isolated.call<{ code: string; message: string }>('fails', {
      threads: 2,
      worker: '/nothing-there.js',
    });
    assert.is(code, 'worker');
    assert.match(message, /A worker died at shard 0 of program 'moments'/);
  });

  test('closing the engine ends what is under way', async () => {
    const { code, message } = await isolated.call<{ code: string; message: string }>('closes');
    assert.is(code, 'runtime');
    assert.match(message, /closed while work was under way/);
  });

  test('a page that is not cross-origin isolated has one thread, and says what it needs for more', async () => {
    const { threads, sharedMemory, ...results } = await plain.call<Work>('work');
    assert.is(threads, 0);
    assert.equal(sharedMemory, { inUse: false, reason: 'the page is not cross-origin isolated' });
    const { threads: _, sharedMemory: __, ...expected } = await isolated.call<Work>('work', { threads: 0 });
    assert.equal(results, expected);
    const { code, message } = await plain.call<{ code: string; message: string }>('refused', { threads: 1 });
    assert.is(code, 'runtime');
    assert.match(message, /cross-origin isolated.*Cross-Origin-Opener-Policy/);
  });

  test.after(async () => {
    await isolated.close();
    await plain.close();
    await browser.close();
  });
}
test.run();
