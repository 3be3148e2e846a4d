/** Columns as naive Bayes reads them, and what is known of each once it is fitted. */
import type { Kernels } from '../../wasm/kernels.js';

/** Float64 numbers from a row's joint log-likelihoods to the next row's: two classes fill a vector. */
export const pairs = (classes: number): number => classes + (classes & 1);

/** A column in linear memory: f32 values, a row's `step` bytes behind the one before; NaN for missing. */
export interface ClassColumn {
  x: number;
  step: number;
  /** how many labels its codes have; −1 where it is a number */
  labels: number;
}

/** Where a fitted column's likelihoods stand: of a number f64[3, ld], of codes f64[labels, ld] (assembly/naive-bayes.ts). */
export interface Likelihoods {
  labels: number;
  parameters: number;
}

/** joint f64[rows, ld] += the log-likelihoods of a column's values. */
export function addColumn(
  kernels: Kernels,
  joint: number,
  x: number,
  { labels, parameters }: Likelihoods,
  rows: number,
  step: number,
  ld: number,
): void {
  if (labels < 0) kernels.gaussian_add(joint, x, parameters, rows, step, ld);
  else kernels.category_add(joint, x, parameters, rows, step, labels, ld);
}
