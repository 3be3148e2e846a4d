/** The option `worker`: a module of somebody else's in the workers and on the calling thread. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Matrix, StandardScaler } from '../../src/index.js';
import type { ProgramName } from '../../src/programs/index.js';
import type { RawArgs } from '../support/own-worker.js';
import { refusal } from '../support/refused.js';

const worker = new URL('../support/own-worker.js', import.meta.url);

for (const threads of [0, 1, 2]) {
  test(`what it adds is there with ${threads} threads, beside all that is ours`, async () => {
    await using engine = await createEngine({ threads, worker });
    using scratch = engine.allocate(1024);
    const args: RawArgs = { plan: { kind: 'constant', value: 2.5 } as never, rows: 7, scratch: scratch.offset };
    assert.equal(await engine.run('raw' as ProgramName, args as never), new Array(7).fill(2.5));
    const scaler = await new StandardScaler({ engine }).fit(new Matrix([Float32Array.of(1, 3)]));
    assert.equal([...scaler.mean], [2]);
  });
}

test('a module that does not load, or is no worker, is refused at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cameo-worker-'));
  const module = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name));
  };
  try {
    const absent = await refusal(() => createEngine({ threads: 1, worker: pathToFileURL(join(folder, 'absent.mjs')) }));
    assert.is(absent.code, 'file');
    assert.match(absent.message, /absent\.mjs/);
    const broken = await refusal(() =>
      createEngine({ threads: 1, worker: module('broken.mjs', 'throw new Error("of its own")') }),
    );
    assert.match(broken.message, /broken\.mjs.*of its own/);
    const other = await refusal(() => createEngine({ threads: 1, worker: module('other.mjs', 'export const a = 1;') }));
    assert.match(other.message, /Option 'worker' must be a module that exports the default of 'cameo\/worker'.*other\.mjs/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
test.run();
