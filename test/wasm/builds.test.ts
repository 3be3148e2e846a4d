/** Which build a runtime takes, held against the builds themselves. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Build, buildOf, chooseBuild, detectFeatures, filesOf, type KernelsFile } from '../../src/wasm/builds.js';
import { instantiate } from '../../src/wasm/kernels.js';
import { skip } from '../support/runtimes.js';
import '../support/kernels.js';

const BUILDS: Build[] = ['simd', 'relaxed', 'simd-shared', 'relaxed-shared'];
const bytes = (file: KernelsFile) => readFileSync(`dist/kernels/${file}.wasm`);
const compiled = (file: KernelsFile) => new WebAssembly.Module(bytes(file));
const features = detectFeatures();

test('features are those with which the builds validate', () => {
  for (const build of BUILDS) {
    const needed = features.simd && (features.relaxedSimd || !build.startsWith('relaxed'));
    for (const file of filesOf(build))
      assert.is(WebAssembly.validate(bytes(file)), needed && (features.threads || !build.endsWith('shared')), file);
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
      const modules = filesOf(build).map(compiled);
      const kernels = instantiate(modules, memory);
      assert.is(buildOf(kernels, shared), build);
      assert.throws(() => {
        kernels.relaxed.value = 1;
      }, TypeError);
      for (const module of modules) assert.is(buildOf(instantiate([module], memory), shared), build);
    });
  }
}
test('what answers and what trains are kernels of their own, but for which build they are', () => {
  for (const build of features.relaxedSimd ? BUILDS : BUILDS.filter((name) => !name.startsWith('relaxed'))) {
    const [answering, training] = filesOf(build).map((file) =>
      WebAssembly.Module.exports(compiled(file)).map(({ name }) => name),
    );
    assert.equal(
      answering.filter((name) => training.includes(name) && name !== 'memory'),
      ['relaxed'],
      build,
    );
    assert.ok(answering.includes('tree_explain') && training.includes('tree_histogram'));
  }
});

test('no module has 40 kB', () => {
  for (const build of BUILDS) for (const file of filesOf(build)) assert.ok(bytes(file).length < 40_000, file);
});

test('modules of two builds are refused', () => {
  if (!features.relaxedSimd) return console.log('skipped: this runtime does not validate relaxed SIMD');
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const mixed = (['simd', 'relaxed-training'] as const).map(compiled);
  assert.throws(() => instantiate(mixed, memory), /the module that trains is of another build than the one that answers/);
});
test.run();
