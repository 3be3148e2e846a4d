/**
 * A fitted naive Bayes model in a worker: the log-likelihoods of the known values of a row are added up for each class. What a feature adds is
 * exact: the log-likelihood ratio of its own values, counted from the prior.
 */
import { type Kernels, stride } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Predictor, PredictorPlan } from '../predictor.js';
import { addColumn, type Likelihoods, pairs } from './columns.js';

export interface NaiveBayesPlan extends PredictorPlan {
  readonly kind: 'naive-bayes';
  outputs: number;
  /** of each encoded column */
  columns: Likelihoods[];
  /** encoded columns of each feature */
  widths: number[];
  /** f64[ld]: logarithms of the classes' probabilities */
  prior: number;
  /** f64[ld] of zeros */
  zero: number;
}

export function naiveBayes(
  kernels: Kernels,
  _memory: WebAssembly.Memory | undefined,
  { outputs, columns, widths, prior, zero }: NaiveBayesPlan,
  layout: Layout,
  batch: number,
): Predictor {
  const ld = pairs(Math.max(2, outputs));
  const ldz = stride(outputs);
  const step = stride(columns.length) * 4;
  const z = layout.take(batch * ldz * 4);
  const joint = layout.take(batch * ld * 8);
  const add = (x: number, first: number, width: number, count: number) => {
    for (let j = first; j < first + width; j++) addColumn(kernels, joint, x + j * 4, columns[j], count, step, ld);
  };
  return {
    run(x, count) {
      kernels.class_fill(joint, prior, count, ld);
      add(x, 0, columns.length, count);
      kernels.class_outputs(z, joint, count, outputs, ldz, ld);
      return z;
    },
    explain(x, direction, count, out) {
      let first = 0;
      widths.forEach((width, g) => {
        kernels.class_fill(joint, zero, count, ld);
        add(x, first, width, count);
        kernels.class_fold(out + g * 4, joint, direction, count, outputs, widths.length * 4, ldz, ld);
        first += width;
      });
    },
  };
}
