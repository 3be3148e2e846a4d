/** The kernels of linear models against float64 references over ragged sizes; every build gives the same bits. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stride } from '../../src/wasm/kernels.js';
import { type Bench, benches } from '../support/kernels.js';
import { rowLoss } from '../support/linear.js';
import { generator } from '../support/tables.js';

const builds = benches();
const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 23 }),
  columns: fc.integer({ min: 1, max: 21 }),
  outputs: fc.integer({ min: 1, max: 9 }),
  zeros: fc.constantFrom(0, 0.8),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function make({ rows, columns, outputs, zeros, seed }: Shape) {
  const next = generator(seed);
  const matrix = (n: number, m: number) => Array.from({ length: n }, () => Array.from({ length: m }, () => next() * 2 - 1));
  const x = matrix(rows, columns).map((row) => row.map((v) => (next() < zeros ? 0 : Math.fround(v))));
  const [w, dz] = [matrix(outputs, columns), matrix(rows, outputs)];
  const weight = Array.from({ length: rows }, () => (next() < 0.2 ? 0 : 3 * next()));
  return { x, w, dz, bias: matrix(1, outputs)[0], weight, next };
}

/** Rows padded to their stride. */
const padded = (values: number[][], ld: number) => values.flatMap((row) => [...row, ...new Array(ld - row.length).fill(0)]);
function f64(b: Bench, values: number[]): number {
  const at = b.room(values.length * 2 + 4);
  new Float64Array(b.memory.buffer, at, values.length).set(values);
  return at;
}
const read = (b: Bench, at: number, n: number) => [...new Float64Array(b.memory.buffer, at, n)];
const near = (actual: number[], expected: number[], scale = 1) => {
  assert.is(actual.length, expected.length);
  expected.forEach((v, i) =>
    assert.ok(Math.abs(actual[i] - v) <= 1e-13 * scale * Math.max(1, Math.abs(v)), `${i}: ${actual[i]} ${v}`),
  );
};

/** Runs in every build; the results must be the same bits. */
function everywhere(run: (b: Bench) => number[]): number[] {
  const all = builds.map((b) => {
    b.reset();
    return run(b);
  });
  for (const other of all) assert.equal(other, all[0]);
  return all[0];
}

test('linear_forward and linear_backward', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { rows, columns, outputs } = shape;
      const { x, w, dz, bias } = make(shape);
      const ld = stride(columns);
      const z = everywhere((b) => {
        const out = b.room(rows * outputs * 2);
        const at = b.f32(padded(x, ld));
        b.kernels.linear_forward(out, at, f64(b, padded(w, ld)), f64(b, bias), rows, columns, outputs);
        return read(b, out, rows * outputs);
      });
      near(
        z,
        x.flatMap((row) => w.map((own, k) => row.reduce((sum, v, i) => sum + v * own[i], bias[k]))),
        columns,
      );
      // What is there already is added to.
      const gradient = everywhere((b) => {
        const [dw, db] = [f64(b, new Array(outputs * ld).fill(1)), f64(b, new Array(outputs).fill(2))];
        b.kernels.linear_backward(dw, db, f64(b, dz.flat()), b.f32(padded(x, ld)), rows, columns, outputs);
        return [...read(b, dw, outputs * ld), ...read(b, db, outputs)];
      });
      const sum = (of: (r: number) => number, from: number) => x.reduce((s, _, r) => s + of(r), from);
      const dw = w.flatMap((_, k) => Array.from({ length: ld }, (_, i) => sum((r) => dz[r][k] * (x[r][i] ?? 0), 1)));
      near(gradient, dw.concat(w.map((_, k) => sum((r) => dz[r][k], 2))), rows);
    }),
  );
});

for (const loss of ['logistic', 'softmax', 'squared'] as const) {
  test(`linear_${loss}: loss and gradient, at outputs of any size`, () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(1e-9, 1, 40, 800), (shape, scale) => {
        const { dz, weight, next } = make(shape);
        const { rows } = shape;
        const outputs = loss === 'softmax' ? shape.outputs + 1 : 1;
        const z = dz.map((row) => Array.from({ length: outputs }, (_, k) => (row[k] ?? 0.3) * scale));
        const y = z.map(() => (loss === 'squared' ? next() * scale : Math.floor(next() * Math.max(2, outputs))));
        const [sum, ...gradient] = everywhere((b) => {
          const at = f64(b, z.flat());
          const [truth, weights] = [f64(b, y), f64(b, weight)];
          const total =
            loss === 'softmax'
              ? b.kernels.linear_softmax(at, at, truth, weights, rows, outputs)
              : b.kernels[`linear_${loss}`](at, at, truth, weights, rows);
          return [total, ...read(b, at, rows * outputs)];
        });
        const expected = z.map((row, r) => rowLoss(loss, row, y[r]));
        near([sum], [expected.reduce((s, { value }, r) => s + weight[r] * value, 0)], rows * Math.max(1, scale));
        near(
          gradient,
          expected.flatMap(({ slope }, r) => slope.map((v) => weight[r] * v)),
          10,
        );
      }),
    );
  });
}

test('probabilities are relatively right at both ends', () => {
  for (const b of builds) {
    for (const z of [-700, -300, -37, -1e-8, 0, 1e-8, 37]) {
      b.reset();
      const at = f64(b, [z]);
      b.kernels.linear_logistic(at, at, f64(b, [0]), f64(b, [1]), 1);
      const expected = z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z));
      const [p] = read(b, at, 1);
      assert.ok(Math.abs(p - expected) <= 1e-15 * expected, `${z}: ${p} ${expected}`);
    }
  }
});

test('linear_gram and linear_squares: products of the columns, rows of weight 0 left out', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { rows, columns } = shape;
      const { x, weight } = make(shape);
      const ld = stride(columns);
      const blocks = Math.ceil(columns / 4);
      const tiles = 8 * blocks * (blocks + 1);
      const found = everywhere((b) => {
        const [gram, sums] = [f64(b, new Array(tiles).fill(0)), f64(b, new Array(4 * blocks).fill(0))];
        b.kernels.linear_gram(gram, sums, b.f32(padded(x, ld)), f64(b, weight), b.room(3 * ld + 16), rows, columns);
        return [...read(b, gram, tiles), ...read(b, sums, 4 * blocks)];
      });
      const sum = (of: (row: number[]) => number) => x.reduce((s, row, r) => s + weight[r] * of(row), 0);
      const at = (row: number[], i: number) => row[i] ?? 0;
      const expected: number[] = [];
      for (let i = 0; i < blocks; i++) {
        for (let j = i; j < blocks; j++) {
          for (let e = 0; e < 16; e++) expected.push(sum((row) => at(row, 4 * i + (e >> 2)) * at(row, 4 * j + (e & 3))));
        }
      }
      near(found, expected.concat(Array.from({ length: 4 * blocks }, (_, i) => sum((row) => at(row, i)))), rows);
      const squares = everywhere((b) => {
        const [out, sums] = [f64(b, new Array(ld).fill(0)), f64(b, new Array(ld).fill(0))];
        b.kernels.linear_squares(out, sums, b.f32(padded(x, ld)), f64(b, weight), rows, columns);
        return [...read(b, out, ld), ...read(b, sums, ld)];
      });
      const columnsOf = (of: (v: number) => number) => Array.from({ length: ld }, (_, i) => sum((row) => of(at(row, i))));
      near(squares, [...columnsOf((v) => v * v), ...columnsOf((v) => v)], rows);
    }),
  );
});

test.run();
