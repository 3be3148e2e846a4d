/** Parts of a model file: what is read is what was written, and nothing passes that was not looked at. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as v from 'valibot';
import { f32, f64, joinParts, type Part, PartReader, partOf } from '../src/part.js';
import { refusal } from './support/refused.js';

const reader = (part: Partial<Part>) => new PartReader({ metadata: {}, tensors: {}, ...part });
const refused = async (work: () => unknown, pattern: RegExp) => {
  const { code, message } = await refusal(work);
  assert.is(code, 'model');
  assert.match(message, pattern);
};

test('tensors are read with the shape that they must have, as views', () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const part = reader({
    tensors: { w: f32(values, 2, 3), v: f64([0.1, 0.2]), n: f64([3, 1]), none: f32(new Float32Array(0)) },
  });
  assert.is(part.f32('w', [2, 3]), values);
  assert.equal([...part.f64('v', [2])], [0.1, 0.2]);
  assert.equal(part.i32('n', [2], { least: 1, most: 3 }), Int32Array.of(3, 1));
  assert.is(part.f32('none', [0]).length, 0);
  assert.equal([part.length('w'), part.length('w', 1), part.length('w', 2), part.length('absent')], [2, 3, 0, 0]);
  assert.equal([part.has('w'), part.has('absent')], [true, false]);
  // What every object inherits is not in the part.
  assert.equal([part.has('constructor'), part.has('__proto__')], [false, false]);
});

test('another type, another shape, nothing: what was expected and what was found', async () => {
  const part = reader({ tensors: { w: f32(Float32Array.of(1, 2, 3, 4), 2, 2), v: f64([1]) } });
  await refused(() => part.f32('w', [4]), /tensor 'w': expected F32\[4\], found F32\[2,2\]/);
  await refused(() => part.f64('w', [2, 2]), /expected F64\[2,2\], found F32\[2,2\]/);
  await refused(() => part.f32('v', [1]), /expected F32\[1\], found F64\[1\]/);
  await refused(() => part.f32('absent', [2]), /tensor 'absent': expected F32\[2\], found nothing/);
  await refused(() => part.i32('w', [4], { least: 0, most: 9 }), /expected F64\[4\]/);
});

test('of any numbers exactly those pass that are finite and within the bounds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double(), { minLength: 1, maxLength: 9 }),
      fc.double({ noNaN: true }),
      fc.double({ noNaN: true }),
      (values, a, b) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)];
        const part = reader({ tensors: { x: f64(values) } });
        const good = values.every((x) => Number.isFinite(x) && x >= least && x <= most);
        let passed = true;
        try {
          part.f64('x', [values.length], { least, most });
        } catch (error) {
          passed = false;
          assert.match(
            (error as Error).message,
            /tensor 'x': expected (finite numbers, found NaN or infinity|numbers from .* to )/,
          );
        }
        assert.is(passed, good);
        if (values.every(Number.isFinite)) part.f64('x', [values.length]);
      },
    ),
  );
});

test('whole numbers are whole', async () => {
  const part = reader({ tensors: { n: f64([1, 2.5]), m: f64([7]) } });
  await refused(() => part.i32('n', [2], { least: 0, most: 9 }), /whole numbers, found fractions/);
  await refused(() => part.i32('m', [1], { least: 0, most: 6 }), /numbers from 0 to 6, found 7/);
});

test('texts and JSON are read by what they must be, and the place that is wrong is named', async () => {
  const schema = v.strictObject({ task: v.picklist(['a', 'b']), sizes: v.array(v.number()) });
  const part = reader({
    metadata: { name: '', good: '{"task":"a","sizes":[1]}', bad: '{"task":"a","sizes":[1,"2"]}', cut: '{"task' },
  });
  assert.is(part.text('name'), '');
  assert.equal(part.json('good', schema), { task: 'a', sizes: [1] });
  await refused(() => part.text('absent'), /metadata 'absent': expected a text, found nothing/);
  await refused(() => part.json('absent', schema), /metadata 'absent': expected a text, found nothing/);
  await refused(() => part.text('constructor'), /expected a text, found nothing/);
  await refused(() => part.json('cut', schema), /metadata 'cut': expected JSON, found something else/);
  await refused(() => part.json('bad', schema), /metadata 'bad' at 'sizes\.1': expected number, found "2"/);
  await refused(() => part.check(false, 'the network', '3 layers', 2), /the network: expected 3 layers, found 2/);
  part.check(true, '', 0, 0);
});

const name = fc.string({ maxLength: 5 }).filter((text) => !text.includes('.'));
const anyPart: fc.Arbitrary<Part> = fc.record({
  metadata: fc.dictionary(fc.string({ maxLength: 5 }), fc.string()),
  tensors: fc.dictionary(
    fc.string({ maxLength: 5 }),
    fc.array(fc.float({ noNaN: true, noDefaultInfinity: true })).map((a) => f32(Float32Array.from(a))),
  ),
});

test('parts under prefixes come back as they were, each alone', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, anyPart), { selector: ([prefix]) => prefix, maxLength: 5 }), (parts) => {
      const joint = joinParts(parts);
      for (const [prefix, part] of parts) {
        const found = partOf(joint, prefix);
        assert.equal({ ...found.metadata }, { ...part.metadata });
        assert.equal(Object.keys(found.tensors).sort(), Object.keys(part.tensors).sort());
        for (const key of Object.keys(part.tensors))
          assert.is(new PartReader(joint).under(prefix).f32(key, part.tensors[key].shape), part.tensors[key].values);
      }
      assert.equal(partOf(joint, 'nobody has this'), { metadata: {}, tensors: {} });
    }),
  );
});
test.run();
