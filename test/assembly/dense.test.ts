import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stride } from '../../src/wasm/kernels.js';
import { activation, type Dense, derivative, forward } from '../support/dense.js';
import { type Bench, benches } from '../support/kernels.js';

/** W[inputs, units] as the kernels store it: panels of eight columns, or one padded row for one unit. */
function pack(b: Bench, w: number[][], inputs: number, units: number): Float32Array {
  const out = new Float32Array(b.kernels.dense_weights(inputs, units));
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < units; j++) out[units === 1 ? i : (j & ~7) * inputs + i * 8 + (j & 7)] = w[i][j];
  }
  return out;
}
const unpack = (p: Float32Array, i: number, j: number, inputs: number, units: number) =>
  p[units === 1 ? i : (j & ~7) * inputs + i * 8 + (j & 7)];

function padRows(x: number[][], columns: number): Float32Array {
  const ld = stride(columns);
  const out = new Float32Array(x.length * ld);
  x.forEach((row, r) => {
    out.set(row, r * ld);
  });
  return out;
}

const sizes = fc.record({
  rows: fc.integer({ min: 0, max: 37 }),
  inputs: fc.integer({ min: 1, max: 41 }),
  units: fc.integer({ min: 1, max: 27 }),
  act: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

function problem(rows: number, inputs: number, units: number, seed: number): Dense {
  let state = seed;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((state / 2147483647) * 2 - 1);
  };
  const matrix = (r: number, c: number) => Array.from({ length: r }, () => Array.from({ length: c }, next));
  return { x: matrix(rows, inputs), w: matrix(inputs, units), bias: matrix(1, units)[0] };
}

for (const b of benches()) {
  test(`${b.build} dense_forward equals the scalar reference over ragged sizes`, () => {
    fc.assert(
      fc.property(sizes, ({ rows, inputs, units, act, seed }) => {
        b.reset();
        const p = problem(rows, inputs, units, seed);
        const ld = stride(units);
        const out = b.room(rows * ld);
        const bias = new Float32Array(ld);
        bias.set(p.bias);
        const scratch = b.room(b.kernels.gemm_scratch(inputs));
        b.kernels.dense_forward(
          out,
          b.f32(padRows(p.x, inputs)),
          b.f32(pack(b, p.w, inputs, units)),
          b.f32(bias),
          scratch,
          rows,
          inputs,
          units,
          act,
        );
        const y = b.read(out, rows * ld);
        forward(p).forEach((row, r) => {
          row.forEach((a, j) => {
            const exact = activation(a, act);
            assert.ok(Math.abs(y[r * ld + j] - exact) < 1e-5 * (1 + Math.abs(exact)), `${r},${j}: ${y[r * ld + j]} ${exact}`);
          });
          for (let j = units; j < ld; j++) assert.is(y[r * ld + j], 0, 'padding');
        });
      }),
      { numRuns: 150 },
    );
  });

  test(`${b.build} a row's result does not depend on the other rows`, () => {
    const p = problem(23, 17, 13, 5);
    const run = (x: number[][]) => {
      b.reset();
      const out = b.room(x.length * 16);
      const bias = b.f32([...p.bias, 0, 0, 0]);
      b.kernels.dense_forward(
        out,
        b.f32(padRows(x, 17)),
        b.f32(pack(b, p.w, 17, 13)),
        bias,
        b.room(b.kernels.gemm_scratch(17)),
        x.length,
        17,
        13,
        3,
      );
      return b.read(out, x.length * 16);
    };
    const batch = run(p.x);
    p.x.forEach((row, r) => {
      assert.equal(run([row]), batch.slice(r * 16, r * 16 + 16));
    });
  });

  test(`${b.build} dense_backward equals the formulas over ragged sizes`, () => {
    fc.assert(
      fc.property(sizes, ({ rows, inputs, units, act, seed }) => {
        b.reset();
        const p = problem(rows, inputs, units, seed);
        const h = p.x.map((row) => row.map((a) => activation(a, act)).map(Math.fround));
        const dout = problem(rows, units, 1, seed + 1).x;
        const x = b.f32(padRows(h, inputs));
        const d = b.f32(padRows(dout, units));
        const w = b.f32(pack(b, p.w, inputs, units));
        const dw = b.room(b.kernels.dense_weights(inputs, units));
        const db = b.room(stride(units));
        b.kernels.dense_backward_weights(dw, db, x, d, rows, inputs, units);
        const gw = b.read(dw, b.kernels.dense_weights(inputs, units));
        const gb = b.read(db, units);
        for (let j = 0; j < units; j++) {
          const exact = dout.reduce((s, row) => s + row[j], 0);
          assert.ok(Math.abs(gb[j] - exact) < 1e-4);
          for (let i = 0; i < inputs; i++) {
            const e = h.reduce((s, row, r) => s + row[i] * dout[r][j], 0);
            assert.ok(Math.abs(unpack(gw, i, j, inputs, units) - e) < 1e-4, `dw ${i},${j}`);
          }
        }
        let transposed = w;
        if (units > 1) {
          transposed = b.room(units * stride(inputs) + 8 * units);
          b.kernels.dense_transpose(transposed, w, inputs, units);
        }
        const dx = b.room(rows * stride(inputs));
        b.kernels.dense_backward_input(dx, d, transposed, x, b.room(b.kernels.gemm_scratch(units)), rows, inputs, units, act);
        const g = b.read(dx, rows * stride(inputs));
        for (let r = 0; r < rows; r++) {
          for (let i = 0; i < inputs; i++) {
            const back = dout[r].reduce((s, v, j) => s + v * p.w[i][j], 0);
            const e = back * derivative(h[r][i], act);
            assert.ok(Math.abs(g[r * stride(inputs) + i] - e) < 1e-4, `dx ${r},${i}: ${g[r * stride(inputs) + i]} ${e}`);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
}
test.run();
