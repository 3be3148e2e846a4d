/**
 * What one shard tells of each class: of numbers the count, mean and sum of squared deviations, of codes how often each stands. Rows are put
 * in the order of their classes once, so that moments of a class are moments of a run of values.
 */
import type { Kernels } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import type { ClassColumn } from './columns.js';

export interface ClassStatisticsArgs {
  columns: ClassColumn[];
  /** i32[rows]: from 0 to classes − 1 */
  y: number;
  /** f64[rows], or 0 where every row counts 1 */
  weights: number;
  rows: number;
  classes: number;
  /** out f64[sum of statisticsLength(…)], the columns one behind the other */
  out: number;
  /** statisticsScratch(…) bytes */
  scratch: number;
}

/** Float64 numbers that are told of a column: [classes, 3] of a number, [labels, classes] of codes. */
export const statisticsLength = (labels: number, classes: number): number => (labels < 0 ? 3 : labels) * classes;

const lay = (layout: Layout, rows: number, classes: number) => ({
  index: layout.take(rows * 4),
  starts: layout.take((classes + 1) * 4),
  values: layout.take(rows * 4),
});

/** Bytes of scratch for so many rows. */
export function statisticsScratch(rows: number, classes: number): number {
  const layout = new Layout(0);
  lay(layout, rows, classes);
  return layout.bytes;
}

export function classStatistics(kernels: Kernels, memory: WebAssembly.Memory, args: ClassStatisticsArgs): void {
  const { columns, y, weights, rows, classes } = args;
  const { index, starts, values } = lay(new Layout(args.scratch), rows, classes);
  if (columns.some(({ labels }) => labels < 0)) kernels.class_order(index, starts, y, rows, classes);
  const firsts = new Int32Array(memory.buffer, starts, classes + 1);
  let out = args.out;
  for (const { x, step, labels } of columns) {
    const length = statisticsLength(labels, classes);
    if (labels >= 0) {
      new Float64Array(memory.buffer, out, length).fill(0);
      kernels.class_counts(out, x, y, weights, rows, step, labels, classes);
    } else {
      if (!weights) kernels.gather_values(values, x, index, rows, step);
      for (let c = 0; c < classes; c++) {
        const [first, n] = [firsts[c], firsts[c + 1] - firsts[c]];
        if (weights) kernels.weighted_moments(out + c * 24, x, index + first * 4, weights, n, step);
        else kernels.moments(out + c * 24, values + first * 4, n);
      }
    }
    out += length * 8;
  }
}
