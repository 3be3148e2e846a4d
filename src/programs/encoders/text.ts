/**
 * Sums of texts (prepare/text/text-feature.ts), one column each, standardized; a missing one is the mean. Raw they stay as they are, NaN where
 * missing. Written one by one: the kernels of numbers write whole vectors, which must stand first in a row.
 */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Encoder, EncoderPlan } from '../encoder.js';

export interface TextPlan extends EncoderPlan {
  readonly kind: 'text';
  /** of each column; absent where they stay as they are */
  spread?: readonly { mean: number; scale: number }[];
}

export function text(_: Kernels, memory: WebAssembly.Memory | undefined, { columns, spread }: TextPlan, __: Layout): Encoder {
  return {
    encode(tile, ld, raw, first, rows) {
      const { buffer } = memory as WebAssembly.Memory;
      const to = new Float32Array(buffer, tile, (rows - 1) * ld + columns);
      for (let j = 0; j < columns; j++) {
        const from = new Float32Array(buffer, raw.columns + j * raw.pitch + first * 4, rows);
        const { mean, scale } = spread?.[j] ?? { mean: 0, scale: 1 };
        for (let r = 0; r < rows; r++) {
          const value = from[r];
          to[r * ld + j] = spread && Number.isNaN(value) ? 0 : (value - mean) / scale;
        }
      }
    },
  };
}
