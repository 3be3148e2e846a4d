/** The rows that a linear model is learnt from, how they are cut, and where what is made of them stands. */
import { stride } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import { TILE } from '../encoder.js';

export type Loss = 'logistic' | 'softmax' | 'squared';

/** What is summed over. */
export interface Rows {
  /** f32[rows, stride(columns)] */
  x: number;
  /** f64[rows]: 0 or 1, the class, or the number */
  y: number;
  /** f64[rows]: what the rows to learn from weigh, 0 for the others */
  weights: number;
  /** f64[rows]: the same of rows held out, on which each solution's loss is told; address 0 for none */
  held: number;
  rows: number;
  columns: number;
  outputs: number;
  loss: Loss;
}

/** Micro-shards at most; no shard is smaller than the rows below, so that a sum is worth its place. */
const SHARDS = 16;
const SHARD_ROWS = 1024;
/** Variables up to which a Hessian is made and factorized, which costs their cube. */
const VARIABLES = 256;

/** Rows of a micro-shard. */
export const shardRows = (rows: number) => Math.max(SHARD_ROWS, TILE * Math.ceil(rows / SHARDS / TILE));

/** What is made of the Hessian: which pairs of outputs, and how many numbers each takes in a shard's sums. */
export function blocksOf({ columns, outputs }: Pick<Rows, 'columns' | 'outputs'>) {
  const blocks = outputs * (columns + 1) <= VARIABLES ? 'all' : columns < VARIABLES ? 'one' : 'diagonal';
  const pairs: [k: number, l: number][] = [];
  for (let k = 0; k < (blocks === 'all' ? outputs : 1); k++)
    for (let l = k; l < (blocks === 'all' ? outputs : 1); l++) pairs.push([k, l]);
  const side = Math.ceil(columns / 4);
  const gram = blocks === 'diagonal' ? stride(columns) : 8 * side * (side + 1);
  // Σ h x xᵀ in tiles, or Σ h x² of each column; Σ h x; Σ h
  return { blocks, pairs, gram, length: gram + (blocks === 'diagonal' ? stride(columns) : 4 * side) + 1 } as const;
}

/** Where everything stands that a fit needs beside its rows. */
export function buffers(rows: Rows, workers: number, base: number) {
  const layout = new Layout(base);
  const { outputs } = rows;
  const ld = stride(rows.columns);
  const shards = Math.ceil(rows.rows / shardRows(rows.rows));
  const parameters = outputs * (ld + 1);
  const { pairs, length } = blocksOf(rows);
  const sums = Math.max(parameters, pairs.length * length);
  return {
    parameters: layout.take(parameters * 8),
    losses: layout.take(shards * 8),
    partials: Array.from({ length: shards }, () => layout.take(sums * 8)),
    z: Array.from({ length: workers }, () => layout.take(TILE * outputs * 8)),
    h: Array.from({ length: workers }, () => layout.take(TILE * 8)),
    row: Array.from({ length: workers }, () => layout.take(ld * 12 + 64)),
    constants: layout.take(2 * TILE * 8),
    shards,
    sums,
    layout,
  };
}
