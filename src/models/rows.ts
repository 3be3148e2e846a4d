/** Rows to learn from, as they stand in linear memory: made of columns, looked at, averaged. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { Matrix } from '../table/matrix.js';
import { stride } from '../wasm/kernels.js';
import { ResidentMatrix, Tile } from '../wasm/resident.js';

/** Rows that are turned at a time. */
const SHARD = 32768;

/** Columns to rows, by the kernel that also standardizes: here with mean 0 and scale 1, NaN kept. */
export function toTile(engine: Engine, x: Matrix | ResidentMatrix): Tile {
  const { kernels } = engine;
  const { rows, columns } = x;
  const tile = new Tile(engine, rows, columns);
  const pitch = SHARD * 4 + 64;
  using copied = engine.allocate(x instanceof ResidentMatrix ? 0 : columns * pitch);
  using pointers = engine.allocate(columns * 4);
  using identity = engine.allocate(columns * 16);
  const parameters = engine.f32(identity.offset, columns * 4);
  for (let j = 0; j < columns; j++) parameters.set([0, 0, 1, Number.NaN], j * 4);
  const ld = stride(columns);
  for (let first = 0; first < rows; first += SHARD) {
    const n = Math.min(SHARD, rows - first);
    const at = engine.u32(pointers.offset, columns);
    for (let j = 0; j < columns; j++) {
      at[j] = x instanceof ResidentMatrix ? x.address(j) + first * 4 : copied.offset + j * pitch;
      if (!(x instanceof ResidentMatrix)) engine.f32(at[j], n).set(x.column(j).subarray(first, first + n));
    }
    kernels.standardize(tile.address(first), pointers.offset, identity.offset, n, columns, ld);
    if (ld > columns) kernels.fill_columns(tile.address(first), n, columns, ld, 0);
  }
  return tile;
}

/** @throws CameoError 'data' for the first NaN or infinity */
export function refuseNonFinite(engine: Engine, tile: Tile): void {
  const ld = stride(tile.columns);
  // The sum of squares tells at once that all is well; it may also overflow with every value finite.
  if (Number.isFinite(engine.kernels.sum_squares(tile.address(), tile.rows * ld))) return;
  const bad = tile.values().findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) throw errors.nonFinite('The training matrix', Math.floor(bad / ld), bad % ld);
}

/** The mean of a tile's rows, in float64, without the padding. */
export function meanRow(tile: Tile): Float32Array {
  const values = tile.values();
  const ld = stride(tile.columns);
  const sums = new Float64Array(tile.columns);
  for (let r = 0; r < tile.rows; r++) for (let i = 0; i < tile.columns; i++) sums[i] += values[r * ld + i];
  return Float32Array.from(sums, (sum) => sum / tile.rows);
}
