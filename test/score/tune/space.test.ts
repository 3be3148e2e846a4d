/** Where options are looked for: what the schemas of families and recommenders say, and values that these schemas accept. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as v from 'valibot';
import { families } from '../../../src/models/index.js';
import { above, checked, flag, type OptionSchema, oneOf, portion, sought, whole } from '../../../src/options.js';
import { families as recommenders } from '../../../src/recommend/index.js';
import { configAt, dimensionsOf, standardPoint, valueAt } from '../../../src/score/tune/space.js';

const every: [name: string, schema: OptionSchema][] = [...Object.entries(families), ...Object.entries(recommenders)].map(
  ([name, { options }]) => [name, options],
);

test('a schema gives bounds, words and wholeness, where it says that an option is sought', () => {
  const schema = v.strictObject({
    rate: v.optional(v.pipe(above(0), sought({ from: 0.01, to: 1, log: true })), 0.1),
    rows: v.optional(v.pipe(whole(2, 100), sought())),
    word: v.optional(v.pipe(oneOf('a', 'b'), sought()), 'b'),
    on: v.optional(v.pipe(flag, sought()), false),
    part: v.optional(v.pipe(portion, sought({ from: 0.2 })), 1),
    sizes: v.optional(v.pipe(v.array(whole(1)), sought({ choices: [[1], [2, 3]] })), [1]),
    other: v.optional(whole(1), 3),
  });
  assert.equal(dimensionsOf(schema), [
    { name: 'rate', from: 0.01, to: 1, log: true, whole: false, standard: 0.1 },
    { name: 'rows', from: 2, to: 100, log: false, whole: true, standard: undefined },
    { name: 'word', choices: ['a', 'b'], standard: 'b' },
    { name: 'on', choices: [false, true], standard: false },
    { name: 'part', from: 0.2, to: 1, log: false, whole: false, standard: 1 },
    { name: 'sizes', choices: [[1], [2, 3]], standard: [1] },
  ]);
  assert.throws(() => dimensionsOf(v.strictObject({ x: v.optional(v.pipe(above(0), sought()), 1) })), /sought without bounds/);
});

test('whatever is looked for, each schema takes it, whole and within its bounds', () => {
  const dimensions = every.map(([name, schema]) => [name, schema, dimensionsOf(schema)] as const);
  assert.ok(dimensions.filter(([, , own]) => own.length > 1).length >= 6);
  for (const [name, schema, own] of dimensions) {
    const space = { families: { [name]: own }, shared: [] };
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1 - 1e-9, noNaN: true }), { minLength: own.length, maxLength: own.length }),
        (at) => {
          const { options } = configAt(space, { family: name, at });
          assert.equal(
            Object.keys(options),
            own.map((dimension) => dimension.name),
          );
          checked(schema, options);
        },
      ),
      { numRuns: 30 },
    );
  }
});

test('a default stands where its value does', () => {
  for (const [name, schema] of every) {
    const space = { families: { [name]: dimensionsOf(schema) }, shared: [] };
    const { at } = standardPoint(space, name);
    at.forEach((place, d) => {
      const dimension = space.families[name][d];
      if (place === undefined) return;
      const [value, standard] = [valueAt(dimension, place), dimension.standard];
      if (typeof standard === 'number')
        assert.ok(Math.abs((value as number) - standard) <= 1e-3 * standard, `${name} ${dimension.name}`);
      else assert.equal(value, standard);
    });
  }
});

test('numbers by their logarithm are spread evenly over it', () => {
  const dimension = { name: 'x', from: 0.01, to: 100, log: true, whole: false };
  assert.equal(
    [0, 0.25, 0.5, 0.75].map((at) => valueAt(dimension, at)),
    [0.01, 0.1, 1, 10],
  );
});

test.run();
