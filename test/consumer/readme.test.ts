/**
 * A project of somebody who installed the package: every snippet of README compiles there as strictly as TypeScript can, and those that can
 * run are run.
 */
// test timeout: 600
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Profiler, readTable } from '../../src/index.js';
import { eventsOf, row } from '../support/event-log.js';
import { installPackage } from '../support/package.js';
import { inRuntime } from '../support/runtimes.js';
import { generator } from '../support/tables.js';
import { startWorkerd } from '../support/workerd.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'cameo-consumer-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
installPackage(folder, ['@types/node', 'undici-types']);

const snippets = [...readFileSync('README.md', 'utf8').matchAll(/^```(?:js|ts)\n([\s\S]*?)^```/gm)].map(([, code]) => code);
/** What README leaves to whoever has a model. */
const GIVEN = 'declare const modelBytes: Uint8Array;\n';
const names = snippets.map((code, i) => {
  const name = `snippet-${i}.ts`;
  writeFileSync(join(folder, name), (code.includes('modelBytes') ? GIVEN : '') + code);
  return name;
});
cpSync('test/consumer/uses.ts', join(folder, 'uses.ts'));

const STRICT = {
  strict: true,
  skipLibCheck: false,
  skipDefaultLibCheck: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  noEmit: true,
  target: 'es2022',
};
/** Kinds of projects by what the compiler knows of the platform. */
const PROJECTS = {
  'a project of Node without lib dom': { module: 'nodenext', lib: ['es2023'], types: ['node'] },
  'a page that is bundled': {
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2023', 'esnext.disposable', 'dom'],
    types: [],
  },
  'a worker that is bundled': {
    module: 'esnext',
    moduleResolution: 'bundler',
    customConditions: ['workerd'],
    lib: ['es2023', 'esnext.disposable', 'webworker'],
    types: [],
  },
};

/** What the compiler says of these files, nothing where they are good. */
async function compile(options: object, files: readonly string[]): Promise<string> {
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files }));
  const compiler = resolve('node_modules/typescript/bin/tsc');
  return run(process.execPath, [compiler, '--project', config]).then(
    () => '',
    ({ stdout, stderr }) => stdout + stderr,
  );
}

test('README has the ten lines of the library and those of the edge', () => {
  assert.is(snippets.length, 2);
  assert.match(snippets[0], /from 'cameo';[\s\S]*\.dispose\(\)[\s\S]*engine\.close\(\)/);
  assert.match(snippets[1], /from 'cameo\/edge';/);
});

for (const [name, options] of Object.entries(PROJECTS)) {
  // There the name of the package is the edge entry, which the first snippet and the uses do not suit.
  const files = 'customConditions' in options ? names.slice(1) : [...names, 'uses.ts'];
  test(`${name}: snippets and uses compile, libraries checked too`, async () => {
    assert.is(await compile(options, files), '');
  });
}

test('what is wrong does not compile', async () => {
  writeFileSync(
    join(folder, 'wrong.ts'),
    snippets[0].replace('profiler.summary.evaluation', 'profiler.summary.evaluation.rocAuc'),
  );
  assert.match(
    await compile({ ...PROJECTS['a page that is bundled'], skipLibCheck: true }, ['wrong.ts']),
    /wrong\.ts.*error TS2339: Property 'rocAuc'/,
  );
});

const next = generator(11);
const shoppers = ['PageValues,Month,Revenue'];
for (let r = 0; r < 400; r++) {
  const value = next();
  shoppers.push(`${(40 * value).toFixed(2)},${next() < 0.5 ? 'Nov' : 'May'},${value + next() / 3 > 0.7}`);
}
writeFileSync(join(folder, 'shoppers.csv'), shoppers.join('\n'));

test('the ten lines run, as they stand, and the process ends by itself', async () => {
  writeFileSync(join(folder, 'lines.mjs'), snippets[0]);
  const { stdout } = await run(process.execPath, ['lines.mjs'], { cwd: folder, timeout: 60_000 });
  assert.match(stdout, /rocAuc: 0\.[89]/);
  assert.match(stdout, /^400$/m);
  assert.match(stdout, /score_Revenue: 0\.\d+[\s\S]*prediction_Revenue: '(true|false)'/);
});

/** A model with a score of the shoppers, and with the user and the items that README asks for. */
async function write(path: string): Promise<void> {
  await using engine = await createEngine({ threads: 0 });
  const table = await readTable(join(folder, 'shoppers.csv'));
  using ofTable = await Profiler.fit(engine, { table }, { target: 'Revenue', modelOptions: { maxIter: 10 } });
  const log = ['17850', '13047', '12583'].flatMap((user) => ['85123A', '22423', '71053'].map((item) => row({ user, item })));
  const events = { ...eventsOf([...log, row({ user: '12583', item: '84029E' })]), rating: undefined };
  using ofEvents = await Profiler.fit(engine, { events }, { recommenderOptions: { rank: 2, epochs: 2 } });
  writeFileSync(path, await new Profiler(engine, [...ofTable.sections, ...ofEvents.sections]).save());
}

inRuntime('workerd', 'the lines of the edge run, bundled,', async (command) => {
  const lines = snippets[1].split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const body = lines.filter((line) => !line.startsWith('import ')).join('\n');
  const entry = join(folder, 'edge.js');
  writeFileSync(
    entry,
    `import modelBytes from './model.cameo';
${imports.join('\n')}
export default { async fetch() {
${body.replace('await profiler.recommend', 'const recommended = await profiler.recommend')}
  return Response.json([profiler.profileOne({ PageValues: 12.5, Month: 'Nov' }).prediction_Revenue, recommended[0].item, profiler.warnings]);
} };`,
  );
  const site = join(folder, 'edge');
  mkdirSync(site);
  await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    outdir: site,
    external: ['*.cameo'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    conditions: ['workerd'],
    logLevel: 'error',
  });
  await write(join(site, 'model.cameo'));
  const server = await startWorkerd(command, site, ['edge.js', 'model.cameo', 'simd.wasm']);
  try {
    const answer = (await (await fetch(server.url)).json()) as unknown[];
    assert.equal(answer, ['false', '84029E', []]);
  } finally {
    server.close();
  }
});

test.run();
