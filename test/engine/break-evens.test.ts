/** Sizes from which programs run on a GPU: measured once, kept in a file that may be anything by the time it is read. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BreakEvenBook, breakEvenPath } from '../../src/engine/break-even-book.js';
import { BreakEvens } from '../../src/engine/break-evens.js';
import type { AdapterInfo } from '../../src/webgpu/adapter.js';

const cache = mkdtempSync(join(tmpdir(), 'cameo-book-'));
process.env.XDG_CACHE_HOME = cache;
process.on('exit', () => rmSync(cache, { recursive: true }));
const adapter = { vendor: 'v', architecture: 'a', description: 'd' } as AdapterInfo;
const book = (build = 'simd', threads = 2) => new BreakEvenBook(adapter, build, threads);
const never = async (): Promise<number> => assert.unreachable('it was measured again') as never;

test('a size is measured once, though several ask meanwhile', async () => {
  const sizes = new BreakEvens();
  let measured = 0;
  const measure = async () => {
    measured++;
    await new Promise((resolve) => setTimeout(resolve, 20));
    return 4096;
  };
  assert.equal(await Promise.all([1, 2, 3].map(() => sizes.of('scale', measure))), [4096, 4096, 4096]);
  assert.is(await sizes.of('scale', never), 4096);
  assert.is(measured, 1);
  assert.is(await sizes.of('top', async () => Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  assert.equal(sizes.measured, { scale: 4096, top: null });
});

test('what is kept is known to the next process on the same device, and to no other', async () => {
  await book().of('predict', async () => 77);
  await book().of('top', async () => Number.POSITIVE_INFINITY);
  const next = book();
  assert.is(await next.of('predict', never), 77);
  assert.is(await next.of('top', never), Number.POSITIVE_INFINITY);
  assert.is(await book('relaxed').of('predict', async () => 5), 5);
  assert.is(await book('simd', 3).of('predict', async () => 6), 6);
  assert.is(Object.keys(JSON.parse(readFileSync(breakEvenPath(), 'utf8'))).length, 3);
});

test('a file that is none is as no file', async () => {
  mkdirSync(dirname(breakEvenPath()), { recursive: true });
  const [key] = Object.keys(JSON.parse(readFileSync(breakEvenPath(), 'utf8')));
  for (const text of ['', '{', 'null', '[1]', `{"${key}":null}`, `{"${key}":{"predict":"many","top":-1,"scale":3}}`]) {
    writeFileSync(breakEvenPath(), text);
    const sizes = book();
    await sizes.load();
    assert.equal(sizes.measured, text.includes('scale') ? { scale: 3 } : {}, text);
    assert.is(await sizes.of('predict', async () => 9), 9);
  }
});
test.run();
