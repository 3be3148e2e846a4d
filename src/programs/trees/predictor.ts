/** Fitted trees in a worker: rows become bins, which all trees are asked with and explained by. */
import { type Kernels, stride } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Predictor } from '../predictor.js';
import { TILE_PITCH, type TreesPlan } from './plan.js';

/** Slots: a number for each of 256 leaves, as many nodes and one more; two vectors each. */
const SLOT_BYTES = (256 + 256) * 32;

export function trees(
  kernels: Kernels,
  memory: WebAssembly.Memory | undefined,
  plan: TreesPlan,
  layout: Layout,
  batch: number,
): Predictor {
  const { features, widths, outputs, longest } = plan;
  const ld = stride(outputs);
  const z = layout.take(batch * ld * 4);
  // The last pass reads whole vectors of rows.
  const tile = layout.take(features * TILE_PITCH + 64);
  const slots = layout.take(SLOT_BYTES);
  const sums = layout.take(outputs * 32 * 8);
  const scratch = layout.take((outputs + features + longest) * 128 + 256 * 16 + Math.ceil(longest / 2) * 32);
  const apart = layout.take(widths.length > 0 ? TILE_PITCH * features * 4 : 0);
  if (memory) kernels.tree_slots(slots);
  const encode = (x: number, first: number, count: number) => {
    const from = x + first * stride(features) * 4;
    kernels.tree_tile(tile, from, plan.columns, plan.edges, count, features, stride(features), TILE_PITCH);
  };
  const { init, nodes, tables, values, leaves, paths, constants } = plan;
  return {
    run(x, count) {
      for (let first = 0; first < count; first += TILE_PITCH) {
        const n = Math.min(TILE_PITCH, count - first);
        encode(x, first, n);
        const to = z + first * ld * 4;
        kernels.tree_predict(to, tile, init, plan.trees, nodes, tables, values, slots, sums, n, plan.count, outputs, ld);
      }
      return z;
    },
    explain(x, direction, count, out) {
      for (let first = 0; first < count; first += TILE_PITCH) {
        const n = Math.min(TILE_PITCH, count - first);
        encode(x, first, n);
        kernels.tree_explain(
          widths.length > 0 ? apart : out + first * features * 4,
          tile,
          direction + first * ld * 4,
          plan.trees,
          nodes,
          tables,
          values,
          leaves,
          paths,
          constants,
          scratch,
          n,
          plan.count,
          features,
          outputs,
          ld,
          longest,
        );
        if (widths.length > 0) addUp(memory as WebAssembly.Memory, out + first * widths.length * 4, apart, n, widths);
      }
    },
  };
}

/** out f32[rows, widths.length] = from f32[rows, features] with those of a width added up. */
function addUp(memory: WebAssembly.Memory, out: number, from: number, rows: number, widths: readonly number[]): void {
  const features = widths.reduce((sum, width) => sum + width, 0);
  const parts = new Float32Array(memory.buffer, from, rows * features);
  const sums = new Float32Array(memory.buffer, out, rows * widths.length);
  let at = 0;
  for (let i = 0; i < sums.length; i++) {
    let sum = 0;
    for (const end = at + widths[i % widths.length]; at < end; at++) sum += parts[at];
    sums[i] = sum;
  }
}
