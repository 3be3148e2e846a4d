/** Which build a runtime takes, held against the builds themselves. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Build, buildOf, chooseBuild, detectFeatures } from '../../src/wasm/builds.js';
import { instantiate } from '../../src/wasm/kernels.js';
import { skip } from '../support/runtimes.js';
import '../support/kernels.js';

const BUILDS: Build[] = ['simd', 'relaxed', 'simd-shared', 'relaxed-shared'];
const bytes = (build: Build) => readFileSync(`dist/kernels/${build}.wasm`);
const features = detectFeatures();

test('features are those with which the builds validate', () => {
  for (const build of BUILDS) {
    const needed = features.simd && (features.relaxedSimd || !build.startsWith('relaxed'));
    assert.is(WebAssembly.validate(bytes(build)), needed && (features.threads || !build.endsWith('shared')), build);
  }
});

test('the build chosen is the fastest that there is, or the one that gives the same bytes everywhere', () => {
  for (const relaxedSimd of [false, true]) {
    for (const shared of [false, true]) {
      for (const reproducible of [false, true]) {
        const level = relaxedSimd && !reproducible ? 'relaxed' : 'simd';
        const found = chooseBuild({ simd: true, relaxedSimd, threads: true }, shared, reproducible);
        assert.is(found, shared ? `${level}-shared` : level);
      }
    }
  }
});

for (const build of BUILDS) {
  const title = `${build}.wasm says what it is`;
  if (build.startsWith('relaxed') && !features.relaxedSimd) skip(title, 'this runtime does not validate relaxed SIMD');
  else {
    test(title, () => {
      const shared = build.endsWith('shared');
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared });
      const kernels = instantiate(new WebAssembly.Module(bytes(build)), memory);
      assert.is(buildOf(kernels, shared), build);
      assert.throws(() => {
        kernels.relaxed.value = 1;
      }, TypeError);
    });
  }
}
test.run();
