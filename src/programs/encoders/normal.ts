/** Numbers as normal scores (prepare/normal-scores.ts), a column each, and one more where they may be missing. */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import { type Encoder, type EncoderPlan, TILE } from '../encoder.js';

export interface NormalPlan extends EncoderPlan {
  readonly kind: 'normal';
  /** f32[columns, nQuantiles], ascending; nQuantiles 0 for no ranks */
  quantiles: number;
  nQuantiles: number;
  /** of each column: the ranks that it may have, and whether a column says where it is missing */
  least: number[];
  most: number[];
  missing: boolean[];
  /** f32[inputs, 4] as in assembly/standardize.ts */
  standardize: number;
}

/** Bytes between two columns of scores. */
const PITCH = (TILE + 4) * 4;

export function normal(kernels: Kernels, memory: WebAssembly.Memory | undefined, plan: NormalPlan, layout: Layout): Encoder {
  const { columns, inputs, quantiles, nQuantiles, least, most, missing } = plan;
  const own = layout.take(inputs * PITCH);
  const pointers = layout.take(inputs * 4);
  const addresses = memory ? new Uint32Array(memory.buffer, pointers, inputs) : new Uint32Array(0);
  return {
    encode(tile, ld, raw, first, rows) {
      let i = 0;
      for (let j = 0; j < columns; j++) {
        const from = raw.columns + j * raw.pitch + first * 4;
        addresses[i] = from;
        if (nQuantiles > 0) {
          const to = own + i * PITCH;
          addresses[i] = to;
          kernels.quantile_transform(to, from, quantiles + j * nQuantiles * 4, rows, nQuantiles);
          kernels.normal_quantile(to, to, rows, least[j], most[j]);
        }
        i++;
        if (!missing[j]) continue;
        addresses[i] = own + i * PITCH;
        kernels.missing_indicator(addresses[i], from, rows);
        i++;
      }
      kernels.standardize(tile, pointers, plan.standardize, rows, inputs, ld);
    },
  };
}
