/** Arrow's C Data Interface, byte by byte, and as arrow-js-ffi reads it. */
import { Field, Float32, Int32, Struct } from 'apache-arrow';
import { parseData } from 'arrow-js-ffi';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ARROW_BYTES, writeArrow } from '../../src/programs/arrow.js';
import { Layout } from '../../src/wasm/memory.js';

const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });

test('the structure is that of the interface, without a release', () => {
  const layout = new Layout(4096);
  const child = writeArrow(memory, layout, { length: 3, nullCount: 1, buffers: [640, 704] });
  const at = writeArrow(memory, layout, { length: 3, buffers: [0], children: [child] });
  const view = new DataView(memory.buffer);
  const words = (address: number) => [0, 8, 16, 24, 32].map((offset) => Number(view.getBigInt64(address + offset, true)));
  const pointers = (address: number) => [40, 44, 48, 52, 56].map((offset) => view.getUint32(address + offset, true));
  assert.equal(words(child), [3, 1, 0, 2, 0]);
  const [buffers, children, ...none] = pointers(child);
  assert.equal([view.getUint32(buffers, true), view.getUint32(buffers + 4, true)], [640, 704]);
  assert.is(children, buffers + 8);
  assert.equal(none, [0, 0, 0]);
  assert.equal(words(at), [3, 0, 0, 1, 1]);
  const [own, list] = pointers(at);
  assert.equal([view.getUint32(own, true), view.getUint32(list, true)], [0, child]);
});

test('arrays take no more room than is said', () => {
  const layout = new Layout(0);
  writeArrow(memory, layout, { length: 1, buffers: [0, 0, 0], children: [0, 0, 0, 0, 0] });
  assert.ok(layout.bytes <= ARROW_BYTES);
});

test('a reader of the interface sees the columns', () => {
  const layout = new Layout(8192, memory);
  const numbers = layout.put(Float32Array.of(1.5, 0, -2));
  const valid = layout.put(Uint8Array.of(0b101));
  const codes = layout.put(Int32Array.of(7, 8, 9));
  const children = [
    writeArrow(memory, layout, { length: 3, nullCount: 1, buffers: [valid, numbers] }),
    writeArrow(memory, layout, { length: 3, buffers: [0, codes] }),
  ];
  const at = writeArrow(memory, layout, { length: 3, buffers: [0], children });
  const type = new Struct([new Field('a', new Float32(), true), new Field('b', new Int32(), false)]);
  const data = parseData(memory.buffer, at, type as never, true);
  assert.is(data.length, 3);
  const [a, b] = data.children;
  assert.equal([a.nullCount, [...(a.values as Float32Array).subarray(0, 3)]], [1, [1.5, 0, -2]]);
  assert.equal([...(b.values as Int32Array).subarray(0, 3)], [7, 8, 9]);
});
test.run();
