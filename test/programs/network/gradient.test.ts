/** A whole network with embedded numbers: its loss and the gradient of every parameter against finite differences in float64. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type EmbeddedNetwork, embeddedInputs, embeddedLength } from '../../../src/programs/network/embedding.js';
import { GradientPass } from '../../../src/programs/network/gradient.js';
import { initialize, initializeScratch } from '../../../src/programs/network/initialize.js';
import { Layout } from '../../../src/wasm/memory.js';
import { meanLoss, tileOf } from '../../support/embedded.js';
import { benches } from '../../support/kernels.js';
import { generator } from '../../support/tables.js';

const problem = fc.record({
  columns: fc.integer({ min: 1, max: 10 }),
  share: fc.constantFrom(0, 0.5, 1),
  hidden: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 0, maxLength: 3 }),
  classes: fc.constantFrom(0, 2, 3, 9),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
const ROWS = 9;

for (const b of benches()) {
  test(`${b.build} the loss, and the gradient of every parameter`, () => {
    fc.assert(
      fc.property(problem, ({ columns, share, hidden, classes, seed }) => {
        b.reset();
        const next = generator(seed);
        const numbers = Array.from({ length: columns }, (_, i) => i).filter(() => next() < share);
        const sizes = [embeddedInputs(columns, numbers.length), ...hidden, classes > 2 ? classes : 1];
        const output = classes === 0 ? 'identity' : classes === 2 ? 'logistic' : 'softmax';
        const network: EmbeddedNetwork = { sizes, activation: 'relu', output, columns, numbers: numbers.length };
        const x = Array.from({ length: ROWS }, () => Array.from({ length: columns }, () => Math.fround(next() * 4 - 2)));
        const y = Array.from({ length: ROWS }, () => (classes ? Math.floor(next() * classes) : Math.fround(next())));
        const length = embeddedLength(network);
        const parameters = b.room(length);
        initialize(b.kernels, b.memory, network, parameters, b.room(initializeScratch(network)), seed);
        const p = Array.from(b.read(parameters, length));
        const layout = new Layout(b.room(1 << 18));
        const pass = new GradientPass(b.kernels, network, parameters, b.i32(numbers), layout, ROWS);
        new Float32Array(b.memory.buffer, layout.base, layout.bytes / 4).fill(0);
        const at = b.f32(tileOf(x, columns));
        const labels = output === 'softmax' ? b.i32(y) : b.f32(y);
        const batch = { x: at, y: labels, weights: 0, rows: ROWS };
        const loss = pass.run(batch, { chance: 0, seed, stream: 0 });
        const found = b.read(pass.gradient, length);
        const centre = meanLoss(network, numbers, p, x, y);
        assert.ok(Math.abs(loss / ROWS - centre) < 1e-4, `${loss / ROWS} ${centre}`);
        assert.is(pass.loss(batch), loss);
        const h = 1e-5;
        p.forEach((value, i) => {
          p[i] = value + h;
          const above = meanLoss(network, numbers, p, x, y);
          p[i] = value - h;
          const below = meanLoss(network, numbers, p, x, y);
          p[i] = value;
          // A ReLU whose kink lies within h has two slopes there, which the second difference shows: nothing to compare with.
          if (Math.abs(above - 2 * centre + below) / h > 5e-4) return;
          const slope = (above - below) / (2 * h);
          assert.ok(Math.abs(found[i] - slope) < 1e-3 * Math.max(1, Math.abs(slope)), `${i}: ${found[i]} ${slope}`);
        });
      }),
      { numRuns: 12 },
    );
  });
}
test.run();
