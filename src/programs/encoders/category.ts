/** Categories: one column per label, which holds one number where the row has the label and another where it has not. */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Encoder, EncoderPlan } from '../encoder.js';

export interface CategoryPlan extends EncoderPlan {
  readonly kind: 'category';
  /** labels of each column */
  labels: number[];
  /** f32[labels of all columns]: what a label's column holds where the row has the label, and where not */
  on: number;
  off: number;
}

export function category(
  kernels: Kernels,
  _memory: WebAssembly.Memory | undefined,
  { labels, on, off }: CategoryPlan,
  _layout: Layout,
): Encoder {
  return {
    encode(tile, ld, raw, first, rows) {
      let label = 0;
      for (let c = 0; c < labels.length; c++) {
        const codes = raw.columns + c * raw.pitch + first * 4;
        kernels.one_hot(tile + label * 4, codes, on + label * 4, off + label * 4, rows, labels[c], ld);
        label += labels[c];
      }
    },
  };
}
