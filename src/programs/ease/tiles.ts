/**
 * A symmetric matrix of which only the lower half stands in memory, as square tiles:
 *
 *     tile (i, j), i ≥ j, is f32[TILE, TILE], row-major; tiles stand row by row, (0, 0), (1, 0), (1, 1), (2, 0), …
 *
 * Beyond the last row the matrix goes on as the unit matrix, so that every tile is whole.
 */

/** Rows of a tile. */
export const TILE = 64;
export const TILE_FLOATS = TILE * TILE;

export const blocksOf = (n: number) => Math.ceil(n / TILE);
export const tilesOf = (n: number) => (blocksOf(n) * (blocksOf(n) + 1)) / 2;
/** The number of tile (i, j), i ≥ j. */
export const tileAt = (i: number, j: number) => (i * (i + 1)) / 2 + j;

/** out = the transpose of a tile. */
export function transpose(out: Float32Array, tile: Float32Array): void {
  for (let r = 0; r < TILE; r++) for (let c = 0; c < TILE; c++) out[c * TILE + r] = tile[r * TILE + c];
}
