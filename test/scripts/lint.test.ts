/** `npm run lint`: each rule on imports broken once in a copy of the sources, and what the formatter and linter refuse. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const folder = mkdtempSync(join(tmpdir(), 'cameo-lint-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A folder with these files of the checkout, and its packages. */
function copy(name: string, ...files: string[]): string {
  const place = join(folder, name);
  for (const file of files) cpSync(file, join(place, file), { recursive: true });
  symlinkSync(resolve('node_modules'), join(place, 'node_modules'));
  return place;
}
function write(place: string, file: string, text: string): void {
  mkdirSync(dirname(join(place, file)), { recursive: true });
  writeFileSync(join(place, file), text);
}

interface Violation {
  rule: string;
  from: string;
  way: string[];
}

const BREAKS: { rule: string; file: string; line: string; refused: string }[] = [
  { rule: 'no circles', file: 'src/errors.ts', line: "import './options.js';", refused: 'src/options.ts' },
  { rule: 'no circles', file: 'src/part.ts', line: "export type { A } from './new.js';", refused: 'src/new.ts' },
  {
    rule: 'imports go down',
    file: 'src/programs/new.ts',
    line: "import '../engine/engine.js';",
    refused: 'src/engine/engine.ts',
  },
  {
    rule: 'imports go down',
    file: 'src/table/new.ts',
    line: "import type { A } from '../cli/new.js';",
    refused: 'src/cli/new.ts',
  },
  {
    rule: 'imports go down',
    file: 'src/models/new.ts',
    line: "void import('../recommend/new.js');",
    refused: 'src/recommend/new.ts',
  },
  { rule: 'rooms are listed', file: 'src/attic/new.ts', line: 'export {};', refused: '' },
  { rule: 'sources stand alone', file: 'src/score/new.ts', line: "import '../../test/new.js';", refused: 'test/new.ts' },
  { rule: 'files are at the border', file: 'src/bench/new.ts', line: "import '../io/new.js';", refused: 'src/io/new.ts' },
  { rule: 'models know no files', file: 'src/models/files.ts', line: "import 'node:fs/promises';", refused: 'fs/promises' },
  { rule: 'models know no files', file: 'src/recommend/way.ts', line: "import '../wasm/new.js';", refused: 'worker_threads' },
  {
    rule: 'models know no files',
    file: 'src/models/types.ts',
    line: "import type { Schema } from 'apache-arrow';",
    refused: 'apache-arrow',
  },
  { rule: 'the edge is light', file: 'src/edge.ts', line: "import './wasm/new.js';", refused: 'worker_threads' },
  { rule: 'the edge is light', file: 'src/engine/create-edge.ts', line: "void import('piscina');", refused: 'piscina' },
];

test('each rule on imports is refused where it is broken, and no other place with it', async () => {
  const { violationsOf } = await import(pathToFileURL(resolve('scripts/dependencies.mjs')).href);
  const place = copy('imports', 'src', 'tsconfig.json');
  const name = ({ rule, from, way }: Violation) => `${rule}: ${[from, ...way].join(' → ')}`;
  const before = new Set((await violationsOf(place)).map(name));
  for (const file of ['src/cli/new.ts', 'src/recommend/new.ts', 'src/io/new.ts', 'test/new.ts'])
    write(place, file, 'export type A = 1;\n');
  write(place, 'src/new.ts', "export type A = 1;\nimport './part.js';\n");
  write(place, 'src/wasm/new.ts', "import 'node:worker_threads';\n");
  for (const { file, line } of BREAKS) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    appendFileSync(join(place, file), `\n${line}\n`);
  }
  const found: Violation[] = (await violationsOf(place)).filter((violation: Violation) => !before.has(name(violation)));
  for (const { rule, file, refused } of BREAKS) {
    const those = found.filter((violation) => violation.rule === rule && [violation.from, ...violation.way].includes(file));
    assert.ok(
      those.some(({ way }) => refused === '' || way.at(-1)?.includes(refused) || way.includes(refused)),
      `${rule}: ${file} ${JSON.stringify(found, null, 1)}`,
    );
  }
  const known = new Set(BREAKS.flatMap(({ file, refused }) => [file, refused]));
  const others = found.filter(({ from, way }) => ![from, ...way].some((file) => known.has(file)));
  assert.equal(others, []);
});

test('a type from Arrow is no weight at the edge: it is not there at run time', async () => {
  const { violationsOf } = await import(pathToFileURL(resolve('scripts/dependencies.mjs')).href);
  const place = copy('types', 'src/edge.ts');
  writeFileSync(join(place, 'src/edge.ts'), "import type { Schema } from 'apache-arrow';\nexport type A = Schema;\n");
  assert.equal(await violationsOf(place), []);
});

const CLEAN = 'export const one = 1;\n';

/** What the whole of lint says about a small checkout. */
function lint(place: string, ...args: string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/lint.mjs', ...args], {
    cwd: place,
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

test('long files and functions, unused imports in kernels, unformatted examples', () => {
  const place = copy('sources', 'biome.json', '.gitignore', 'scripts', 'assembly');
  write(place, 'src/errors.ts', CLEAN);
  const { status, text } = lint(place);
  assert.is(status, 0, text);
  const lines = (n: number, line: (k: number) => string) => `${Array.from({ length: n }, (_, k) => line(k)).join('\n')}\n`;
  write(
    place,
    'src/metrics/long.ts',
    lines(301, (k) => `export const n${k} = ${k};`),
  );
  const body = lines(82, (k) => `  console.log(x + ${k});`);
  write(
    place,
    'test/function.test.ts',
    `export function f(x: number): void {
${body}}
`,
  );
  write(place, 'examples/page.html', '<!doctype html><html lang="en"><body  ></body></html>\n');
  write(
    place,
    'assembly/kernel.ts',
    "import { F32 } from './simd';\n\n// @ts-ignore: decorator\n@inline\nexport function f(a: i32): i32 {\n  return a  == 1 ? 2 : a;\n}\n",
  );
  const broken = lint(place);
  assert.is(broken.status, 1);
  for (const line of [
    /src\/metrics\/long\.ts:\S+ lint\/style\/noExcessiveLinesPerFile/,
    /test\/function\.test\.ts:\S+ lint\/complexity\/noExcessiveLinesPerFunction/,
    /examples\/page\.html format/,
    /assembly\/kernel\.ts:\S+ lint\/correctness\/noUnusedImports/,
    /assembly\/kernel\.ts format/,
  ])
    assert.match(broken.text, line);
  assert.not.match(broken.text, /noDoubleEquals|parse ━/);
  lint(place, '--write');
  const mended = readFileSync(join(place, 'assembly/kernel.ts'), 'utf8');
  assert.match(mended, /\n@inline\nexport function f\(a: i32\): i32 \{\n {2}return a == 1 \? 2 : a;\n\}\n$/);
});

test.run();
