/** Accuracy on held-out rows, in batches of any size; R² is held in test/metrics/regression.test.ts. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeldScore } from '../../../src/programs/perceptron/held-score.js';
import { stride } from '../../../src/wasm/kernels.js';

/** Rows of raw outputs, few different ones, with the class of each. */
const rows = (outputs: number, classes: number) =>
  fc.array(
    fc.tuple(fc.array(fc.integer({ min: -2, max: 2 }), { minLength: outputs, maxLength: outputs }), fc.nat(classes - 1)),
    {
      minLength: 1,
      maxLength: 30,
    },
  );

function score(output: 'softmax' | 'logistic', outputs: number, given: [number[], number][], cut: number): number {
  const held = new HeldScore({ sizes: [1, outputs], activation: 'relu', output }, given.length);
  const ld = stride(outputs);
  for (let first = 0; first < given.length; first += cut) {
    const part = given.slice(first, first + cut);
    const z = Float32Array.from(part.flatMap(([row]) => [...row, ...new Array(ld - outputs).fill(99)]));
    const labels = part.map(([, label]) => label);
    held.add(z, output === 'softmax' ? new Float32Array(Int32Array.from(labels).buffer) : Float32Array.from(labels));
  }
  return held.value();
}

test('the share of rows whose largest output, the first of equal ones, is the class', () => {
  fc.assert(
    fc.property(rows(5, 5), fc.integer({ min: 1, max: 9 }), (given, cut) => {
      const good = given.filter(([row, label]) => row.indexOf(Math.max(...row)) === label).length;
      assert.is(score('softmax', 5, given, cut), good / given.length);
    }),
  );
});

test('of two classes the second is taken above zero', () => {
  fc.assert(
    fc.property(rows(1, 2), fc.integer({ min: 1, max: 9 }), (given, cut) => {
      const good = given.filter(([[z], label]) => Number(z > 0) === label).length;
      assert.is(score('logistic', 1, given, cut), good / given.length);
    }),
  );
});
test.run();
