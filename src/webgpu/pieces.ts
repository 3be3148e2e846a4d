/** Columns of a shard in pieces that fit one binding: some columns by some rows, each copied to the device column by column. */
import { errors } from '../errors.js';
import type { Device } from './session.js';

export interface Piece {
  first: number;
  rows: number;
  firstColumn: number;
  columns: number;
}

/** @param step the rows of every piece but the last are a multiple of it */
export function piecesOf(largest: number, rows: number, columns: number, step: number): Piece[] {
  const most = Math.max(step, Math.floor(largest / 4 / step) * step);
  const pieces: Piece[] = [];
  for (let first = 0; first < rows; first += most) {
    const n = Math.min(most, rows - first);
    const width = Math.max(1, Math.min(65535, Math.floor(largest / 4 / n)));
    for (let firstColumn = 0; firstColumn < columns; firstColumn += width) {
      pieces.push({ first, rows: n, firstColumn, columns: Math.min(width, columns - firstColumn) });
    }
  }
  return pieces;
}

/** Writes a piece of the columns at those addresses: buffer f32[columns, rows]. */
export function writePiece({ gpu }: Device, memory: WebAssembly.Memory, buffer: GPUBuffer, addresses: number[], piece: Piece) {
  for (let j = 0; j < piece.columns; j++) {
    const at = addresses[piece.firstColumn + j] + piece.first * 4;
    gpu.write(buffer, new Float32Array(memory.buffer, at, piece.rows), j * piece.rows * 4);
  }
}

/** A matrix f32[rows, ld] at an address, on the device in parts of whole rows that fit one binding. */
export interface RowPart {
  buffer: GPUBuffer;
  first: number;
  rows: number;
}

export function writeRows(
  { gpu, session }: Device,
  memory: WebAssembly.Memory,
  at: number,
  rows: number,
  ld: number,
): RowPart[] {
  const most = Math.floor(gpu.largest / (ld * 4));
  if (most < 1) throw errors.runtime(`WebGPU: a row of ${ld} numbers is larger than the adapter binds at once.`);
  const parts: RowPart[] = [];
  for (let first = 0; first < Math.max(rows, 1); first += most) {
    const n = Math.min(most, rows - first);
    const buffer = session.buffer(n * ld * 4);
    gpu.write(buffer, new Float32Array(memory.buffer, at + first * ld * 4, n * ld));
    parts.push({ buffer, first, rows: n });
  }
  return parts;
}
