/**
 * A fitted linear model in a worker. What a feature adds is exact: weight · (x − mean row), over the feature's encoded columns and weighted
 * by the direction.
 */
import type { Kernels } from '../../wasm/kernels.js';
import { stride } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Predictor, PredictorPlan } from '../predictor.js';

export interface LinearPlan extends PredictorPlan {
  readonly kind: 'linear';
  inputs: number;
  outputs: number;
  /** f32, packed as a dense layer's (assembly/dense.ts) */
  weights: number;
  /** the transpose, packed too, that `explain` multiplies by; the weights themselves for one output */
  transposed: number;
  /** f32[stride(outputs)] */
  bias: number;
  /** f32[stride(inputs)]: the encoded row that contributions count from */
  mean: number;
  /** i32[inputs]: the feature of each encoded column */
  group: number;
  groups: number;
}

export function linear(
  kernels: Kernels,
  _memory: WebAssembly.Memory | undefined,
  plan: LinearPlan,
  layout: Layout,
  batch: number,
): Predictor {
  const { inputs, outputs, weights, transposed, bias, mean, group, groups } = plan;
  const ld = stride(inputs);
  const z = layout.take(batch * stride(outputs) * 4);
  const dx = layout.take(batch * ld * 4);
  const sums = layout.take(groups * 8);
  const scratch = layout.take(kernels.gemm_scratch(Math.max(inputs, outputs)) * 4);
  return {
    run(x, count) {
      kernels.dense_forward(z, x, weights, bias, scratch, count, inputs, outputs, 0);
      return z;
    },
    explain(x, direction, count, out) {
      kernels.dense_backward_input(dx, direction, transposed, x, scratch, count, inputs, outputs, 0);
      kernels.fold_contributions(out, dx, x, mean, group, sums, count, inputs, groups, ld, 1, 0);
    },
  };
}
