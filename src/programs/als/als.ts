/**
 * Alternating least squares by a gang of workers (Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", 2008):
 * with one side's factors held fixed, each row of the other is the solution of its own normal equations (assembly/als.ts). A sweep solves all
 * users and then all items.
 *
 * Gramians are summed up in float64 over pieces of fixed size, in their order, and rows do not depend on each other: which worker solves
 * what changes nothing.
 */
import { errors } from '../../errors.js';
import type { Kernels } from '../../wasm/kernels.js';
import { Barrier } from '../barrier.js';
import type { Control } from '../program.js';

/** Rows of a piece of the Gramian, and rows that a worker solves at a time. */
const PIECE = 1024;
const BLOCK = 32;

export const piecesOf = (rows: number) => Math.ceil(rows / PIECE);
/** Floats of a Gramian or normal equations of factors f32[…, ld]. */
export const gramFloats = (ld: number) => ld * (ld + 8);
/** Floats of scratch that als_row needs. */
export const scratchFloats = (ld: number) => (ld + 64) * (ld + 8);

/** One side: its factors, and who goes with whom. */
export interface AlsSide {
  rows: number;
  /** f32[rows, ld] */
  factors: number;
  /** of row r the rows of the other side are index[offsets[r]] …, i32, with weights f32 or 0 for none */
  offsets: number;
  index: number;
  weights: number;
  /** f32[rows]: the penalty of each row */
  penalties: number;
}

export interface AlsArgs {
  worker: number;
  workers: number;
  /** i32[16] zeros: where they meet */
  sync: number;
  users: AlsSide;
  items: AlsSide;
  ld: number;
  sweeps: number;
  /** α₀: weight of pairs that did not occur */
  unobservedWeight: number;
  /** f32[gramFloats], and as many for each piece of the larger side */
  gram: number;
  pieces: number;
  /** per worker: f32[scratchFloats] */
  scratch: number;
}

export function als(kernels: Kernels, memory: WebAssembly.Memory, a: AlsArgs, control: Control): void {
  const barrier = new Barrier(memory, a.sync, a.workers, control, a.worker);
  const scratch = a.scratch + a.worker * scratchFloats(a.ld) * 4;
  const solve = (side: AlsSide, other: AlsSide) => {
    const pieces = piecesOf(other.rows);
    for (let p = barrier.claim(pieces); p < pieces; p = barrier.claim(pieces)) gramPiece(kernels, a, other, p);
    barrier.wait();
    if (a.worker === 0) sumPieces(memory, a, pieces);
    barrier.wait();
    const offsets = new Int32Array(memory.buffer, side.offsets, side.rows + 1);
    const penalties = new Float32Array(memory.buffer, side.penalties, side.rows);
    const blocks = Math.ceil(side.rows / BLOCK);
    for (let b = barrier.claim(blocks); b < blocks; b = barrier.claim(blocks)) {
      if (control.aborted()) throw errors.aborted();
      for (let r = b * BLOCK; r < Math.min(side.rows, (b + 1) * BLOCK); r++) {
        const at = offsets[r] * 4;
        const weights = side.weights ? side.weights + at : 0;
        const n = offsets[r + 1] - offsets[r];
        const x = side.factors + r * a.ld * 4;
        kernels.als_row(x, other.factors, side.index + at, weights, a.gram, scratch, n, a.ld, penalties[r]);
      }
    }
    barrier.wait();
  };
  for (let sweep = 1; sweep <= a.sweeps; sweep++) {
    solve(a.users, a.items);
    solve(a.items, a.users);
    if (a.worker === 0) control.progress(sweep, 0);
  }
}

function gramPiece(
  kernels: Kernels,
  a: Pick<AlsArgs, 'ld' | 'pieces'>,
  side: Pick<AlsSide, 'rows' | 'factors'>,
  piece: number,
) {
  const first = piece * PIECE;
  const rows = Math.min(PIECE, side.rows - first);
  kernels.als_gram(a.pieces + piece * gramFloats(a.ld) * 4, side.factors + first * a.ld * 4, rows, a.ld);
}

/** gram = α₀ · the sum of the pieces. */
function sumPieces(
  { buffer }: WebAssembly.Memory,
  a: Pick<AlsArgs, 'ld' | 'pieces' | 'gram' | 'unobservedWeight'>,
  count: number,
) {
  const length = gramFloats(a.ld);
  const sum = new Float64Array(length);
  for (let piece = 0; piece < count; piece++) {
    const values = new Float32Array(buffer, a.pieces + piece * length * 4, length);
    for (let t = 0; t < length; t++) sum[t] += values[t];
  }
  new Float32Array(buffer, a.gram, length).set(sum.map((value) => value * a.unobservedWeight));
}

/** On the calling thread, the same Gramian as in fitting: what folding in needs. */
export function gramOf(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  a: Pick<AlsArgs, 'ld' | 'pieces' | 'gram' | 'unobservedWeight'>,
  side: Pick<AlsSide, 'rows' | 'factors'>,
): void {
  for (let piece = 0; piece < piecesOf(side.rows); piece++) gramPiece(kernels, a, side, piece);
  sumPieces(memory, a, piecesOf(side.rows));
}
