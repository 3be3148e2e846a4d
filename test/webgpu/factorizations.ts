/** Factorization, against the scalar reference. */
import type { Engine } from '../../src/engine/engine.js';
import { epochs, type Loss } from '../support/factorization.js';
import { check, desk, generator, near } from './check.js';

export interface Factorization {
  loss: Loss;
  adagrad: boolean;
  rank: number;
  blocks: number;
  users: number;
  items: number;
  entries: number;
  epochs: number;
  weighted?: boolean;
  samples?: number;
  onEpoch?: (epoch: number) => void;
}

export async function runFactorization(engine: Engine, f: Factorization) {
  const d = desk(engine);
  const next = generator(f.entries + f.rank * 17 + f.blocks);
  const unit = () => (next() + 1) / 2;
  const ld = Math.ceil(f.rank / 8) * 8;
  const [sizeP, sizeQ] = [f.users, f.items].map((n) => Math.ceil(n / f.blocks / 16) * 16);
  const [rowsP, rowsQ] = [sizeP * f.blocks, sizeQ * f.blocks];
  const list = Array.from({ length: f.entries }, () => ({
    u: Math.floor(unit() * 0.999 * rowsP),
    i: Math.floor(unit() * 0.999 * rowsQ),
    value: Math.fround(unit() * 5),
    weight: f.weighted ? Math.fround(unit() * 2) : 1,
  }));
  const block = ({ u, i }: { u: number; i: number }) => Math.floor(u / sizeP) * f.blocks + Math.floor(i / sizeQ);
  list.sort((a, b) => block(a) - block(b));
  const starts = Array.from({ length: f.blocks * f.blocks + 1 }, (_, b) => list.filter((e) => block(e) < b).length);
  const rows = (n: number) => Array.from({ length: n }, () => Array.from({ length: f.rank }, () => Math.fround(next() * 0.3)));
  const [p, q] = [rows(rowsP), rows(rowsQ)];
  const [bu, bi] = [rowsP, rowsQ].map((n) => Array.from({ length: n }, () => Math.fround(next() * 0.1)));
  const pad = (matrix: number[][]) => matrix.flatMap((row) => [...row, ...new Array(ld - f.rank).fill(0)]);
  const at = d.f32([...pad(p), ...pad(q), ...bu, ...bi]);
  const seen = Array.from({ length: rowsP }, () => new Set<number>());
  for (const { u, i } of list) seen[u].add(i);
  const lists = seen.map((set) => [...set].sort((a, b) => a - b));
  const offsets = [0];
  for (const items of lists) offsets.push(offsets[offsets.length - 1] + items.length);
  const samples = f.loss === 'logistic' ? (f.samples ?? 4) : f.loss === 'bpr' ? 1 : 0;
  const bitsPerWorker = Math.max(1, f.entries) * Math.max(1, samples) + 64;
  const sync = d.room(64);
  engine.i32(sync, 16).fill(0);
  const squares = f.adagrad ? d.f32(new Array(rowsP + rowsQ).fill(1)) : 0;
  const how = { mean: f.loss === 'squared' ? 2.5 : 0, rate: 0.05, l2: 0.02 };
  const result = await engine.run(
    'factorize',
    {
      worker: 0,
      workers: 1,
      sync,
      loss: f.loss,
      blocks: f.blocks,
      starts,
      users: d.i32(list.map((e) => e.u)),
      items: d.i32(list.map((e) => e.i)),
      values: f.loss === 'squared' ? d.f32(list.map((e) => e.value)) : 0,
      weights: f.weighted ? d.f32(list.map((e) => e.weight)) : 0,
      seen: d.i32(lists.flat()),
      seenOffsets: d.i32(offsets),
      p: at,
      q: at + rowsP * ld * 4,
      bu: at + (rowsP + rowsQ) * ld * 4,
      bi: at + ((rowsP + rowsQ) * ld + rowsP) * 4,
      rowsP,
      rowsQ,
      ld,
      mean: how.mean,
      heldFirst: f.entries,
      held: 0,
      epochs: f.epochs,
      schedule: f.adagrad ? 'adagrad' : 'inverse',
      learningRate: how.rate,
      learningRateDecay: 0,
      regularization: how.l2,
      biases: true,
      samples,
      patience: 2,
      seed: 11,
      losses: d.room(f.blocks * f.blocks * 8),
      best: 0,
      squares,
      penalties: 0,
      bits: d.room(bitsPerWorker * 4),
      bitsPerWorker,
    },
    { onProgress: (epoch) => f.onEpoch?.(epoch) },
  );
  const values = engine.f32(at, (rowsP + rowsQ) * (ld + 1)).slice();
  d.clear();
  check(result !== undefined, 'a result');
  return { result, values, ld, how, model: { p, q, bu, bi }, list, lists, starts, samples };
}

export const FACTORIZATIONS: Factorization[] = (['squared', 'logistic', 'bpr'] as const).flatMap((loss) =>
  [false, true].flatMap((adagrad) => [
    { loss, adagrad, rank: 1, blocks: 8, users: 3, items: 2, entries: 40, epochs: 2 },
    { loss, adagrad, rank: 33, blocks: 8, users: 150, items: 140, entries: 700, epochs: 3, weighted: true, samples: 5 },
    { loss, adagrad, rank: 64, blocks: 16, users: 300, items: 257, entries: 900, epochs: 2 },
  ]),
);

export async function factorize(engine: Engine, f: Factorization) {
  const { result, values, ld, how, model, list, lists, starts, samples } = await runFactorization(engine, f);
  const { p, q, bu, bi } = model;
  const factors = { ...model, squaresU: new Array(p.length).fill(1), squaresI: new Array(q.length).fill(1) };
  const entries = {
    us: list.map((e) => e.u),
    is: list.map((e) => e.i),
    values: list.map((e) => e.value),
    weights: list.map((e) => e.weight),
    seen: lists,
  };
  const curve = epochs(factors, { ...how, loss: f.loss, adagrad: f.adagrad, ld, l2b: how.l2, biases: true, samples }, entries, {
    blocks: f.blocks,
    starts,
    count: f.epochs,
    seed: 11,
  });
  near(result.lossCurve, curve, 1e-4, `${f.loss} loss`);
  const pad = (matrix: number[][]) => matrix.flatMap((row) => [...row, ...new Array(ld - f.rank).fill(0)]);
  near(values, [...pad(factors.p), ...pad(factors.q), ...bu, ...bi], 1e-4, `${f.loss} factors`);
}
