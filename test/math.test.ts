/** src/math.ts against Math's own, which are right to an ulp but not the same everywhere; and the same bytes in every engine. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { argmax, cosine, exp, lgamma, log, logistic, pow, sine, square } from '../src/math.js';
import { inRuntime } from './support/runtimes.js';

/** Units in the last place of `expected` between the two. */
function ulps(actual: number, expected: number): number {
  if (actual === expected) return 0;
  const exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(expected))));
  return Math.abs(actual - expected) / 2 ** (exponent - 52);
}
const normal = fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true });
const RUNS = { numRuns: 5000 };

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

test('lgamma is SciPy’s, and log (n − 1)! of whole numbers', () => {
  const { lgamma: values } = JSON.parse(readFileSync('test/fixtures/bayesian-network.json', 'utf8'));
  const near = (x: number, expected: number) =>
    assert.ok(Math.abs(lgamma(x) - expected) <= 1e-14 * Math.max(1, Math.abs(expected)), `${x}: ${lgamma(x)}, ${expected}`);
  for (const [x, expected] of values as [number, number][]) near(x, expected);
  let sum = 0;
  for (let n = 1; n < 2000; n++) {
    near(n, sum);
    sum += Math.log(n);
  }
  // Γ(x + 1) = x Γ(x), where the step is no part of the sum.
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (x) => {
      const step = Math.abs(lgamma(x + 1) - lgamma(x) - Math.log(x));
      assert.ok(step <= 3e-14 * Math.max(1, Math.abs(lgamma(x + 1))), `${x}: ${step}`);
    }),
    RUNS,
  );
});

test('sine and cosine of turns are within 2 ulp of 1, and exact at quarters', () => {
  const near = (actual: number, expected: number, x: number) => assert.ok(Math.abs(actual - expected) <= 2 ** -51, `${x}`);
  fc.assert(
    // Turns of few digits: the product with 2π is then the only rounding of what is compared with.
    fc.property(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), (k) => {
      const x = k / 2 ** 20;
      near(sine(x), Math.sin(2 * Math.PI * (x % 0.5)) * (Math.abs(x % 1) >= 0.5 ? -1 : 1), x);
      near(sine(x) * sine(x) + cosine(x) * cosine(x), 1, x);
      assert.is(sine(x + 8), sine(x) || 0);
      assert.is(cosine(x), sine(x + 0.25));
    }),
    RUNS,
  );
  const quarters = [0, 0.25, 0.5, 0.75, 1, 1.25, -0.25];
  assert.equal(quarters.map(sine), [0, 1, 0, -1, 0, 1, -1]);
  assert.equal(quarters.map(cosine), [1, 0, -1, 0, 1, 0, 0]);
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

const EXPECTED = '0432c6af4371d45378390751c5339d674920dd3e7cbbca8fa60c75b5f14d329a';
const table = fileURLToPath(new URL('./support/math-table.js', import.meta.url));
for (const [name, ...args] of [['node'], ['node26'], ['bun'], ['deno', 'run', '--allow-read', '--quiet']]) {
  inRuntime(name, 'the same bytes over a table', (command) => {
    assert.is(execFileSync(command, [...args, table], { encoding: 'utf8' }).trim(), EXPECTED);
  });
}
test.run();
