/** Joint log-likelihoods of the rows of a matrix, shard by shard over the workers. */
import type { Engine } from '../engine/engine.js';
import { pairs } from '../programs/naive-bayes/columns.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Matrix } from '../table/matrix.js';
import { Layout, place } from '../wasm/memory.js';
import type { ResidentMatrix } from '../wasm/resident.js';
import { columnSource } from './class-statistics.js';
import { paired, unpaired } from './likelihood-parameters.js';

/** Rows in a shard. */
const SHARD = 16384;

/** What is known of a column. */
export interface FittedColumn {
  /** how many labels its codes have; −1 where it is a number */
  labels: number;
  /** f64[3, pairs(classes)] of a number: means | −1 / 2σ² | −½ log 2πσ²; f64[labels, pairs(classes)] of codes: logarithms of probabilities */
  parameters: Float64Array;
}

/** @returns f64[rows, classes] */
export async function jointOf(
  engine: Engine,
  x: Matrix | ResidentMatrix,
  fitted: readonly FittedColumn[],
  prior: Float64Array,
  run: RunOptions,
): Promise<Float64Array> {
  const { rows } = x;
  const classes = prior.length;
  const ld = pairs(classes);
  const size = Math.min(SHARD, rows);
  const source = columnSource(engine, x, size);
  const { at, region } = place(engine, (layout) => ({
    prior: layout.put(paired(prior, classes)),
    columns: fitted.map(({ labels, parameters }) => ({ labels, parameters: layout.put(parameters) })),
  }));
  using _ = region;
  const slot = new Layout(0);
  const own = { copies: slot.take(source.bytes), out: slot.take(size * ld * 8) };
  const results = engine.map(
    'jointLikelihoods',
    Array.from({ length: Math.ceil(rows / size) }, (_, i) => i * size),
    (first, base) => {
      const n = Math.min(size, rows - first);
      const columns = at.columns.map((column, j) => ({ ...column, ...source.at(j, first, n, base + own.copies) }));
      return { columns, prior: at.prior, ld, rows: n, out: base + own.out };
    },
    { ...run, slotBytes: slot.bytes },
  );
  const all = new Float64Array(rows * classes);
  let first = 0;
  for await (const { slot: base } of results) {
    const n = Math.min(size, rows - first);
    unpaired(engine.f64(base + own.out, n * ld), all, first, n, classes);
    first += size;
  }
  return all;
}
