/** Descriptions of odd columns: empty, constant, of any numbers and texts, of one row and of none. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Description, describeTable } from '../../src/index.js';
import { numberColumn as number, textColumn as text } from '../support/tables.js';

const odd = fc.integer({ min: 0, max: 30 }).chain((rows) => {
  const value = fc.oneof(
    fc.constant(null),
    fc.double({ min: -3e38, max: 3e38, noNaN: true }),
    fc.constantFrom(0, -0, 1, 5e-324, 2 ** 53),
  );
  const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: rows, maxLength: rows });
  return fc.record({
    numbers: fc.oneof(list(value), list(fc.constant(null)), list(fc.constant(7.5))),
    texts: fc.oneof(list(fc.option(fc.string())), list(fc.constant(null)), list(fc.constant('<script>'))),
    target: list(fc.constantFrom('a', 'b', 'c', null)),
  });
});

test('any column, of no row too, is described: counts add up, nothing is a number that is none', () => {
  fc.assert(
    fc.property(odd, ({ numbers, texts, target }) => {
      const rows = numbers.length;
      const columns = [number('n', numbers), text('t', texts), text('y', target)];
      const several = new Set(target.filter((y) => y !== null)).size > 1;
      let described: Description;
      try {
        described = describeTable({ rows, columns }, several ? { target: 'y' } : {});
      } catch (error) {
        // As in fitting: more classes than rows to hold out.
        assert.match((error as Error).message, /Holding rows out of every class/);
        return;
      }
      assert.not.match(
        JSON.stringify(described, (_, v) => (Number.isNaN(v) || Math.abs(v) === Infinity ? 'no number' : v)),
        /no number/,
      );
      for (const { numbers: found, values, others, ...counted } of described.columns) {
        const [missing, distinct] = [counted.missing as number, counted.distinct as number];
        assert.ok(missing >= 0 && distinct <= rows - missing && missing <= rows);
        if (found) {
          assert.is(
            found.histogram.reduce((sum, bin) => sum + bin.count, 0),
            rows - missing,
          );
          assert.ok(
            found.least <= found.lowerQuartile && found.lowerQuartile <= found.median && found.median <= found.upperQuartile,
          );
          assert.ok(
            found.upperQuartile <= found.most && found.mean >= found.least && found.mean <= found.most && found.deviation >= 0,
          );
        }
        if (values && others)
          assert.is(
            values.reduce((sum, v) => sum + v.count, others.count),
            rows - missing,
          );
      }
    }),
    { numRuns: 300 },
  );
});

test.run();
