/**
 * A fitted network with embedded numbers in a worker: a forward pass, and integrated gradients from the mean embedded training row. The path runs
 * through embedded rows: an embedded column belongs to one feature, and so does what it adds.
 */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import { explain, explainScratch } from '../perceptron/explain.js';
import type { Predictor, PredictorPlan } from '../predictor.js';
import { type EmbeddedNetwork, EmbeddedPass } from './embedding.js';

/** Segments of the path. */
const SEGMENTS = 8;

export interface NetworkPlan extends PredictorPlan {
  readonly kind: 'network';
  network: EmbeddedNetwork;
  /** f32[embeddedLength(network)] */
  parameters: number;
  /** i32[numbers]: which columns are numbers */
  numbers: number;
  /** f32[stride(sizes[0])]: the embedded row that contributions count from */
  baseline: number;
  /** i32[sizes[0]]: the feature of each embedded column */
  group: number;
  groups: number;
}

export function network(
  kernels: Kernels,
  _memory: WebAssembly.Memory | undefined,
  plan: NetworkPlan,
  layout: Layout,
  batch: number,
): Predictor {
  const { parameters, numbers, baseline, group, groups } = plan;
  const pass = new EmbeddedPass(kernels, plan.network, parameters, numbers, layout, batch);
  const common = { network: plan.network, parameters, baseline, group, groups, segments: SEGMENTS };
  const scratch = layout.take(explainScratch(kernels, { ...common, x: 0, direction: 0, rows: batch, out: 0 }));
  return {
    run: (x, count) => pass.run(x, count),
    explain(x, direction, count, out) {
      pass.embed(x, count);
      explain(kernels, { ...common, x: pass.embedded, direction, rows: count, out, scratch });
    },
  };
}
