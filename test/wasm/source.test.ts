/** Kernels from whatever a runtime has at hand; what comes in their place is told by the edge's tests too (test/runtimes/edge.test.ts). */
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileKernels, type WasmSource } from '../../src/wasm/source.js';
import { refusal } from '../support/refused.js';

const bytes = new Uint8Array(readFileSync('dist/kernels/simd.wasm'));
const url = `data:application/wasm;base64,${Buffer.from(bytes).toString('base64')}`;

/** Bytes at an offset within a larger buffer. */
function within(): DataView {
  const larger = new Uint8Array(bytes.length + 64);
  larger.set(bytes, 32);
  return new DataView(larger.buffer, 32, bytes.length);
}

const SOURCES: Record<string, () => WasmSource> = {
  'a module': () => new WebAssembly.Module(bytes),
  bytes: () => bytes,
  'a buffer': () => bytes.buffer as ArrayBuffer,
  'a view into a buffer': within,
  'a URL': () => new URL(url),
  'a text': () => url,
  'a response': () => new Response(bytes),
  'a promise of bytes': () => Promise.resolve(bytes),
  'a buffer of another realm': () => vm.runInNewContext('(b) => Uint8Array.from(b).buffer')(bytes),
};

for (const [name, source] of Object.entries(SOURCES)) {
  test(`kernels from ${name}`, async () => {
    const module = await compileKernels(source());
    assert.ok(WebAssembly.Module.exports(module).some(({ name: exported }) => exported === 'dense_forward'));
  });
}

test('what is no source is refused by its type', async () => {
  for (const given of [null, undefined, 5, true, {}, []]) {
    const { code, message } = await refusal(() => compileKernels(given as never));
    assert.is(code, 'argument');
    assert.match(
      message,
      /'wasm' must be a WebAssembly\.Module, bytes, a URL or a Response; found (null|undefined|number|boolean|object)\.$/,
    );
  }
});

test('what came in their place is told', async () => {
  const cases: [WasmSource, RegExp][] = [
    [new TextEncoder().encode(' \n<!doctype html><p>not here'), /the bytes given is an HTML page \(\d+ bytes\)/],
    [new Response('gone', { status: 410 }), /the response given answered with status 410/],
    [new Response(''), /is nothing \(0 bytes\)/],
    [bytes.subarray(0, bytes.length - 9), /does not compile \(\d+ bytes; was it cut short\?\)/],
    [Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0), /not the kernels of this version of cameo/],
    [readFileSync('dist/kernels/simd-training.wasm'), /the bytes given holds only those that train/],
  ];
  for (const [source, expected] of cases) {
    const { code, message } = await refusal(() => compileKernels(source));
    assert.is(code, 'runtime');
    assert.match(message, expected);
  }
});
test('kernels that train are told from those that answer', async () => {
  await compileKernels(readFileSync('dist/kernels/simd-training.wasm'), 'training');
  const { code, message } = await refusal(() => compileKernels(bytes, 'training'));
  assert.is(code, 'runtime');
  assert.match(message, /the bytes given holds only those that answer/);
});
test.run();
