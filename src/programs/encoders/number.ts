/** Numbers: ranks among the training quantiles (where there are any), then imputed and standardized, all columns in one kernel call. */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import { type Encoder, type EncoderPlan, TILE } from '../encoder.js';

export interface NumberPlan extends EncoderPlan {
  readonly kind: 'number';
  /** f32[columns, nQuantiles], ascending; nQuantiles 0 for no ranks */
  quantiles: number;
  nQuantiles: number;
  /** f32[columns, 4] as in assembly/standardize.ts */
  standardize: number;
}

/** Bytes between two columns of ranks. */
const PITCH = (TILE + 4) * 4;

export function number(kernels: Kernels, memory: WebAssembly.Memory | undefined, plan: NumberPlan, layout: Layout): Encoder {
  const { columns, quantiles, nQuantiles } = plan;
  const ranks = layout.take(nQuantiles > 0 ? columns * PITCH : 0);
  const pointers = layout.take(columns * 4);
  const addresses = memory ? new Uint32Array(memory.buffer, pointers, columns) : new Uint32Array(0);
  return {
    encode(tile, ld, raw, first, rows) {
      for (let j = 0; j < columns; j++) {
        const from = raw.columns + j * raw.pitch + first * 4;
        addresses[j] = from;
        if (nQuantiles === 0) continue;
        addresses[j] = ranks + j * PITCH;
        kernels.quantile_transform(addresses[j], from, quantiles + j * nQuantiles * 4, rows, nQuantiles);
      }
      kernels.standardize(tile, pointers, plan.standardize, rows, columns, ld);
    },
  };
}
