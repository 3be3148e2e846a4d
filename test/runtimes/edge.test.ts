/** The edge entry: what it holds on to, what it refuses and how it says so, and that it fits a small isolate. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { syntheticShop } from '../../examples/synthetic-shop.js';
import { CameoError, Profiler, type WasmSource } from '../../src/edge.js';
import { createEngine, Profiler as Full, readEvents, readTable } from '../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'cameo-edge-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const wasm = readFileSync('dist/kernels/simd.wasm');

writeFileSync(join(folder, 'shop.csv'), syntheticShop(1500));
const table = await readTable(join(folder, 'shop.csv'));
const engine = await createEngine({ threads: 0, reproducible: true });
const fitted = await Full.fit(
  engine,
  { table },
  { target: 'churned', id: 'user_id', model: 'perceptron', modelOptions: { maxIter: 20 } },
);
const model = await fitted.save();
writeFileSync(join(folder, 'model.cameo'), model);
const row = { user_id: 'me', age: 40, city: 'Bremen', visits_30d: 3, newsletter: true };

const log = ['user,item,time'];
for (let i = 0; i < 3000; i++) log.push(`u${(i * 7919) % 101},i${(i * i * 31 + i) % 83},2026-01-01`);
writeFileSync(join(folder, 'log.csv'), log.join('\n'));
const events = await readEvents({ path: join(folder, 'log.csv'), user: 'user', item: 'item', time: 'time' });
const ofEvents = await Full.fit(engine, { events }, { recommenderOptions: { rank: 16 } });
const { recommender } = ofEvents;
const joint = await new Full(engine, [...fitted.sections, ...ofEvents.sections]).save();

const refusal = async (promise: Promise<unknown>): Promise<CameoError> => {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.instance(error, CameoError);
  return error as CameoError;
};

test('one profile, a batch, and the batches of Node are the same', async () => {
  using edge = await Profiler.load(model, { wasm });
  const rows = Array.from({ length: 600 }, (_, r) => {
    const entries = table.columns.map((c) => [c.name, c.kind === 'number' ? c.values[r] : (c.categories[c.codes[r]] ?? null)]);
    return Object.fromEntries(entries);
  });
  const one = rows.map((r) => edge.profileOne(r));
  assert.equal(edge.profileBatch(rows), one);
  assert.equal(fitted.profileBatch(rows), one);
  assert.equal(edge.profileBatch([]), []);
  const { explanation_churned: _, ...score } = one[0];
  assert.equal(edge.profileOne(rows[0], { explain: false }), score);
  let at = 0;
  for await (const batch of fitted.profile(table)) {
    for (const scored of batch.getChild('score_churned') ?? []) {
      if (at < rows.length) assert.is(one[at++].score_churned, scored);
    }
  }
  assert.is(at, rows.length);
});

test('recommendations by id, by history, for a stranger; a model without events says so', async () => {
  using edge = await Profiler.load(joint, { wasm });
  const user = recommender.users[5];
  assert.equal(await edge.recommend(user, { n: 4 }), (await recommender.recommend([user], { n: 4 }))[0]);
  const { recommender: alone } = await Profiler.load(await ofEvents.save(), { wasm });
  const history = { items: recommender.items.slice(3, 9) };
  const found = await edge.recommend(history);
  assert.equal(await alone.recommendOne(history), found);
  assert.is(found.length, 10);
  for (const { item, because } of found) {
    assert.not.ok(history.items.includes(item));
    assert.ok(because.every((other) => history.items.includes(other)));
  }
  const stranger = await edge.recommend('nobody');
  assert.equal(await edge.recommend({ items: ['nothing'] }), stranger);
  assert.ok(stranger.every(({ because }) => because.length === 0));
  assert.equal(
    [edge.knows(user), edge.knows('nobody'), edge.knows(history), edge.knows({ items: [] })],
    [true, false, true, false],
  );
  const { factors } = edge.foldIn(history);
  assert.equal(factors, recommender.foldIn(history).factors);
  assert.is((await refusal(edge.recommend({ items: ['i1'], values: [1, 2] }))).code, 'argument');
  using without = await Profiler.load(model, { wasm });
  assert.match((await refusal((async () => without.recommend('u1'))())).message, /fitted without events/);
});

test('kernels that are none: the message says what came and from where', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/missing') response.statusCode = 404;
    response.end(request.url === '/simd.wasm' ? wasm : '<!DOCTYPE html><html><body>not here</body></html>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  const base = `http://127.0.0.1:${port}`;
  // (module (func (export "add")))
  const other = Uint8Array.of(
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    1,
    4,
    1,
    96,
    0,
    0,
    3,
    2,
    1,
    0,
    7,
    7,
    1,
    3,
    97,
    100,
    100,
    0,
    0,
    10,
    4,
    1,
    2,
    0,
    11,
  );
  const cases: [WasmSource, RegExp][] = [
    [`${base}/index`, /127\.0\.0\.1:\d+\/index is an HTML page \(\d+ bytes\) and no WebAssembly/],
    [`${base}/missing`, /\/missing answered with status 404/],
    ['http://127.0.0.1:1/x.wasm', /127\.0\.0\.1:1\/x\.wasm could not be fetched/],
    [wasm.subarray(0, 1000), /the bytes given does not compile \(1000 bytes; was it cut short\?\)/],
    [new Uint8Array(0), /is nothing \(0 bytes\)/],
    [Uint8Array.from([1, 2, 3]), /is something else \(3 bytes\)/],
    [other, /not the kernels of this version/],
    [readFileSync('dist/kernels/simd-shared.wasm'), /shared memory/],
    [fetch(`${base}/index`), /\/index is an HTML page/],
  ];
  try {
    for (const [given, message] of cases) {
      const error = await refusal(Profiler.load(model, { wasm: given }));
      assert.match(error.message, message);
      assert.is(error.code, 'runtime');
    }
    const good: WasmSource[] = [
      wasm,
      await WebAssembly.compile(wasm),
      new URL(`${base}/simd.wasm`),
      fetch(`${base}/simd.wasm`),
    ];
    for (const given of good) (await Profiler.load(model, { wasm: given })).dispose();
    assert.is((await refusal(Profiler.load(model, { wasm: 5 as never }))).code, 'argument');
    assert.is((await refusal(Profiler.load(model, { wasm: null as never }))).code, 'argument');
  } finally {
    server.close();
  }
});

test('models that are none, newer, cut or changed; memory that is refused', async () => {
  const text = Buffer.from(model).toString('latin1');
  const cases: [Uint8Array, 'model' | 'memory', number?][] = [
    [new Uint8Array(0), 'model'],
    [Buffer.from('<!DOCTYPE html><html></html>'), 'model'],
    [model.subarray(0, model.length - 8), 'model'],
    [Buffer.from(text.replace('"version":"2"', '"version":"3"'), 'latin1'), 'model'],
    [model, 'memory', 65536],
  ];
  for (const [bytes, code, maximum] of cases) {
    const answered = Profiler.load(bytes, { wasm, maximum }).then((profiler) => profiler.profileOne(row));
    assert.is((await refusal(answered)).code, code);
  }
  assert.is((await refusal(Profiler.load(model, { wasm, maximum: 5 }))).code, 'argument');
});

test('fields missing, of another type, infinite', async () => {
  using edge = await Profiler.load(model, { wasm });
  assert.is(edge.profileOne({}).user_id, null);
  assert.is(edge.profileOne({ ...row, unheard: 1 }).user_id, 'me');
  for (const bad of [{ age: 'forty' }, { city: 5 }, { age: Number.POSITIVE_INFINITY }, { age: true }]) {
    assert.throws(
      () => edge.profileOne(bad),
      (e: unknown) => e instanceof CameoError && e.code === 'column' && !/forty/.test(e.message),
    );
  }
  // A row that is refused leaves nothing behind.
  assert.equal(edge.profileOne(row), edge.profileBatch([row])[0]);
});

/** Runs a script with the garbage collector at hand and gives what it prints. */
const measure = (body: string): Record<string, number> => {
  const file = join(folder, `measure-${Math.abs(body.length)}.mjs`);
  writeFileSync(
    file,
    `import { readFileSync } from 'node:fs';
const { Profiler } = await import(${JSON.stringify(resolve('dist/src/edge.js'))});
const model = readFileSync(${JSON.stringify(join(folder, 'model.cameo'))});
const wasm = await WebAssembly.compile(readFileSync(${JSON.stringify(resolve('dist/kernels/simd.wasm'))}));
const row = ${JSON.stringify(row)};
const used = () => { gc(); gc(); return process.memoryUsage(); };
${body}`,
  );
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', file], { encoding: 'utf8' }));
};

test('100,000 profiles of one user grow neither the memory nor the heap beyond the first thousand', () => {
  const { linear, heap } = measure(`
const profiler = await Profiler.load(model, { wasm });
for (let i = 0; i < 1000; i++) profiler.profileOne(row);
const [size, before] = [profiler.memoryStats().size, used().heapUsed];
for (let i = 0; i < 100000; i++) profiler.profileOne(row);
console.log(JSON.stringify({ linear: profiler.memoryStats().size - size, heap: used().heapUsed - before }));`);
  assert.is(linear, 0);
  assert.ok(heap < 300_000, `the heap grew by ${heap} bytes`);
});

test('1,000 loads and disposals of a model leave nothing', () => {
  const { heap, external } = measure(`
const turn = async () => { const p = await Profiler.load(model, { wasm }); p.profileOne(row); p.dispose(); };
for (let i = 0; i < 50; i++) await turn();
const before = used();
for (let i = 0; i < 1000; i++) { await turn(); if (i % 50 === 0) await new Promise((r) => setTimeout(r)); }
await new Promise((r) => setTimeout(r, 50));
const after = used();
console.log(JSON.stringify({ heap: after.heapUsed - before.heapUsed, external: after.external - before.external }));`);
  assert.ok(heap < 1_000_000, `the heap grew by ${heap} bytes`);
  assert.ok(external < 4_000_000, `memory outside of the heap grew by ${external} bytes`);
});

test('in one engine, 1,000 loads and disposals leave the linear memory as it was', async () => {
  (await Full.load(model, { engine })).dispose();
  const { size, used } = engine.memoryStats();
  for (let i = 0; i < 1000; i++) {
    using profiler = await Full.load(model, { engine });
    profiler.profileOne(row);
  }
  assert.equal([engine.memoryStats().size, engine.memoryStats().used], [size, used]);
});

const SHOPPERS = '../shared/data/online_shoppers_intention.csv';
test('the model of the online shoppers answers within an isolate of 128 MB', async () => {
  const shoppers = await readTable(SHOPPERS).catch(() => undefined);
  if (!shoppers) return console.log(`not tested: ${SHOPPERS} is absent`);
  using profiler = await Full.fit(engine, { table: shoppers }, { target: 'Revenue' });
  writeFileSync(join(folder, 'shoppers.cameo'), await profiler.save());
  // A worker whose heap may hold 64 MB, and a linear memory of at most 64 MB.
  const script = `
const { Worker } = require('node:worker_threads');
const code = \`
const { readFileSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
import(${JSON.stringify(resolve('dist/src/edge.js'))}).then(async ({ Profiler }) => {
  const wasm = readFileSync(${JSON.stringify(resolve('dist/kernels/simd.wasm'))});
  const p = await Profiler.load(readFileSync(${JSON.stringify(join(folder, 'shoppers.cameo'))}), { wasm, maximum: 2 ** 26 });
  const rows = Array.from({ length: 2000 }, (_, i) => ({ PageValues: i % 50, Month: 'Nov' }));
  parentPort.postMessage({ profiles: p.profileBatch(rows).length, linear: p.memoryStats().size });
});\`;
const worker = new Worker(code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 16 } });
worker.on('message', (m) => console.log(JSON.stringify(m)));
worker.on('error', (e) => { console.error(e); process.exitCode = 1; });`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  const { profiles, linear } = JSON.parse(stdout);
  assert.is(profiles, 2000);
  // Trees, five networks and a linear model, each with room for a tile of rows.
  assert.ok(linear <= 3 * 2 ** 23, `${linear} bytes of linear memory`);
});

test.after(() => engine.close());
test.run();
