/** What the workloads of several twins share: numbers that mean nothing, columns of them, and the rank of factors. */
import { type Layout, place, type Space } from '../wasm/memory.js';

export const RANK = 64;
/** Rows of a column. */
const ROWS = 65536;

/** Columns as `moments` and `scale` take them. */
export const COLUMN_SIZES = [16, 64, 256].map((columns) => columns * ROWS);

/** Random bits as floats within ± scale, the same each time. */
export function fill(values: Float32Array, scale = 1): void {
  let x = 1;
  for (let i = 0; i < values.length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    values[i] = (x / 0x80000000 - 1) * scale;
  }
}

/** A view that writes into a space. */
export const floats = ({ memory }: Space, at: number, n: number) => new Float32Array(memory.buffer, at, n);

/** Columns of random numbers, and room for what a program makes of them. */
export function placeColumns<T>(space: Space, work: number, room: (layout: Layout, columns: number, rows: number) => T) {
  const count = work / ROWS;
  const { at, region } = place(space, (layout) => ({
    columns: Array.from({ length: count }, () => layout.take(ROWS * 4)),
    ...room(layout, count, ROWS),
  }));
  for (const column of at.columns) fill(floats(space, column, ROWS));
  return { rows: ROWS, at, region };
}
