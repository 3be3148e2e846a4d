/** One model and 1,000 rows give the same profiles in every runtime: the same bytes with fixed SIMD, within 1e-6 with relaxed. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Profiler, readEvents, readTable } from '../../src/index.js';
import { openBrowser, serve } from '../support/browser.js';
import { RUNTIMES, runtime } from '../support/runtimes.js';
import { startWorkerd } from '../support/workerd.js';
import { type Answer, answer, type Question } from './answer.js';

// Node 20 has relaxed SIMD behind a flag.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const FILE = '../shared/data/online_shoppers_intention.csv';
const KERNELS = resolve('dist/kernels');
const folder = mkdtempSync(join(tmpdir(), 'cameo-runtimes-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

/** Writes the model, the recommender and the question, and gives this Node's own answers. */
async function prepare(): Promise<Record<'simd' | 'relaxed', Answer>> {
  await using engine = await createEngine({ threads: 0, reproducible: true });
  const table = await readTable(FILE);
  using profiler = await Profiler.fit(
    engine,
    { table },
    { target: 'Revenue', model: 'perceptron', modelOptions: { hiddenLayerSizes: [32, 8], maxIter: 20 } },
  );
  const log = ['user,item,time'];
  for (let i = 0; i < 4000; i++) log.push(`u${(i * 7919) % 211},i${(i * i * 31 + i) % 97},2026-01-01`);
  writeFileSync(join(folder, 'log.csv'), log.join('\n'));
  const events = await readEvents({ path: join(folder, 'log.csv'), user: 'user', item: 'item', time: 'time' });
  using ofEvents = await Profiler.fit(engine, { events }, { recommenderOptions: { rank: 24 } });
  const { recommender } = ofEvents;
  const rows = Array.from({ length: 1000 }, (_, r) =>
    Object.fromEntries(
      table.columns.map((c) => [c.name, c.kind === 'number' ? c.values[r] : (c.categories[c.codes[r]] ?? null)]),
    ),
  );
  const question: Question = {
    model: await profiler.save(),
    events: await ofEvents.save(),
    rows,
    users: recommender.users.slice(0, 20),
    items: recommender.items.slice(0, 10),
  };
  writeFileSync(join(folder, 'model.cameo'), question.model);
  writeFileSync(join(folder, 'events.cameo'), question.events);
  const { users, items } = question;
  writeFileSync(join(folder, 'question.json'), JSON.stringify({ rows, users, items }));
  copyFileSync(join(folder, 'question.json'), join(folder, 'question.json.txt'));
  const by = (name: string) => answer(question, () => readFileSync(join(KERNELS, `${name}.wasm`)));
  const simd = await by('simd');
  return { simd, relaxed: await by('relaxed') };
}

if (!existsSync(FILE)) {
  console.log(`skipped: ${FILE} is absent`);
  test.skip('all runtimes', () => {});
} else {
  const expected = await prepare();
  /** Compares both answers of a runtime. */
  const compare = (name: string, simd: Answer, relaxed: Answer) => {
    assert.is(simd.sha256, expected.simd.sha256, `${name}: profiles differ with the reproducible kernels`);
    const far = relaxed.scores.filter((score, i) => Math.abs(score - expected.simd.scores[i]) > 1e-6);
    assert.is(far.length, 0, `${name}: scores differ with the fast kernels`);
    console.log(`${name}: equal; first answer after ${simd.first} ms`);
  };
  const scripted = async (name: string, command: string, args: string[]) => {
    const ask = async (kernels: string): Promise<Answer> => {
      const script = resolve('dist/test/runtimes/script.js');
      const { stdout } = await promisify(execFile)(command, [...args, script, folder, join(KERNELS, `${kernels}.wasm`)]);
      return JSON.parse(stdout);
    };
    if (name === 'node' && process.versions.node.startsWith('20.')) args.unshift('--experimental-wasm-relaxed-simd');
    compare(name, await ask('simd'), await ask('relaxed'));
  };

  for (const name of ['node', 'node22', 'node24', 'node26', 'bun', 'deno']) {
    const command = runtime(name);
    if (!command) continue;
    // Deno needs no more than to read these two folders.
    const args =
      name === 'deno' ? ['run', `--allow-read=${resolve('dist')},${resolve('node_modules')},${folder}`, '--quiet'] : [];
    test(`profiles and recommendations in ${name}`, () => scripted(name, command, args));
  }

  const bundle = async (entry: string, format: 'esm' | 'iife', external: string[] = []) => {
    const options = { bundle: true, write: false, format, external, globalName: 'cameo', target: 'es2022' } as const;
    const { outputFiles } = await build({ entryPoints: [`dist/test/runtimes/${entry}.js`], ...options });
    return outputFiles[0].text;
  };

  const workerd = runtime('workerd');
  if (workerd) {
    test('profiles and recommendations in workerd', async () => {
      const place = join(folder, 'workerd');
      mkdirSync(place);
      const modules = ['model.cameo', 'events.cameo', 'question.json.txt'];
      for (const name of modules) copyFileSync(join(folder, name), join(place, name));
      for (const name of ['simd.wasm', 'relaxed.wasm']) copyFileSync(join(KERNELS, name), join(place, name));
      const external = ['*.cameo', '*.wasm', '*.txt'];
      writeFileSync(join(place, 'main.js'), await bundle('fetch', 'esm', external));
      const server = await startWorkerd(workerd, place, ['main.js', ...modules, 'simd.wasm', 'relaxed.wasm']);
      try {
        const ask = async (path: string) => (await (await fetch(server.url + path)).json()) as Answer;
        compare('workerd', await ask('/simd'), await ask('/relaxed'));
      } finally {
        server.close();
      }
    });
  }

  const vm = join(RUNTIMES, '@edge-runtime/vm');
  if (!existsSync(vm)) console.log('edge-runtime is not tested: it is not in build/runtimes (node scripts/runtimes.mjs)');
  else {
    test("profiles and recommendations in Vercel's edge-runtime", async () => {
      const { EdgeVM } = createRequire(import.meta.url)(vm);
      const runtime = new EdgeVM();
      runtime.evaluate(await bundle('answer', 'iife'));
      const ask = async (kernels: string): Promise<Answer> => {
        // A module, as `import wasm from './simd.wasm?module'` gives it there.
        const module = await WebAssembly.compile(readFileSync(join(KERNELS, `${kernels}.wasm`)));
        const [model, events] = ['model', 'events'].map((name) => readFileSync(join(folder, `${name}.cameo`)));
        const question = { ...JSON.parse(readFileSync(join(folder, 'question.json'), 'utf8')), model, events };
        return runtime.evaluate('cameo.answer')(question, () => module);
      };
      compare('edge-runtime', await ask('simd'), await ask('relaxed'));
    });
  }

  const browser = await openBrowser();
  if (browser) {
    test('profiles and recommendations in Chromium', async () => {
      const page = `<!doctype html><title>answer</title><script>${await bundle('answer', 'iife')}</script>`;
      for (const name of ['simd.wasm', 'relaxed.wasm']) copyFileSync(join(KERNELS, name), join(folder, name));
      const site = await serve(new URL(`file://${folder}/`), false, { '/': page });
      try {
        const tab = await browser.newPage();
        await tab.goto(site.url);
        const ask = (kernels: string): Promise<Answer> =>
          tab.evaluate(`(async () => {
            const bytes = async (name) => new Uint8Array(await (await fetch('/' + name)).arrayBuffer());
            const question = await (await fetch('/question.json')).json();
            const [model, events] = [await bytes('model.cameo'), await bytes('events.cameo')];
            return cameo.answer({ ...question, model, events }, () => new URL('/${kernels}.wasm', location.href));
          })()`);
        compare('Chromium', await ask('simd'), await ask('relaxed'));
      } finally {
        site.close();
        await browser.close();
      }
    });
  }
}
test.run();
