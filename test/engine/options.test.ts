/** Options of the engines of each entry: names, ranges, what does not go together. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { createEngine as createBrowserEngine } from '../../src/engine/create-browser.js';
import { createEdgeEngine } from '../../src/engine/create-edge.js';
import { refusal, refusesUnknownNames, refusesValues } from '../support/refused.js';

const wasm = readFileSync('dist/kernels/simd.wasm');
const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
];
const NAMES = {
  node: ['threads', 'device', 'webgpu', 'reproducible', 'memory', 'worker'],
  browser: ['threads', 'device', 'webgpu', 'reproducible', 'wasm', 'worker', 'maximum'],
  edge: ['wasm', 'maximum'],
};
const CREATE = {
  node: (options: object) => createEngine(options),
  browser: (options: object) => createBrowserEngine(options),
  edge: (options: object) => createEdgeEngine({ wasm, ...options }),
};

for (const entry of ['node', 'browser', 'edge'] as const) {
  test(`${entry}: any name that is not known is refused`, () => refusesUnknownNames(NAMES[entry], CREATE[entry]));
}

test('names within groups are refused with their group', async () => {
  const webgpu = (options: object) => createEngine({ webgpu: options });
  await refusesUnknownNames(['initial', 'maximum'], (memory) => createEngine({ memory }), 'memory.');
  await refusesUnknownNames(['gpu', 'software', 'breakEven', 'limits'], webgpu, 'webgpu.');
  await refusesUnknownNames(LIMITS, (limits) => webgpu({ limits }), 'webgpu.limits.');
});

test('values out of range are refused with what was found', async () => {
  const both: [object, RegExp][] = [
    [{ threads: -1 }, /'threads' must be 'auto' or a whole number from 0 to \d+; found -1/],
    [{ threads: 1.5 }, /'threads'.*found 1\.5/],
    [{ threads: 'all' }, /'threads'.*found 'all'/],
    [{ device: 'gpu' }, /'device' must be 'auto', 'wasm' or 'webgpu'; found 'gpu'/],
    [{ reproducible: 'yes' }, /'reproducible' must be true or false; found 'yes'/],
    [{ webgpu: true }, /'webgpu' must be an object of options; found true/],
    [{ webgpu: { breakEven: -1 } }, /'webgpu\.breakEven' must be a number, at least 0; found -1/],
    [{ webgpu: { software: 1 } }, /'webgpu\.software' must be true or false/],
    [{ webgpu: { limits: { maxBufferSize: 0 } } }, /'webgpu\.limits\.maxBufferSize' must be a whole number from 1; found 0/],
    [{ device: 'webgpu', reproducible: true }, /Reproducible results come from the WebAssembly kernels alone/],
  ];
  await refusesValues(both, CREATE.node);
  await refusesValues(both, CREATE.browser);
  await refusesValues(
    [
      [{ memory: { initial: 1 } }, /'memory\.initial' must be a whole number from 65536 to 4294967296; found 1/],
      [{ memory: { maximum: 2 ** 33 } }, /'memory\.maximum'.*found 8589934592/],
      [{ memory: { initial: 2 ** 20, maximum: 2 ** 19 } }, /'memory\.initial' must be at most memory\.maximum; found 1048576/],
      [{ worker: './worker.js' }, /'worker' must be a URL; found '\.\/worker\.js'/],
    ],
    CREATE.node,
  );
  await refusesValues(
    [
      [{ wasm: 'simd.wasm' }, /'wasm' must be a function; found 'simd\.wasm'/],
      [{ worker: 5 }, /'worker' must be a URL; found 5/],
      [{ maximum: 65536 }, /'maximum' must be a whole number from 16777216 to 4294967296/],
      [{ threads: 257 }, /from 0 to 256; found 257/],
    ],
    CREATE.browser,
  );
  await refusesValues([[{ maximum: 5 }, /'maximum' must be a whole number from 65536 to 4294967296; found 5/]], CREATE.edge);
  const { message } = await refusal(() => createEdgeEngine({} as never));
  assert.is(message, "Option 'wasm' must be given; found undefined.");
  const other = await refusal(() => createEdgeEngine({ wasm: 5 as never }));
  assert.match(other.message, /'wasm' must be a WebAssembly\.Module, bytes, a URL or a Response; found number/);
});

test('what is not given has its default, and memories have the sizes asked for', async () => {
  await using engine = await createEngine({ threads: undefined, memory: { initial: 2 ** 20 }, device: 'wasm' });
  const { threads, reproducible, device } = engine.capabilities();
  assert.ok(threads > 0);
  assert.equal([reproducible, device], [false, 'wasm']);
  const { size, maximum } = engine.memoryStats();
  assert.equal([size, maximum], [2 ** 20, 2 ** 32]);
  await using edge = await createEdgeEngine({ wasm, maximum: 2 ** 21 + 5 });
  assert.is(edge.memoryStats().maximum, 2 ** 21 + 65536);
});
test.run();
