/** The output columns of a score in linear memory, and the same as one ArrowArray. */
import { Layout } from '../wasm/memory.js';
import { ARROW_BYTES, writeArrow } from './arrow.js';

/** What stands for a date, in the place of how many labels a feature's codes have. */
export const DATE = -2;

/** Addresses of one target's columns of a shard. */
export interface ScoreColumns {
  score: number;
  percentile: number;
  label: number;
  /** f32[rows, outputs]: all probabilities */
  all: number;
  /** the explanation's list and the columns of its entries */
  offsets: number;
  feature: number;
  value: number;
  valueValid: number;
  category: number;
  categoryValid: number;
  contribution: number;
  date: number;
  dateValid: number;
  /** room for the ArrowArrays */
  arrays: number;
}

/**
 * @param entries of all explanations; 0 for none
 * @param dated whether some of the features are dates
 */
export function scoreColumns(layout: Layout, rows: number, outputs: number, entries: number, dated: boolean): ScoreColumns {
  return {
    score: layout.take(rows * 4),
    percentile: layout.take(rows * 4),
    label: layout.take(rows * 4),
    all: layout.take(rows * outputs * 4),
    offsets: layout.take((rows + 1) * 4),
    feature: layout.take(entries * 4),
    value: layout.take(entries * 4),
    valueValid: layout.take(entries >> 3),
    category: layout.take(entries * 4),
    categoryValid: layout.take(entries >> 3),
    contribution: layout.take(entries * 4),
    date: layout.take(dated ? entries * 8 : 0),
    dateValid: layout.take(dated ? entries >> 3 : 0),
    arrays: layout.take(8 * ARROW_BYTES),
  };
}

/**
 * Writes the ArrowArray of the columns: a struct of score, percentile?, label?, explanation?.
 * @param has which columns apply; `labels` of each feature where there are explanations
 * @returns its address
 */
export function scoreArrow(
  memory: WebAssembly.Memory,
  out: ScoreColumns,
  rows: number,
  has: { percentile: boolean; label: boolean; labels?: readonly number[] },
): number {
  const layout = new Layout(out.arrays);
  const column = (...buffers: number[]) => writeArrow(memory, layout, { length: rows, buffers });
  const children = [column(0, out.score)];
  if (has.percentile) children.push(column(0, out.percentile));
  if (has.label) children.push(column(0, out.label));
  if (has.labels) {
    const length = rows * has.labels.length;
    const numbers = has.labels.filter((count) => count === -1).length;
    const dates = has.labels.filter((count) => count === DATE).length;
    const categories = has.labels.length - numbers - dates;
    const entry = (buffers: number[], nullCount = 0) => writeArrow(memory, layout, { length, nullCount, buffers });
    const fields = [
      entry([0, out.feature]),
      entry([out.valueValid, out.value], countNulls(memory, out.valueValid, length, numbers)),
      entry([out.categoryValid, out.category], countNulls(memory, out.categoryValid, length, categories)),
      ...(dates > 0 ? [entry([out.dateValid, out.date], countNulls(memory, out.dateValid, length, dates))] : []),
      entry([0, out.contribution]),
    ];
    const entries = writeArrow(memory, layout, { length, buffers: [0], children: fields });
    children.push(writeArrow(memory, layout, { length: rows, buffers: [0, out.offsets], children: [entries] }));
  }
  return writeArrow(memory, layout, { length: rows, buffers: [0], children });
}

/** Zero bits among the first `length`; without any column of the kind, all of them. */
function countNulls(memory: WebAssembly.Memory, at: number, length: number, columns: number): number {
  if (columns === 0) return length;
  const bytes = new Uint8Array(memory.buffer, at, (length >> 3) + 1);
  let ones = 0;
  for (const byte of bytes) for (let b = byte; b; b &= b - 1) ones++;
  return length - ones;
}
