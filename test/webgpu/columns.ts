/** Moments and standardization of columns, against sums in plain TypeScript. */
import type { Engine } from '../../src/engine/engine.js';
import { check, desk, generator, near } from './check.js';

/** Columns with missing values, far from zero. */
function makeColumns(rows: number, count: number, next: () => number) {
  return Array.from({ length: count }, (_, j) =>
    Float32Array.from({ length: rows }, (_, i) => ((i + j) % 7 === 3 ? Number.NaN : next() * (j + 1) + j * 1e5)),
  );
}

export async function moments(engine: Engine, rows: number, count: number) {
  const d = desk(engine);
  const columns = makeColumns(rows, count, generator(rows + 7));
  const out = d.room(count * 64);
  await engine.run('moments', { columns: columns.map((c) => d.f32(c)), rows, out });
  columns.forEach((column, j) => {
    const known = [...column].filter((v) => !Number.isNaN(v));
    const mean = known.reduce((s, v) => s + v, 0) / (known.length || 1);
    const m2 = known.reduce((s, v) => s + (v - mean) ** 2, 0);
    const found = engine.f64(out + j * 64, 3);
    check(found[0] === known.length, `count ${found[0]} for ${known.length}`);
    // Relative to the values, whose mean may be next to nothing.
    near([found[1], 1], [known.length ? mean : 0, 1], 1e-5, 'mean');
    near([found[2]], [m2], 1e-5, 'sum of squares');
  });
  d.clear();
}

export async function scale(engine: Engine, rows: number, count: number) {
  const d = desk(engine);
  const columns = makeColumns(rows, count, generator(rows + 9));
  const [at, to, back] = [0, 1, 2].map(() => columns.map((c) => d.f32(c)));
  const parameters = d.f32(columns.flatMap((_, j) => [j * 1e5, 0.25, 2 / (j + 1), j % 2 ? Number.NaN : j * 1e5]));
  await engine.run('scale', { columns: at, out: to, parameters, rows, inverse: false });
  await engine.run('scale', { columns: to, out: back, parameters, rows, inverse: true });
  columns.forEach((column, j) => {
    const [high, low, inverse, fill] = engine.f32(parameters + j * 16, 4);
    const expected = column.map((v) => ((Number.isNaN(v) ? fill : v) - high - low) * inverse);
    const found = engine.f32(to[j], rows);
    expected.forEach((v, i) => check(Number.isNaN(v) === Number.isNaN(found[i]), 'a missing value'));
    const known = expected.map((v, i) => (Number.isNaN(v) ? i : -1)).every((i) => i < 0);
    if (known) near(found, expected, 1e-5, 'standardized');
    const again = engine.f32(back[j], rows);
    near(
      again.map((v, i) => (Number.isNaN(column[i]) ? 0 : v)),
      column.map((v) => (Number.isNaN(v) ? 0 : v)),
      1e-5,
      'inverse',
    );
  });
  d.clear();
}

/** 136 MB of a column, against a sum in closed form. */
export async function bigColumn(engine: Engine) {
  const rows = 34_000_001;
  const d = desk(engine);
  const at = d.room(rows * 4);
  const column = engine.f32(at, rows);
  for (let i = 0; i < rows; i++) column[i] = i % 101;
  const out = d.room(64);
  await engine.run('moments', { columns: [at], rows, out });
  const whole = Math.floor(rows / 101);
  const rest = rows % 101;
  const sum = whole * 5050 + (rest * (rest - 1)) / 2;
  const squares = whole * 338350 + ((rest - 1) * rest * (2 * rest - 1)) / 6;
  const found = engine.f64(out, 3);
  near([found[0], found[1], found[2]], [rows, sum / rows, squares - (sum * sum) / rows], 1e-5, 'moments');
  near([found[1]], [sum / rows], 1e-5, 'mean');
  d.clear();
}
