/** The engine of an edge entry says what it runs on, whatever kernels it was given and in whatever form. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEdgeEngine } from '../../src/engine/create-edge.js';
import { detectFeatures } from '../../src/wasm/builds.js';
import { refusal } from '../support/refused.js';
import { skip } from '../support/runtimes.js';

if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
const kernels = (name: string) => readFileSync(`dist/kernels/${name}.wasm`);

for (const build of ['simd', 'relaxed'] as const) {
  const title = `given ${build}.wasm it says '${build}'`;
  if (build === 'relaxed' && !detectFeatures().relaxedSimd) {
    skip(title, 'this runtime does not validate relaxed SIMD');
    continue;
  }
  test(title, async () => {
    const bytes = kernels(build);
    for (const wasm of [bytes, new WebAssembly.Module(bytes), new Response(bytes)]) {
      await using engine = await createEdgeEngine({ wasm });
      const found = engine.capabilities();
      assert.is(found.build, build);
      assert.is(found.reproducible, build === 'simd');
      assert.equal(
        found.relaxedSimd,
        build === 'relaxed' ? { inUse: true } : { inUse: false, reason: 'the kernels given are built without it' },
      );
      assert.equal([found.threads, found.device, found.simd.inUse, found.sharedMemory.inUse], [0, 'wasm', true, false]);
    }
  });
}

test('kernels for a shared memory are refused', async () => {
  const { code, message } = await refusal(() => createEdgeEngine({ wasm: kernels('simd-shared') }));
  assert.is(code, 'runtime');
  assert.match(message, /shared memory/);
});
test.run();
