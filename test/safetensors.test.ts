/** The container of model files: whatever texts and tensors go in come out, by any name. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PartReader } from '../src/part.js';
import { readSafetensors, writeSafetensors } from '../src/safetensors.js';

const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'sha', 'length'));
const byName = <T>(values: fc.Arbitrary<T>) =>
  fc
    .uniqueArray(fc.tuple(names, values), { selector: ([name]) => name, maxLength: 6 })
    .map((entries) => Object.fromEntries(entries));
const tensor = fc.oneof(
  fc.float32Array({ noNaN: true, maxLength: 9 }).map((values) => ({ shape: [values.length], values })),
  fc.float64Array({ noNaN: true, maxLength: 9 }).map((values) => ({ shape: [1, values.length], values })),
);

test('texts and tensors by any name, those that every object inherits too', () =>
  fc.assert(
    fc.asyncProperty(byName(fc.string()), byName(tensor), async (metadata, tensors) => {
      fc.pre(!('sha256' in metadata) && !Object.hasOwn(tensors, '__metadata__'));
      const read = await readSafetensors(await writeSafetensors({ metadata, tensors }));
      const { sha256: _, ...texts } = read.metadata;
      assert.equal(Object.entries(texts).sort(), Object.entries(metadata).sort());
      assert.equal(Object.keys(read.tensors).sort(), Object.keys(tensors).sort());
      for (const [name, { shape, values }] of Object.entries(tensors)) {
        assert.equal(read.tensors[name].shape, shape);
        assert.ok(values.every((value, i) => Object.is(value, read.tensors[name].values[i])));
      }
      assert.is(Object.getPrototypeOf(read.tensors), Object.prototype);
    }),
    { numRuns: 300 },
  ));

test('a part has what is its own', () => {
  const part = new PartReader({ metadata: {}, tensors: {} });
  for (const name of ['constructor', 'toString', '__proto__']) assert.is(part.has(name), false);
});

test.run();
