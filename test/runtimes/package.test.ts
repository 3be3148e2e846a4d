/** The package as it is published: packed, installed in an empty folder, imported by every runtime, bundled by three bundlers. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Profiler } from '../../src/index.js';
import { openBrowser, serve } from '../support/browser.js';
import { installPackage } from '../support/package.js';
import { runtime } from '../support/runtimes.js';
import { generator } from '../support/tables.js';
import { startWorkerd } from '../support/workerd.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'cameo-package-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string | Uint8Array) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const { installed, files } = installPackage(folder, []);

const next = generator(3);
const values = Float64Array.from({ length: 300 }, () => next());
{
  await using engine = await createEngine({ threads: 0, reproducible: true });
  const table = {
    rows: 300,
    columns: [
      { kind: 'number' as const, name: 'x', values },
      { kind: 'number' as const, name: 'z', values: values.map((v) => Math.sin(9 * v)) },
      {
        kind: 'category' as const,
        name: 'y',
        codes: Int32Array.from(values, (v) => Number(v > 0.5)),
        categories: ['no', 'yes'],
      },
    ],
  };
  using profiler = await Profiler.fit(engine, { table }, { target: 'y', model: 'perceptron', modelOptions: { maxIter: 30 } });
  write('model.cameo', await profiler.save());
}
const LOAD = `
const profiler = await Profiler.load(model, { wasm });
const { prediction_y } = profiler.profileOne({ x: 0.9, z: 0.1 });`;

test('the package holds what its exports name, and no sources or tests', () => {
  for (const name of ['simd', 'relaxed', 'simd-shared', 'relaxed-shared'])
    for (const module of ['', '-training']) assert.ok(files.includes(`dist/kernels/${name}${module}.wasm`));
  assert.equal(
    files.filter((name) => /^(dist\/(test|bench)|test|bench|src|assembly)\//.test(name)),
    [],
  );
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  const paths = JSON.stringify(exports).match(/\.\/dist\/[^"*]+"/g) ?? [];
  for (const path of paths) assert.ok(files.includes(path.slice(2, -1)), path);
});

const script = write(
  'script.mjs',
  `import { readFile } from 'node:fs/promises';
import * as full from 'cameo';
import { Profiler } from 'cameo/edge';
const model = await readFile('model.cameo');
const wasm = await readFile('node_modules/cameo/dist/kernels/simd.wasm');
${LOAD}
const engine = await full.createEngine({ threads: 2, device: 'wasm' });
const other = await full.Profiler.load(model, { engine });
const { mean } = await new full.StandardScaler({ engine }).fit(full.Matrix.fromRows([[1], [2], [6]]));
console.log(prediction_y, other.profileOne({ x: 0.9, z: 0.1 }).prediction_y, engine.capabilities().threads, mean[0]);
await engine.close();
`,
);
// The least that works in Deno; Piscina asks for environment and system.
const DENO = ['run', `--allow-read=${folder},${resolve('.')}`, '--allow-env', '--allow-sys', '--no-prompt', '--quiet'];
for (const name of ['node', 'node22', 'node24', 'node26', 'bun', 'deno']) {
  const command = runtime(name);
  if (!command) continue;
  test(`imported in ${name}: edge entry, pool with shared memory`, async () => {
    const { stdout } = await run(command, [...(name === 'deno' ? DENO : []), script], { cwd: folder });
    assert.is(stdout.trim(), 'yes yes 2 3');
  });
}

/** What a bundle for the edge or a page must not hold. */
const FORBIDDEN = /\bnode:|require\(["'](fs|os|path|worker_threads)["']\)|piscina|@duckdb|apache-arrow|arrow-js-ffi/i;

test('the edge entry bundled by esbuild runs in workerd, under 100 kB with its kernels', async () => {
  const entry = write(
    'edge/main.js',
    `import { Profiler } from 'cameo/edge';
import model from './model.cameo';
import wasm from 'cameo/kernels/simd.wasm';
export default { async fetch() {${LOAD.replace('(model,', '(new Uint8Array(model),')}
  return new Response(prediction_y); } };`,
  );
  const options = { bundle: true, minify: true, format: 'esm' as const, outdir: join(folder, 'edge/out'), target: 'es2022' };
  const result = await esbuild({
    ...options,
    entryPoints: [entry],
    external: ['*.cameo'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    conditions: ['workerd'],
    metafile: true,
  });
  // Of other packages, valibot and TypeScript's helpers alone.
  const others = Object.keys(result.metafile.inputs).filter((name) => /node_modules\/(?!cameo\/|valibot\/|tslib\/)/.test(name));
  assert.equal(others, []);
  const code = readFileSync(join(folder, 'edge/out/main.js'));
  assert.not.match(code.toString(), FORBIDDEN);
  const kernels = readFileSync(join(folder, 'edge/out/simd.wasm'));
  const bytes = gzipSync(code).length + gzipSync(kernels).length;
  console.log(`edge entry and kernels: ${(bytes / 1000).toFixed(1)} kB gzipped`);
  assert.ok(bytes < 100_000);
  const command = runtime('workerd');
  if (!command) return;
  cpSync(join(folder, 'model.cameo'), join(folder, 'edge/out/model.cameo'));
  const server = await startWorkerd(command, join(folder, 'edge/out'), ['main.js', 'model.cameo', 'simd.wasm']);
  try {
    assert.is(await (await fetch(server.url)).text(), 'yes');
  } finally {
    server.close();
  }
});

const PAGE_SCRIPT = `import { createEngine, Profiler } from 'cameo/browser';
const engine = await createEngine(OPTIONS);
const model = new Uint8Array(await (await fetch('/model.cameo')).arrayBuffer());
const profiler = await Profiler.load(model, { engine });
const { prediction_y } = profiler.profileOne({ x: 0.9, z: 0.1 });
globalThis.report = prediction_y + ' with ' + engine.capabilities().threads;
`;
const HTML = '<!doctype html><title>bundle</title><script type="module" src="./main.js"></script>';

const browser = await openBrowser();
/** Opens a folder as an isolated page and gives what its script reports. */
async function open(site: string): Promise<string> {
  cpSync(join(folder, 'model.cameo'), join(site, 'model.cameo'));
  const server = await serve(new URL(`file://${site}/`), true, { '/': readFileSync(join(site, 'index.html'), 'utf8') });
  const page = await (browser as NonNullable<typeof browser>).newPage();
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(String(error)));
  page.on('requestfailed', (request) => failures.push(request.url()));
  try {
    await page.goto(server.url);
    await page.waitForFunction('globalThis.report', undefined, { timeout: 20_000 }).catch((error) => {
      throw new Error(`${error.message} ${failures.join('\n')}`);
    });
    return (await page.evaluate('globalThis.report')) as string;
  } finally {
    await page.close();
    server.close();
  }
}
const clean = (site: string) => {
  const scripts = readdirSync(site, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.js'));
  for (const name of scripts) assert.not.match(readFileSync(join(site, name), 'utf8'), FORBIDDEN, name);
  assert.ok(scripts.length > 0);
};

if (browser) {
  test('the browser entry bundled by esbuild, its worker beside it', async () => {
    const site = join(folder, 'site-esbuild');
    const options = "{ threads: 2, wasm: (file) => '/' + file + '.wasm', worker: '/web-worker.js' }";
    const main = write('esbuild/main.js', PAGE_SCRIPT.replace('OPTIONS', options));
    const worker = join(installed, 'dist/src/scheduler/web-worker.js');
    await esbuild({
      entryPoints: [main, worker],
      entryNames: '[name]',
      bundle: true,
      minify: true,
      format: 'esm',
      outdir: site,
      target: 'es2022',
    });
    for (const build of ['simd-shared', 'relaxed-shared'])
      for (const name of [build, `${build}-training`])
        cpSync(join(installed, `dist/kernels/${name}.wasm`), join(site, `${name}.wasm`));
    writeFileSync(join(site, 'index.html'), HTML);
    clean(site);
    assert.is(await open(site), 'yes with 2');
  });

  test('the browser entry bundled by Vite', async () => {
    const root = join(folder, 'vite');
    write('vite/main.js', PAGE_SCRIPT.replace('OPTIONS', '{ threads: 2 }'));
    write('vite/index.html', HTML);
    const { build } = await import('vite');
    const site = join(folder, 'site-vite');
    const worker = { format: 'es' as const };
    await build({ root, base: './', logLevel: 'error', configFile: false, worker, build: { outDir: site, target: 'es2022' } });
    clean(site);
    assert.is(await open(site), 'yes with 2');
  });

  test('the browser entry bundled by webpack', async () => {
    const site = join(folder, 'site-webpack');
    const entry = write('webpack/main.js', PAGE_SCRIPT.replace('OPTIONS', '{ threads: 2 }'));
    const webpack = (await import('webpack')).default;
    await new Promise<void>((done, failed) => {
      const config = {
        mode: 'production' as const,
        target: ['web', 'es2022'],
        context: folder,
        entry,
        output: { path: site, filename: 'main.js' },
        resolve: { symlinks: false },
        experiments: { topLevelAwait: true },
        performance: { hints: false as const },
      };
      webpack(config, (error, stats) => {
        if (error || stats?.hasErrors()) failed(error ?? new Error(stats?.toString('errors-only')));
        else done();
      });
    });
    writeFileSync(join(site, 'index.html'), HTML);
    clean(site);
    assert.is(await open(site), 'yes with 2');
  });
  test.after(() => browser.close());
}
test.run();
