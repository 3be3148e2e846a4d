/** The file format: what is written comes back, the bytes are what the format says, and no change of any byte passes. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors, type Safetensors, type Tensor, writeSafetensors } from '../src/safetensors.js';
import { refusal } from './support/refused.js';

const shape = fc.array(fc.nat(4), { maxLength: 3 });
const tensor: fc.Arbitrary<Tensor> = fc.tuple(shape, fc.boolean(), fc.double()).map(([sizes, wide, value]) => {
  const n = sizes.reduce((a, b) => a * b, 1);
  const list = Array.from({ length: n }, (_, i) => value + i);
  return { shape: sizes, values: wide ? Float64Array.from(list) : Float32Array.from(list) };
});
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', '中文 "quoted" \\ \n', '0'.repeat(64), '"sha256":"'),
);
const file: fc.Arbitrary<Safetensors> = fc.record({
  metadata: fc.dictionary(
    text.filter((key) => key !== 'sha256'),
    text,
    { maxKeys: 4 },
  ),
  tensors: fc.dictionary(
    text.filter((key) => key !== '__metadata__'),
    tensor,
    { maxKeys: 4 },
  ),
});
const plain = (tensors: Record<string, Tensor>) =>
  Object.entries(tensors)
    .map(([name, { shape: sizes, values }]) => [name, sizes, values.constructor.name, [...values]])
    .sort();

test('what is written comes back, from bytes at any offset', () =>
  fc.assert(
    fc.asyncProperty(file, fc.nat(9), async (contents, offset) => {
      const bytes = await writeSafetensors(contents);
      const larger = new Uint8Array(bytes.length + offset);
      larger.set(bytes, offset);
      const { metadata, tensors } = await readSafetensors(larger.subarray(offset));
      const { sha256, ...rest } = metadata;
      assert.match(sha256, /^[0-9a-f]{64}$/);
      assert.equal(Object.entries(rest).sort(), Object.entries(contents.metadata).sort());
      assert.equal(plain(tensors), plain(contents.tensors));
      assert.equal(await writeSafetensors({ metadata, tensors }), bytes, 'the same contents give the same bytes');
    }),
  ));

test('the bytes are those of the format: a length, JSON padded to 8, tensors one after the other', async () => {
  const bytes = await writeSafetensors({
    metadata: { kind: 'test' },
    tensors: { b: { shape: [2], values: Float64Array.of(1, 2) }, a: { shape: [1, 3], values: Float32Array.of(5, 6, 7) } },
  });
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  assert.is(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  assert.equal(header.a, { dtype: 'F32', shape: [1, 3], data_offsets: [0, 12] });
  assert.equal(header.b, { dtype: 'F64', shape: [2], data_offsets: [12, 28] });
  assert.is(header.__metadata__.kind, 'test');
  assert.is(bytes.length, 8 + length + 28);
  assert.equal(
    [0, 4, 8].map((at) => view.getFloat32(8 + length + at, true)),
    [5, 6, 7],
  );
});

test('a text of zeros before the checksum is not taken for it', async () => {
  // Keys that are numbers come first in an object.
  const metadata = { 0: '0'.repeat(64), a: `"sha256":"${'a'.repeat(64)}"` };
  const { sha256: _, ...rest } = (await readSafetensors(await writeSafetensors({ metadata, tensors: {} }))).metadata;
  assert.equal(rest, { ...metadata });
});

const sample = await writeSafetensors({
  metadata: { name: 'x' },
  tensors: { w: { shape: [3], values: Float32Array.of(1, 2, 3) } },
});

test('no change of a byte and no cut passes', () =>
  fc.assert(
    fc.asyncProperty(fc.nat(sample.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, flip, cut) => {
      const bytes = cut ? sample.slice(0, at) : sample.slice();
      if (!cut) bytes[at] ^= flip;
      const { code, message } = await refusal(() => readSafetensors(bytes));
      assert.is(code, 'model');
      assert.match(message, /^Not a usable model file: .*expected .*, found .*Save the model again\.$/);
    }),
    { numRuns: 300 },
  ));

/** A file with this header and the checksum that belongs to it. */
async function forged(header: object, data = new Uint8Array(16)): Promise<Uint8Array> {
  const zeros = '0'.repeat(64);
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: { sha256: zeros }, ...header }));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sum = Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('');
  bytes.set(new TextEncoder().encode(sum), 8 + new TextDecoder('latin1').decode(bytes.subarray(8)).indexOf(zeros));
  return bytes;
}

test('a header that says what is not so is refused, though its checksum is right', async () => {
  const cases: [object, RegExp][] = [
    [{ w: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, /type of tensor 'w': expected F32 or F64, found I64/],
    [{ w: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, /shape of tensor 'w'/],
    [{ w: { dtype: 'F32', shape: [1.5], data_offsets: [0, 4] } }, /shape of tensor 'w'/],
    [{ w: { dtype: 'F32', shape: [2 ** 60], data_offsets: [0, 4] } }, /shape of tensor 'w'|tensor 'w'/],
    [{ w: { dtype: 'F32', shape: [1], data_offsets: [0] } }, /place of tensor 'w'/],
    [{ w: { dtype: 'F32', shape: [5], data_offsets: [0, 20] } }, /tensor 'w': expected 20 bytes within the file/],
    [{ w: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, /tensor 'w': expected 8 bytes/],
    [{ w: { dtype: 'F64', shape: [1], data_offsets: [12, 20] } }, /tensor 'w': expected 8 bytes within/],
    [{ w: { dtype: 'F32', shape: [1], data_offsets: [8, 4] } }, /tensor 'w'/],
    [{ w: null }, /type of tensor 'w': expected F32 or F64, found undefined/],
    [{ __metadata__: { sha256: '0'.repeat(64), n: 5 } }, /metadata: expected texts by name/],
  ];
  for (const [header, expected] of cases) {
    const bytes = await forged(header);
    const { code, message } = await refusal(() => readSafetensors(bytes));
    assert.is(code, 'model');
    assert.match(message, expected);
  }
  const good = await readSafetensors(await forged({ w: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] } }));
  assert.equal([...good.tensors.w.values], [0, 0, 0, 0]);
});
test.run();
