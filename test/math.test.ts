/** src/math.ts against Math's own, which are right to an ulp but not the same everywhere; and the same bytes in every engine. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { argmax, cosine, exp, log, logistic, pow, square } from '../src/math.js';
import { inRuntime } from './support/runtimes.js';

/** Units in the last place of `expected` between the two. */
function ulps(actual: number, expected: number): number {
  if (actual === expected) return 0;
  const exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(expected))));
  return Math.abs(actual - expected) / 2 ** (exponent - 52);
}
const normal = fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true });
const RUNS = { numRuns: 5000 };

test('cosine is within 1e-15 over half a turn', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (u) => {
      assert.ok(Math.abs(cosine(u) - Math.cos(Math.PI * u)) < 1e-15, `${u}`);
    }),
    RUNS,
  );
});

test('log is within 4 ulp', () => {
  fc.assert(
    fc.property(normal, (x) => assert.ok(ulps(log(x), Math.log(x)) <= 4, `${x}`)),
    RUNS,
  );
  fc.assert(
    fc.property(fc.double({ min: 0.7, max: 1.4, noNaN: true }), (x) => assert.ok(ulps(log(x), Math.log(x)) <= 4, `${x}`)),
    RUNS,
  );
  assert.is(log(1), 0);
});

test('exp is within 4 ulp, and ends in 0 and infinity', () => {
  fc.assert(
    fc.property(fc.double({ min: -708, max: 709, noNaN: true }), (x) => assert.ok(ulps(exp(x), Math.exp(x)) <= 4, `${x}`)),
    RUNS,
  );
  assert.equal([exp(0), exp(-709), exp(710)], [1, 0, Number.POSITIVE_INFINITY]);
});

test('pow is within 4 + 5 |y log x| ulp', () => {
  fc.assert(
    fc.property(normal, fc.double({ min: -20, max: 20, noNaN: true }), (x, y) => {
      const size = Math.abs(y * Math.log(x));
      fc.pre(size < 700);
      assert.ok(ulps(pow(x, y), x ** y) <= 4 + 5 * size, `${x} ** ${y}`);
    }),
    RUNS,
  );
  fc.assert(fc.property(normal, (x) => assert.equal([pow(x, 0), pow(1, Math.min(x, 1e300))], [1, 1])));
});

test('logistic falls and rises symmetrically about a half', () => {
  assert.is(logistic(0), 0.5);
  fc.assert(
    fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => {
      assert.ok(Math.abs(logistic(x) + logistic(-x) - 1) < 1e-15);
      assert.ok(ulps(logistic(x), 1 / (1 + Math.exp(-x))) <= 6);
    }),
  );
});

test('square is rounded once', () => {
  // x² = high · 2⁶⁰ + …, exactly, of whole numbers.
  fc.assert(fc.property(fc.maxSafeInteger(), (x) => assert.is(square(x), Number(BigInt(x) * BigInt(x)))));
});

test('argmax is the first of the largest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 9 }), fc.nat(4), (values, first) => {
      const padded = [...new Array(first).fill(9), ...values, 9];
      assert.is(argmax(padded, first, values.length), values.indexOf(Math.max(...values)));
    }),
  );
});

const EXPECTED = '098e461f74549d872827cfbe14ee5ab1cac095e445d588fd4faeed2c638ba251';
const table = fileURLToPath(new URL('./support/math-table.js', import.meta.url));
for (const [name, ...args] of [['node'], ['node26'], ['bun'], ['deno', 'run', '--allow-read', '--quiet']]) {
  inRuntime(name, 'the same bytes over a table', (command) => {
    assert.is(execFileSync(command, [...args, table], { encoding: 'utf8' }).trim(), EXPECTED);
  });
}
test.run();
