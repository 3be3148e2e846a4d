/** The n best by product, against sorting. */
import type { Engine } from '../../src/engine/engine.js';
import { topScratch } from '../../src/programs/top.js';
import { check, desk, generator, near } from './check.js';

export async function top(engine: Engine, rows: number, columns: number, k: number, n: number, excluding: boolean) {
  const d = desk(engine);
  const next = generator(rows * 7 + columns + n);
  const ld = Math.ceil(k / 8) * 8;
  const padded = Math.ceil(columns / 8) * 8;
  // Few different numbers, exact in float32: equal scores are common, and no order of adding changes them.
  const coarse = () => Math.round(next() * 4) / 4;
  const x = Array.from({ length: rows }, () => Array.from({ length: k }, coarse));
  const y = Array.from({ length: columns }, () => Array.from({ length: k }, coarse));
  const bias = Array.from({ length: columns }, coarse);
  const panels = new Float32Array(padded * ld);
  y.forEach((row, j) =>
    row.forEach((v, i) => {
      panels[(j & ~7) * ld + i * 8 + (j & 7)] = v;
    }),
  );
  const exclude = x.map((_, r) =>
    excluding ? Array.from({ length: columns }, (_, c) => c).filter((c) => (c * 7 + r) % 3 === 0) : [],
  );
  const offsets = [0];
  for (const list of exclude) offsets.push(offsets[offsets.length - 1] + list.length);
  const [values, ids] = [d.room(rows * n * 4), d.room(rows * n * 4)];
  await engine.run('top', {
    x: d.f32(x.flatMap((row) => [...row, ...new Array(ld - k).fill(0)])),
    rows,
    y: d.f32(panels),
    bias: d.f32([...bias, ...new Array(padded - columns).fill(Number.NEGATIVE_INFINITY)]),
    columns: padded,
    ld,
    n,
    exclude: excluding ? d.i32(exclude.flat()) : 0,
    offsets: d.i32(offsets),
    values,
    ids,
    scratch: d.room(topScratch(engine.kernels, ld)),
  });
  x.forEach((row, r) => {
    const scores = y.map((other, c) => other.reduce((s, v, i) => s + v * row[i], bias[c]));
    const left = scores.map((_, c) => c).filter((c) => !exclude[r].includes(c));
    const order = left.sort((a, b) => scores[b] - scores[a] || a - b);
    const expected = Array.from({ length: n }, (_, i) => order[i] ?? -1);
    const found = engine.i32(ids + r * n * 4, n);
    check(`${[...found]}` === `${expected}`, `top ${n} of ${columns}: ${[...found]} for ${expected}`);
    near(
      engine.f32(values + r * n * 4, Math.min(n, order.length)),
      order.slice(0, n).map((c) => scores[c]),
      1e-5,
      'score',
    );
    if (order.length < n)
      check(engine.f32(values + r * n * 4, n)[n - 1] === Number.NEGATIVE_INFINITY, 'a place without a score');
  });
  d.clear();
}
