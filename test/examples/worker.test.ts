/** The service, the same file on Node, Deno and workerd: answers, refusals with their status, and nothing of its inside. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Profiler, readEvents } from '../../src/index.js';
import { runtime } from '../support/runtimes.js';
import { answers, freePort } from '../support/server.js';
import { generator } from '../support/tables.js';
import { startWorkerd } from '../support/workerd.js';

const folder = mkdtempSync(join(tmpdir(), 'cameo-service-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const TOKEN = 'a-token-for-the-tests';
const MODEL = join(folder, 'model.cameo');

{
  await using engine = await createEngine({ threads: 0 });
  const next = generator(5);
  const values = Float64Array.from({ length: 300 }, () => next());
  const codes = Int32Array.from(values, (v) => Number(v > 0.5));
  const columns = [
    { kind: 'number' as const, name: 'visits', values },
    { kind: 'number' as const, name: 'constructor', values: values.map((_, i) => (i % 7) / 7) },
    { kind: 'category' as const, name: 'channel', codes: codes.map((v, i) => (v + i) % 2), categories: ['mail', 'web'] },
    { kind: 'category' as const, name: 'buys', codes, categories: ['no', 'yes'] },
  ];
  using profiler = await Profiler.fit(
    engine,
    { table: { rows: 300, columns } },
    { target: 'buys', model: 'perceptron', modelOptions: { maxIter: 40 } },
  );
  const log = ['user,item,time'];
  for (let i = 0; i < 2000; i++) log.push(`u${(i * 7919) % 101},i${(i * i * 31 + i) % 53},2026-01-01`);
  writeFileSync(join(folder, 'log.csv'), log.join('\n'));
  const events = await readEvents({ path: join(folder, 'log.csv'), user: 'user', item: 'item', time: 'time' });
  using ofEvents = await Profiler.fit(engine, { events }, { recommenderOptions: { rank: 8 } });
  writeFileSync(MODEL, await new Profiler(engine, [...profiler.sections, ...ofEvents.sections]).save());
}

interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect
  json: any;
}

async function converse(url: string): Promise<void> {
  const ask = async (path: string, body?: unknown, { token = TOKEN, method = 'POST' } = {}): Promise<Reply> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const response = await fetch(url + path, { method, headers, body: method === 'GET' ? undefined : text });
    return { status: response.status, json: await response.json() };
  };
  const refused = (reply: Reply, status: number, code: string, message?: RegExp) => {
    assert.equal([reply.status, reply.json.error.code], [status, code]);
    assert.equal(Object.keys(reply.json), ['error']);
    if (message) assert.match(reply.json.error.message, message);
    assert.not.match(JSON.stringify(reply.json), /node_modules|\.js:|\n +at |secret-value|stack/);
  };

  assert.equal(await ask('/healthz', undefined, { method: 'GET' }), { status: 200, json: { status: 'ok' } });
  const { status, json } = await ask('/v1/profiles', {
    rows: [{ visits: 0.9, channel: 'web', constructor: 0.5 }, { visits: 0.1 }, { channel: null }],
  });
  assert.is(status, 200);
  assert.equal(json.profiles.map((p: Record<string, unknown>) => p.prediction_buys).slice(0, 2), ['yes', 'no']);
  const values = json.profiles[0].explanation_buys.map(({ feature, value }: Record<string, unknown>) => [feature, value]);
  assert.equal(Object.fromEntries(values), { visits: Math.fround(0.9), channel: null, constructor: 0.5 });

  const known = await ask('/v1/recommendations', { user: 'u7', n: 3 });
  assert.equal([known.status, known.json.cold_start, known.json.recommendations.length], [200, false, 3]);
  const stranger = await ask('/v1/recommendations', { user: 'nobody' });
  assert.equal([stranger.status, stranger.json.cold_start, stranger.json.recommendations.length], [200, true, 10]);
  const history = await ask('/v1/recommendations', { items: ['i1', 'i2', 'unheard-of'] });
  assert.equal([history.status, history.json.cold_start], [200, false]);
  const items = history.json.recommendations.map(({ item }: { item: string }) => item);
  assert.not.ok(items.includes('i1') || items.includes('i2'));

  refused(await ask('/v1/profiles', '{"rows": [{'), 400, 'malformed', /not JSON/);
  refused(await ask('/v1/profiles', {}), 400, 'malformed', /'rows'/);
  refused(await ask('/v1/profiles', { rows: [] }), 400, 'malformed');
  refused(await ask('/v1/profiles', { rows: [{ visits: { deep: 1 } }] }), 400, 'malformed', /rows.0.visits/);
  refused(await ask('/v1/profiles', { rows: [{ visits: 1 }], extra: 1 }), 400, 'malformed', /extra/);
  refused(await ask('/v1/profiles', { rows: new Array(1001).fill({ visits: 1 }) }), 400, 'malformed');
  refused(await ask('/v1/profiles', { rows: [{ visits: 'secret-value' }] }), 422, 'data', /'visits'/);
  refused(await ask('/v1/profiles', { rows: [{ 'secret-value': 1 }] }), 422, 'data', /visits, constructor, channel/);
  refused(
    await ask('/v1/profiles', { rows: [{ visits: 1, channel: 'x'.repeat(2 ** 20) }] }),
    413,
    'too-large',
    /1048576 bytes/,
  );
  refused(await ask('/v1/recommendations', { user: 5 }), 400, 'malformed');
  refused(await ask('/v1/recommendations', { items: ['i1'], values: [1, 2] }), 422, 'data');
  refused(await ask('/v1/recommendations', { user: 'u7', n: 0 }), 400, 'malformed');
  refused(await ask('/v1/profiles', { rows: [{}] }, { token: 'another-token-of-length' }), 401, 'unauthorized');
  refused(await ask('/v1/profiles', undefined, { method: 'GET' }), 405, 'method');
  refused(await ask('/v2', {}), 404, 'not-found');
}

const DENO = ['run', '--allow-read', '--allow-env', '--allow-net', '--no-prompt', '--quiet'];
async function serveFile(name: 'node' | 'deno', command: string, model: string, use: (url: string) => Promise<void>) {
  const port = await freePort();
  const env = { ...process.env, TOKENS: TOKEN, MODEL: model, PORT: String(port) };
  const args = [...(name === 'deno' ? DENO : []), resolve(`dist/examples/worker/${name}.js`)];
  const child = spawn(command, args, { env, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(child, url);
    await use(url);
  } finally {
    child.kill('SIGKILL');
  }
}

for (const name of ['node', 'deno'] as const) {
  const command = runtime(name);
  if (command) test(`the service on ${name}`, () => serveFile(name, command, MODEL, converse));
}

test('a model of a newer format, or none, is 503 and leaves the service up', async () => {
  const text = readFileSync(MODEL).toString('latin1').replace('"version":"2"', '"version":"3"');
  writeFileSync(join(folder, 'newer.cameo'), Buffer.from(text, 'latin1'));
  for (const model of ['newer.cameo', 'absent.cameo']) {
    await serveFile('node', process.execPath, join(folder, model), async (url) => {
      const headers = { Authorization: `Bearer ${TOKEN}` };
      const response = await fetch(`${url}/v1/profiles`, { method: 'POST', headers, body: '{"rows":[{}]}' });
      const json = (await response.json()) as { error: { code: string; message: string } };
      assert.equal([response.status, json.error.code], [503, 'unavailable']);
      assert.not.match(json.error.message, /cameo|version|\//);
      assert.is((await fetch(`${url}/healthz`)).status, 200);
    });
  }
});

const workerd = runtime('workerd');
if (workerd) {
  test('the service on workerd', async () => {
    const out = join(folder, 'out');
    const bundling = { bundle: true, format: 'esm' as const, target: 'es2022', assetNames: '[name]', conditions: ['workerd'] };
    const entryPoints = ['dist/examples/worker/workerd.js'];
    await build({ ...bundling, entryPoints, outdir: out, external: ['*.cameo'], loader: { '.wasm': 'copy' } });
    copyFileSync(MODEL, join(out, 'model.cameo'));
    const server = await startWorkerd(workerd, out, ['workerd.js', 'model.cameo', 'simd.wasm'], { TOKENS: TOKEN });
    try {
      await converse(server.url);
    } finally {
      server.close();
    }
  });
}
test.run();
