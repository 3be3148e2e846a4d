/** The documents: the drawing of the rooms is what the imports say, and every file that is named is there. */
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const PAGE = 'docs/architecture.md';
const { pageOf } = await import(pathToFileURL(resolve('scripts/architecture.mjs')).href);
const page = readFileSync(PAGE, 'utf8');

test(`${PAGE} is drawn from the code as it is; if not, npm run docs:architecture`, async () => {
  assert.is(await pageOf('.', page), page);
});

test('an import that was not there changes the drawing', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'cameo-architecture-'));
  try {
    cpSync('src', join(copy, 'src'), { recursive: true });
    assert.is(await pageOf(copy, page), page);
    appendFileSync(join(copy, 'src/metrics/index.ts'), "\nimport '../wasm/memory.js';\n");
    const changed: string = await pageOf(copy, page);
    assert.match(changed, /^ {2}wasm --> metrics$/m);
    assert.not.match(page, /^ {2}wasm --> metrics$/m);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

for (const document of [PAGE, 'CONTRIBUTING.md']) {
  test(`every file and folder that ${document} names is there`, () => {
    const text = readFileSync(document, 'utf8');
    const names = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)`/g)].map(([, name]) => name);
    const paths = names.filter((name) => /\/|\.(ts|mjs|md|json|wgsl)$/.test(name) && !/^cameo\//.test(name));
    const absent = paths.filter((path) => !['', 'src/'].some((root) => existsSync(root + path)));
    assert.ok(paths.length > 5, `${paths}`);
    assert.equal(absent, []);
  });
}

test('every script of package.json that CONTRIBUTING.md names is there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const named = [...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
  assert.ok(named.length > 3);
  for (const name of named) assert.ok(name in scripts, name);
});

test.run();
