/** Options against what a schema says: names, ranges, defaults, and messages that hold no values of a user. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as v from 'valibot';
import { above, atLeast, checked, flag, group, oneOf, opaque, RUN, seed, share, whole } from '../src/options.js';
import { refusesUnknownNames, refusesValues } from './support/refused.js';

const SCHEMA = v.strictObject({
  engine: v.optional(opaque<object>()),
  seed: v.optional(seed, 0),
  size: v.optional(whole(1, 9), 3),
  rate: v.optional(above(0), 0.5),
  alpha: v.optional(atLeast(0), 1),
  held: v.optional(share, 0.2),
  shuffle: v.optional(flag, true),
  solver: v.optional(oneOf('adam', 'sgd', 'lbfgs'), 'adam'),
  memory: v.optional(group({ initial: v.optional(whole(1)), maximum: v.optional(whole(1), 8) }), {}),
  ...RUN,
});
const check = (options: object) => checked(SCHEMA, options);

test('what is not given has its default, in groups too; undefined is not given', () => {
  const defaults = { seed: 0, size: 3, rate: 0.5, alpha: 1, held: 0.2, shuffle: true, solver: 'adam', memory: { maximum: 8 } };
  assert.equal(check({}), defaults);
  assert.equal(check({ size: undefined }).size, 3);
  assert.equal(check({ memory: { initial: 4 } }).memory, { initial: 4, maximum: 8 });
});

test('any name that is not known is refused, with those that are', () =>
  refusesUnknownNames(Object.keys(SCHEMA.entries), check));

test('a name within a group is refused with the group', () =>
  refusesUnknownNames(['initial', 'maximum'], (memory) => check({ memory }), 'memory.'));

test('values out of range are refused with name, range and what was found', () =>
  refusesValues(
    [
      [{ seed: -1 }, /^Option 'seed' must be a whole number from 0 to 4294967295; found -1\.$/],
      [{ seed: 1.5 }, /whole number.*found 1\.5/],
      [{ size: 10 }, /a whole number from 1 to 9; found 10/],
      [{ size: '3' }, /a whole number from 1 to 9; found '3'/],
      [{ size: Number.NaN }, /whole number from 1 to 9; found NaN/],
      [{ rate: 0 }, /'rate' must be a number above 0; found 0/],
      [{ rate: Number.POSITIVE_INFINITY }, /above 0; found Infinity/],
      [{ alpha: -1e-9 }, /'alpha' must be a number, at least 0/],
      [{ held: 1 }, /'held' must be between 0 and 1; found 1/],
      [{ held: 0 }, /between 0 and 1; found 0/],
      [{ shuffle: 1 }, /'shuffle' must be true or false; found 1/],
      [{ solver: 'newton' }, /'solver' must be 'adam', 'sgd' or 'lbfgs'; found 'newton'/],
      [{ memory: 5 }, /'memory' must be an object of options; found 5/],
      [{ memory: { initial: 0 } }, /'memory\.initial' must be a whole number from 1; found 0/],
      [{ signal: true }, /'signal' must be an AbortSignal; found true/],
      [{ onProgress: 3 }, /'onProgress' must be a function; found 3/],
      [{ size: null }, /found null|found object/],
    ],
    check,
  ));

test('of an object that was found only its type is told', () =>
  refusesValues([[{ size: { secret: 'of a user' } }, /; found object\.$/]], check));

test('what is no object is refused', async () => {
  for (const options of [null, 3, 'x', [], undefined])
    await refusesValues([[{}, /^Options must be an object; found /]], () => checked(SCHEMA, options));
});

test('a range takes exactly the whole numbers within it', () => {
  const narrow = v.strictObject({ n: whole(-3, 7) });
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: -9, max: 12 }), fc.double()), (n) => {
      let taken = true;
      try {
        checked(narrow, { n });
      } catch {
        taken = false;
      }
      assert.is(taken, Number.isInteger(n) && n >= -3 && n <= 7);
    }),
  );
});

test('a signal of another realm passes, and so does a real one', () => {
  const foreign = { aborted: false };
  assert.is(check({ signal: foreign }).signal as object, foreign);
  const { signal } = new AbortController();
  assert.is(check({ signal }).signal, signal);
});
test.run();
