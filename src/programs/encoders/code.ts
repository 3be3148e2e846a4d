/** Categories raw: one column each, a value for every label, NaN where there is none. */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Encoder, EncoderPlan } from '../encoder.js';

export interface CodePlan extends EncoderPlan {
  readonly kind: 'code';
  /** labels of each column */
  labels: number[];
  /** f32[labels of all columns] */
  values: number;
}

export function code(
  kernels: Kernels,
  _memory: WebAssembly.Memory | undefined,
  { labels, values }: CodePlan,
  _layout: Layout,
): Encoder {
  return {
    encode(tile, ld, raw, first, rows) {
      let label = 0;
      for (let c = 0; c < labels.length; c++) {
        const codes = raw.columns + c * raw.pitch + first * 4;
        kernels.label_values(tile + c * 4, codes, values + label * 4, rows, labels[c], ld);
        label += labels[c];
      }
    },
  };
}
