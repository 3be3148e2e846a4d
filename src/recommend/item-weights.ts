/** Sparse weights between items: what a recommender that is nothing else has learnt (weighted.ts), and how rows of them are put together. */
import type { ItemWeights } from '../programs/neighbours/item-scores.js';
import type { Histories } from './recommender.js';

export interface Weighted {
  readonly users: number;
  readonly items: number;
  readonly history: Histories;
  /** f32[pairs]: how much each item of the history counts; absent where all count 1 */
  readonly counted?: Float32Array;
  readonly weights: ItemWeights;
}

/** A row of weights: columns ascending. */
export interface ItemRow {
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

export function joinRows(rows: readonly ItemRow[]): ItemWeights {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach(({ columns }, i) => {
    starts[i + 1] = starts[i] + columns.length;
  });
  const columns = new Int32Array(starts[rows.length]);
  const values = new Float32Array(columns.length);
  rows.forEach((row, i) => {
    columns.set(row.columns, starts[i]);
    values.set(row.values, starts[i]);
  });
  return { starts, columns, values };
}

/** Rows become columns. */
export function transposed({ starts, columns, values }: ItemWeights): ItemWeights {
  const items = starts.length - 1;
  const turned = {
    starts: new Int32Array(items + 1),
    columns: new Int32Array(columns.length),
    values: new Float32Array(columns.length),
  };
  for (const column of columns) turned.starts[column + 1]++;
  for (let i = 0; i < items; i++) turned.starts[i + 1] += turned.starts[i];
  const next = turned.starts.slice();
  for (let row = 0; row < items; row++) {
    for (let e = starts[row]; e < starts[row + 1]; e++) {
      const to = next[columns[e]]++;
      turned.columns[to] = row;
      turned.values[to] = values[e];
    }
  }
  return turned;
}
