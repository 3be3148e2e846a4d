/** A fitted multi-layer perceptron in a worker: a forward pass, and integrated gradients from the mean training row. */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Predictor, PredictorPlan } from '../predictor.js';
import { explain, explainScratch } from './explain.js';
import { ForwardPass, type Network } from './network.js';

export interface PerceptronPlan extends PredictorPlan {
  readonly kind: 'perceptron';
  network: Network;
  /** f32[parametersOf(sizes).length] */
  parameters: number;
  /** f32[stride(inputs)]: the encoded row that contributions count from */
  baseline: number;
  /** i32[inputs]: the feature of each encoded column */
  group: number;
  groups: number;
}

export function perceptron(
  kernels: Kernels,
  _memory: WebAssembly.Memory | undefined,
  plan: PerceptronPlan,
  layout: Layout,
  batch: number,
): Predictor {
  const { network, parameters, baseline, group, groups } = plan;
  const pass = new ForwardPass(kernels, network, parameters, layout, batch);
  const scratch = layout.take(explainScratch(kernels, { ...plan, x: 0, direction: 0, rows: batch, out: 0 }));
  return {
    run: (x, count) => pass.run(x, count),
    explain: (x, direction, count, out) =>
      explain(kernels, { network, parameters, baseline, group, groups, x, direction, rows: count, out, scratch }),
  };
}
