/**
 * The inverse of a symmetric positive definite matrix in tiles, in place and by a gang of workers: the sweep operator (Goodnight, "A Tutorial
 * on the SWEEP Operator", 1979), a block of rows at a time. With D the inverse of the pivot block, by its Cholesky factor in float64:
 *
 *     A(i, j) ← A(i, j) − A(i, k) D A(k, j)      A(i, k) ← A(i, k) D      A(k, k) ← −D
 *
 * After all blocks A is −A⁻¹. That is n³ / 2 products in the lower half, as many as by a Cholesky factor, its inverse and their product, and
 * all of them are updates of tiles that do not depend on each other. Which worker does a tile changes nothing.
 */
import type { Kernels } from '../../wasm/kernels.js';
import type { Barrier } from '../barrier.js';
import { cholesky, choleskySolve } from '../linear/cholesky.js';
import { blocksOf, TILE, TILE_FLOATS, tileAt, transpose } from './tiles.js';

const BYTES = TILE_FLOATS * 4;

export interface InverseArgs {
  /** rows of the matrix */
  n: number;
  /** f32[tilesOf(n), TILE, TILE] */
  tiles: number;
  /** f32[blocksOf(n), TILE, TILE] twice: A(j, k), and −D A(k, j), of the block k that is swept */
  left: number;
  right: number;
  /** of each worker: f32[2, TILE, TILE] */
  scratch: number;
  worker: number;
}

export function invert(kernels: Kernels, memory: WebAssembly.Memory, a: InverseArgs, barrier: Barrier): void {
  const { buffer } = memory;
  const blocks = blocksOf(a.n);
  const f32 = (at: number) => new Float32Array(buffer, at, TILE_FLOATS);
  const tile = (i: number, j: number) => a.tiles + tileAt(i, j) * BYTES;
  const scratch = a.scratch + a.worker * 2 * BYTES;
  const minusD = f32(scratch);
  const across = f32(scratch + BYTES);

  /** Keeps A(j, k) and −D A(k, j). */
  const keep = (j: number, k: number) => {
    const left = f32(a.left + j * BYTES);
    if (j > k) {
      left.set(f32(tile(j, k)));
      transpose(across, left);
    } else {
      across.set(f32(tile(k, j)));
      transpose(left, across);
    }
    const right = a.right + j * BYTES;
    f32(right).fill(0);
    kernels.tile_update(right, scratch, scratch + BYTES, TILE);
  };

  /** The tiles of row i. */
  const update = (i: number, k: number) => {
    if (i !== k) {
      for (let j = 0; j <= i; j++) if (j !== k) kernels.tile_update(tile(i, j), a.left + i * BYTES, a.right + j * BYTES, TILE);
      if (i > k) {
        transpose(f32(tile(i, k)), f32(a.right + i * BYTES));
        negate(f32(tile(i, k)));
      }
      return;
    }
    for (let j = 0; j < k; j++) {
      f32(tile(k, j)).set(f32(a.right + j * BYTES));
      negate(f32(tile(k, j)));
    }
    f32(tile(k, k)).set(minusD);
  };

  for (let k = 0; k < blocks; k++) {
    // Each worker for itself: it takes less time than to wait for one.
    pivot(minusD, f32(tile(k, k)));
    for (let j = barrier.claim(blocks); j < blocks; j = barrier.claim(blocks)) if (j !== k) keep(j, k);
    barrier.wait();
    for (let i = barrier.claim(blocks); i < blocks; i = barrier.claim(blocks)) update(i, k);
    barrier.wait();
  }
}

function negate(values: Float32Array): void {
  for (let t = 0; t < values.length; t++) values[t] = -values[t];
}

/** out = −the inverse of a tile, of which the lower half is read. */
function pivot(out: Float32Array, tile: Float32Array): void {
  const factor = Float64Array.from(tile);
  cholesky(factor, TILE);
  const unit = new Float64Array(TILE);
  for (let c = 0; c < TILE; c++) {
    unit.fill(0)[c] = 1;
    choleskySolve(factor, TILE, unit);
    for (let r = 0; r < TILE; r++) out[r * TILE + c] = -unit[r];
  }
}
