/**
 * EASE by a gang of workers (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", 2019). With X the pairs f64[users, items]:
 *
 *     P = (Xᵀ X + λ I)⁻¹        W[j → i] = −P(j, i) / P(i, i) for j ≠ i, and 0 for j = i
 *
 * is the W that predicts each item of a user from their others with the least squared error, under a penalty of λ. Of each item i the k
 * weights with the largest absolute value are kept; of equal ones those with the smaller j.
 */
import type { Kernels } from '../../wasm/kernels.js';
import { Barrier } from '../barrier.js';
import { strongest } from '../neighbours/similarities.js';
import type { Control } from '../program.js';
import { type InverseArgs, invert } from './inverse.js';
import { blocksOf, TILE, TILE_FLOATS, tileAt } from './tiles.js';

export interface EaseArgs extends InverseArgs {
  workers: number;
  /** i32[16] zeros: where they meet */
  sync: number;
  users: number;
  entries: number;
  /** pairs by user: i32[users + 1], i32[entries], and f32[entries] their weights or 0 for none */
  offsets: number;
  history: number;
  weights: number;
  /** the same pairs by item: i32[items + 1], the users i32[entries], and where each pair stands in the former i32[entries] */
  starts: number;
  owners: number;
  places: number;
  /** λ */
  regularization: number;
  k: number;
  /** out i32[items, k], ascending, −1 behind the last, and f32[items, k]: of item i the j and W[j → i] */
  columns: number;
  values: number;
}

export function ease(kernels: Kernels, memory: WebAssembly.Memory, a: EaseArgs, control: Control): void {
  const barrier = new Barrier(memory, a.sync, a.workers, control, a.worker);
  const blocks = blocksOf(a.n);
  for (let block = barrier.claim(blocks); block < blocks; block = barrier.claim(blocks)) gram(memory, a, block);
  barrier.wait();
  invert(kernels, memory, a, barrier);
  for (let block = barrier.claim(blocks); block < blocks; block = barrier.claim(blocks)) keepStrongest(memory, a, block);
  barrier.wait();
}

/** The tiles of a block of rows of Xᵀ X + λ I. */
function gram({ buffer }: WebAssembly.Memory, a: EaseArgs, block: number): void {
  const i32 = (at: number, length: number) => new Int32Array(buffer, at, length);
  const [offsets, history] = [i32(a.offsets, a.users + 1), i32(a.history, a.entries)];
  const [starts, owners, places] = [i32(a.starts, a.n + 1), i32(a.owners, a.entries), i32(a.places, a.entries)];
  const weights = a.weights ? new Float32Array(buffer, a.weights, a.entries) : undefined;
  const end = (block + 1) * TILE;
  const sums = new Float64Array(end);
  const row = new Float32Array(buffer, a.tiles + tileAt(block, 0) * TILE_FLOATS * 4, (block + 1) * TILE_FLOATS);
  for (let r = 0; r < TILE; r++) {
    const i = block * TILE + r;
    sums.fill(0);
    if (i >= a.n) sums[i] = 1;
    else {
      for (let t = starts[i]; t < starts[i + 1]; t++) {
        const x = weights ? weights[places[t]] : 1;
        const to = offsets[owners[t] + 1];
        // The user's items ascend.
        for (let e = offsets[owners[t]]; e < to && history[e] < end; e++) sums[history[e]] += x * (weights ? weights[e] : 1);
      }
      sums[i] += a.regularization;
    }
    for (let j = 0; j <= block; j++) row.set(sums.subarray(j * TILE, (j + 1) * TILE), j * TILE_FLOATS + r * TILE);
  }
}

/** Of each item of a block the strongest weights. The tiles hold −P. */
function keepStrongest({ buffer }: WebAssembly.Memory, a: EaseArgs, block: number): void {
  const tiles = new Float32Array(buffer, a.tiles, tileAt(blocksOf(a.n), 0) * TILE_FLOATS);
  const weights = new Float64Array(a.n);
  const sizes = new Float64Array(a.n);
  const all = Int32Array.from(weights, (_, j) => j);
  for (let i = block * TILE; i < Math.min(a.n, (block + 1) * TILE); i++) {
    const c = i % TILE;
    const diagonal = tiles[tileAt(block, block) * TILE_FLOATS + c * TILE + c];
    for (let j = 0; j < a.n; j++) {
      const other = Math.floor(j / TILE);
      const r = j % TILE;
      const at =
        other > block ? tileAt(other, block) * TILE_FLOATS + r * TILE + c : tileAt(block, other) * TILE_FLOATS + c * TILE + r;
      weights[j] = j === i ? 0 : Math.fround(-tiles[at] / diagonal);
      sizes[j] = Math.abs(weights[j]);
    }
    const kept = strongest(all, sizes, a.k);
    new Int32Array(buffer, a.columns + i * a.k * 4, a.k).fill(-1).set(kept);
    new Float32Array(buffer, a.values + i * a.k * 4, a.k).set(Float32Array.from(kept, (j) => weights[j]));
  }
}
