/** The edge entry on the online shoppers: profiles a second in Node and workerd, scores beside tfjs, cold starts, Web Workers. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { Profiler, type Row } from '../src/edge.js';
import { createEngine, Profiler as Full, readTable } from '../src/index.js';
import { openBrowser, serve } from '../test/support/browser.js';
import { runtime } from '../test/support/runtimes.js';
import { startWorkerd } from '../test/support/workerd.js';
import { format, line, median, PEERS, python } from './support.js';

const SHOPPERS = '../shared/data/online_shoppers_intention.csv';
const rate = (perSecond: number) => `${Math.round(perSecond).toLocaleString('en')} a second`;
const verdict = (what: string, value: number, text: string, least: number, unit: string) =>
  console.log(`${what.padEnd(48)} ${text}   at least ${least} ${unit}: ${value >= least ? 'yes' : 'NO'}`);

export async function edge(): Promise<void> {
  if (!existsSync(SHOPPERS)) return console.log(`edge is not measured: ${SHOPPERS} is absent`);
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  const at = (name: string) => join(folder, name);
  try {
    const { rows, sizes } = await prepare(at);
    const profiler = await Profiler.load(readFileSync(at('model.cameo')), { wasm: readFileSync('dist/kernels/simd.wasm') });
    const perSecond = (run: (row: Row) => unknown) => {
      let best = 0;
      for (let round = 0; round < 8; round++) {
        const start = performance.now();
        for (const row of rows) run(row);
        best = Math.max(best, rows.length / ((performance.now() - start) / 1000));
      }
      return best;
    };
    const reasons = perSecond((row) => profiler.profileOne(row));
    verdict('profileOne with reasons, Node', reasons, rate(reasons), 20_000, 'a second');
    const score = perSecond((row) => profiler.profileOne(row, { explain: false }));
    await workerd(folder, rows);
    tensorflow(score, sizes);
    cold(at, sizes);
    await webWorkers(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Fits the model and writes what the others need. */
async function prepare(at: (name: string) => string): Promise<{ rows: Row[]; sizes: number[] }> {
  await using engine = await createEngine({ threads: 1 });
  const table = await readTable(SHOPPERS);
  using profiler = await Full.fit(engine, { table }, { target: 'Revenue' });
  const bytes = await profiler.save();
  writeFileSync(at('model.cameo'), bytes);
  const rows = Array.from({ length: table.rows }, (_, r) =>
    Object.fromEntries(
      table.columns.map((c) => [c.name, c.kind === 'number' ? c.values[r] : (c.categories[c.codes[r]] ?? null)]),
    ),
  );
  writeFileSync(at('rows.json.txt'), JSON.stringify(rows.slice(0, 1000)));
  const network = /"network":"({.*?})"/.exec(Buffer.from(bytes).toString('latin1'))?.[1].replaceAll('\\"', '"');
  return { rows, sizes: JSON.parse(network as string).sizes };
}

async function workerd(folder: string, rows: Row[]): Promise<void> {
  const command = runtime('workerd');
  if (!command || rows.length === 0) return;
  await build({
    entryPoints: ['dist/bench/edge/workerd.js'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    outdir: folder,
    assetNames: '[name]',
    conditions: ['workerd'],
    external: ['*.cameo', '*.txt'],
    loader: { '.wasm': 'copy' },
  });
  const server = await startWorkerd(command, folder, ['workerd.js', 'model.cameo', 'rows.json.txt', 'simd.wasm']);
  try {
    const ask = async (count: number) => {
      const start = performance.now();
      await (await fetch(`${server.url}/${count}`)).text();
      return (performance.now() - start) / 1000;
    };
    await ask(5000);
    let best = 0;
    for (let round = 0; round < 8; round++) best = Math.max(best, 10_000 / ((await ask(10_000)) - (await ask(0))));
    verdict('profileOne with reasons, workerd', best, rate(best), 20_000, 'a second');
  } finally {
    server.close();
  }
}

function tensorflow(score: number, sizes: number[]): void {
  const { stdout } = spawnSync(process.execPath, ['bench/peers/tfjs.mjs', JSON.stringify(sizes)], { encoding: 'utf8' });
  const found = stdout ? (JSON.parse(stdout.trim().split('\n').at(-1) as string) as Record<string, number>) : {};
  const [backend, best] = Object.entries(found).sort(([, a], [, b]) => b - a)[0] ?? [];
  line('score of one row, Node', 1 / score, best && 1 / best, 5, backend ? `tfjs (${backend})` : 'tfjs');
}

/** Whole processes, in turns. */
function cold(at: (name: string) => string, sizes: number[]): void {
  const time = (args: string[]) => {
    const start = performance.now();
    execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    return (performance.now() - start) / 1000;
  };
  const ours = () => time(['bench/edge/cold.mjs', at('model.cameo'), 'dist/kernels/simd.wasm']);
  const exported =
    python && spawnSync(python, ['bench/peers/network_onnx.py', at('model.cameo'), at('network.onnx')]).status === 0;
  const there = exported && existsSync(join(PEERS, 'node_modules/onnxruntime-web'));
  const theirs = () => time(['bench/peers/onnx_web.mjs', at('network.onnx'), String(sizes[0])]);
  ours();
  if (there) theirs();
  const pairs = Array.from({ length: 7 }, () => [ours(), there ? theirs() : Number.NaN]);
  const bare = median(Array.from({ length: 7 }, () => time(['-e', '0'])));
  line(
    'cold process to the first answer',
    median(pairs.map(([a]) => a)),
    there ? median(pairs.map(([, b]) => b)) : undefined,
    2,
    'onnxruntime-web',
  );
  console.log(`  of which Node itself ${format(bare)}`);
}

async function webWorkers(folder: string): Promise<void> {
  const browser = await openBrowser();
  if (!browser) return;
  const entryPoints = ['dist/bench/edge/page.js', resolve('dist/src/scheduler/web-worker.js')];
  await build({ entryPoints, entryNames: '[name]', bundle: true, format: 'esm', target: 'es2022', outdir: folder });
  for (const build of ['simd-shared', 'relaxed-shared'])
    for (const name of [build, `${build}-training`]) copyFileSync(`dist/kernels/${name}.wasm`, join(folder, `${name}.wasm`));
  const site = await serve(new URL(`file://${folder}/`), true, {
    '/': '<!doctype html><script type="module" src="/page.js"></script>',
  });
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    await page.waitForFunction('globalThis.measure');
    const measure = (threads: number) => page.evaluate(`measure(${threads})`) as Promise<number>;
    const pairs: number[][] = [];
    for (let round = 0; round < 3; round++) pairs.push([await measure(1), await measure(2)]);
    const [one, two] = [0, 1].map((i) => Math.min(...pairs.map((pair) => pair[i])));
    verdict(
      'prediction 200 k × 50, two Web Workers',
      one / two,
      `${format(one)} and ${format(two)}: ${(one / two).toFixed(2)} × one`,
      1.6,
      '×',
    );
  } finally {
    site.close();
    await browser.close();
  }
}
