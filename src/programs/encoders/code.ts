/** Categories raw: one column each, the label's code as a number, NaN where there is none. */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Encoder, EncoderPlan } from '../encoder.js';

export interface CodePlan extends EncoderPlan {
  readonly kind: 'code';
  /** labels of each column */
  labels: number[];
}

export function code(
  kernels: Kernels,
  _memory: WebAssembly.Memory | undefined,
  { labels }: CodePlan,
  _layout: Layout,
): Encoder {
  return {
    encode(tile, ld, raw, first, rows) {
      for (let c = 0; c < labels.length; c++) {
        kernels.label_codes(tile + c * 4, raw.columns + c * raw.pitch + first * 4, rows, labels[c], ld);
      }
    },
  };
}
