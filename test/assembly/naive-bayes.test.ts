/** The kernels of naive Bayes against plain loops, over ragged sizes, steps and missing values, in both builds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const shapes = fc.record({
  rows: fc.integer({ min: 0, max: 70 }),
  classes: fc.integer({ min: 2, max: 7 }),
  labels: fc.integer({ min: 1, max: 6 }),
  step: fc.constantFrom(1, 3, 8),
  missing: fc.constantFrom(0, 0.3, 1),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
type Shape = Record<'rows' | 'classes' | 'labels' | 'step' | 'missing' | 'seed', number>;

const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${found} ${expected}`);

/** A column among others, classes and weights of its rows. */
function columnOf({ rows, classes, step, missing, seed }: Shape, value: (next: () => number) => number) {
  const next = generator(seed);
  const tile = Float32Array.from({ length: rows * step }, () => 1e30);
  const values = Float32Array.from({ length: rows }, () => (next() < missing ? Number.NaN : value(next)));
  values.forEach((own, r) => {
    tile[r * step] = own;
  });
  const y = Int32Array.from({ length: rows }, () => Math.floor(next() * classes));
  return { tile, values, y, weights: Float64Array.from(y, next), next };
}

for (const b of benches()) {
  const f64 = (at: number, length: number) => new Float64Array(b.memory.buffer, at, length).slice();
  const i32 = (at: number, length: number) => new Int32Array(b.memory.buffer, at, length).slice();

  test(`class_order, gather_values, weighted_moments (${b.build})`, () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        b.reset();
        const { rows, classes, step } = shape;
        const { tile, values, y, weights } = columnOf(shape, (next) => 1e6 + next());
        const [index, starts, out, state] = [b.room(rows), b.room(classes + 1), b.room(rows), b.room(6)];
        const [x, w] = [b.f32(tile), b.f64(weights)];
        b.kernels.class_order(index, starts, b.i32(y), rows, classes);
        const expected = Array.from({ length: classes }, (_, c) => [...y.keys()].filter((r) => y[r] === c));
        assert.equal([...i32(index, rows)], expected.flat());
        const firsts = [...i32(starts, classes + 1)];
        assert.equal(firsts, [0, ...expected.map((_, c) => expected.slice(0, c + 1).flat().length)]);
        b.kernels.gather_values(out, x, index, rows, step * 4);
        assert.equal([...b.read(out, rows)], [...expected.flat().map((r) => values[r])]);
        expected.forEach((own, c) => {
          b.kernels.weighted_moments(state, x, index + firsts[c] * 4, w, own.length, step * 4);
          const known = own.filter((r) => !Number.isNaN(values[r]));
          const n = known.reduce((s, r) => s + weights[r], 0);
          const mean = n > 0 ? known.reduce((s, r) => s + weights[r] * values[r], 0) / n : 0;
          const m2 = known.reduce((s, r) => s + weights[r] * (values[r] - mean) ** 2, 0);
          const found = f64(state, 3);
          [n, mean, m2].forEach((value, i) => near(found[i], value));
        });
      }),
    );
  });

  test(`weighted_moments of several blocks (${b.build})`, () => {
    for (const rows of [2047, 2048, 2049, 5000]) {
      b.reset();
      const shape = { rows, classes: 2, labels: 1, step: 1, missing: 0.3, seed: rows };
      const { tile, values, weights } = columnOf(shape, (next) => 1000 + next());
      const [state, index] = [b.room(6), b.i32(Int32Array.from({ length: rows }, (_, r) => r))];
      b.kernels.weighted_moments(state, b.f32(tile), index, b.f64(weights), rows, 4);
      const known = [...values.keys()].filter((r) => !Number.isNaN(values[r]));
      const n = known.reduce((s, r) => s + weights[r], 0);
      const mean = known.reduce((s, r) => s + weights[r] * values[r], 0) / n;
      const m2 = known.reduce((s, r) => s + weights[r] * (values[r] - mean) ** 2, 0);
      [n, mean, m2].forEach((value, i) => near(f64(state, 3)[i], value));
    }
  });

  test(`class_counts adds up codes that are known, with weights and without (${b.build})`, () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), (shape, weighted) => {
        b.reset();
        const { rows, classes, labels, step } = shape;
        // Some codes are out of range: never seen, or nothing that could be one.
        const { tile, values, y, weights } = columnOf(
          shape,
          (next) => Math.floor(next() * (labels + 2)) - (next() < 0.1 ? 9 : 0),
        );
        const before = Float64Array.from({ length: labels * classes }, (_, i) => i);
        const [counts, w] = [b.f64(before), weighted ? b.f64(weights) : 0];
        b.kernels.class_counts(counts, b.f32(tile), b.i32(y), w, rows, step * 4, labels, classes);
        values.forEach((code, r) => {
          if (code >= 0 && code < labels) before[code * classes + y[r]] += weighted ? weights[r] : 1;
        });
        assert.equal(f64(counts, before.length), before);
      }),
    );
  });

  test(`gaussian_add, category_add and class_fill (${b.build})`, () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(2, 4, 6), (shape, ld) => {
        b.reset();
        const { rows, labels, step } = shape;
        const { tile, values, next } = columnOf(shape, (draw) => Math.floor(draw() * (labels + 1)));
        const row = Float64Array.from({ length: ld }, next);
        const [normal, table] = [3, labels].map((n) => Float64Array.from({ length: n * ld }, next));
        const [x, joint] = [b.f32(tile), b.room(2 * rows * ld)];
        b.kernels.class_fill(joint, b.f64(row), rows, ld);
        b.kernels.gaussian_add(joint, x, b.f64(normal), rows, step * 4, ld);
        b.kernels.category_add(joint, x, b.f64(table), rows, step * 4, labels, ld);
        const found = f64(joint, rows * ld);
        values.forEach((value, r) => {
          for (let c = 0; c < ld; c++) {
            let expected = row[c];
            if (!Number.isNaN(value)) expected += normal[2 * ld + c] + normal[ld + c] * (value - normal[c]) ** 2;
            if (value < labels) expected += table[value * ld + c];
            near(found[r * ld + c], expected);
          }
        });
      }),
    );
  });

  test(`class_outputs and class_fold: log-odds, or what a class has above the mean, within float32 (${b.build})`, () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(1, 1e3, 1e200), (shape, size) => {
        b.reset();
        const { rows, classes, step } = shape;
        const outputs = classes === 2 ? 1 : classes;
        const [ld, ldz] = [classes + (classes & 1), outputs === 1 ? 1 : 8];
        const next = generator(shape.seed);
        const joint = Float64Array.from({ length: rows * ld }, (_, i) => (i % ld < classes ? size * (next() - 0.5) : 0));
        const direction = Float32Array.from({ length: rows * ldz }, (_, i) => (i % ldz < outputs ? next() - 0.5 : 0));
        const [at, z, out] = [b.f64(joint), b.room(rows * ldz), b.room(rows * step)];
        b.kernels.class_outputs(z, at, rows, outputs, ldz, ld);
        b.kernels.class_fold(out, at, b.f32(direction), rows, outputs, step * 4, ldz, ld);
        const [found, folded] = [b.read(z, rows * ldz), b.read(out, rows * step)];
        const bounded = (value: number) => Math.fround(Math.max(-1e30, Math.min(1e30, value)));
        for (let r = 0; r < rows; r++) {
          const own = [...joint.subarray(r * ld, r * ld + classes)];
          const mean = own.reduce((s, v) => s + v, 0) / classes;
          const raw = outputs === 1 ? [own[1] - own[0]] : own.map((value) => value - mean);
          let sum = 0;
          for (let c = 0; c < ldz; c++) {
            if (c < outputs) sum += direction[r * ldz + c] * raw[c];
            assert.ok(Math.abs(found[r * ldz + c] - bounded(raw[c] ?? 0)) <= 1e-6 * Math.min(size, 1e30));
          }
          assert.ok(Math.abs(folded[r * step] - bounded(sum)) <= 1e-6 * Math.min(size, 1e30), `${folded[r * step]} ${sum}`);
        }
      }),
    );
  });

  test(`vector_log64 (${b.build})`, () => {
    const x = Float64Array.from({ length: 301 }, (_, i) => 1e-10 * 1.2 ** i);
    const at = b.f64(x);
    b.kernels.vector_log64(at, at, x.length);
    f64(at, x.length).forEach((value, i) =>
      assert.ok(Math.abs(value - Math.log(x[i])) <= 1e-14 * Math.max(1, Math.abs(value))),
    );
  });
}

test.run();
