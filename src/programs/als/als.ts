/**
 * Alternating least squares by a gang of workers (Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", 2008):
 * with one side's factors held fixed, each row of the other is the solution of its own normal equations. A sweep solves all users and then all
 * items. Where the rows of a side have one penalty, what they have in common is factorized once and the rest solved by conjugate gradients
 * (assembly/als-conjugate.ts); else each row's equations are factorized (assembly/als.ts).
 *
 * Gramians are summed up in float64 over pieces of fixed size, in their order, and rows do not depend on each other: which worker solves
 * what changes nothing.
 */
import { errors } from '../../errors.js';
import type { Kernels } from '../../wasm/kernels.js';
import { Barrier } from '../barrier.js';
import type { Control } from '../program.js';
import { whiten } from './whiten.js';

/** Rows of a piece of the Gramian, and rows that a worker solves at a time. */
const PIECE = 1024;
const BLOCK = 32;

export const piecesOf = (rows: number) => Math.ceil(rows / PIECE);
/** Floats of a Gramian or normal equations of factors f32[…, ld]. */
export const gramFloats = (ld: number) => ld * (ld + 8);
/** Floats of scratch that a worker needs: for als_row, which is more than als_conjugate's and a block of rows. */
export const scratchFloats = (ld: number) => (ld + 64) * (ld + 8);
/** Steps of conjugate gradients at most: as many as there are unknowns would be exact but for rounding. */
const STEPS = 2;

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

/** Where what the rows of a side have in common is taken out of the other side's. */
export interface Common {
  /** f32[ld, ld] V and f32[ld, ld] Vᵀ */
  v: number;
  k: number;
  /** f32[rows of the larger side, ld]: y′ */
  rows: number;
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
  /** absent where rows have penalties of their own */
  common?: Common;
}

export function als(kernels: Kernels, memory: WebAssembly.Memory, a: AlsArgs, control: Control): void {
  const barrier = new Barrier(memory, a.sync, a.workers, control, a.worker);
  /** Pieces of the work, claimed by whoever is free, and then all wait for all. */
  const each = (count: number, work: (piece: number) => void) => {
    for (let piece = barrier.claim(count); piece < count; piece = barrier.claim(count)) {
      if (control.aborted()) throw errors.aborted();
      work(piece);
    }
    barrier.wait();
  };
  const solve = (side: AlsSide, other: AlsSide) => {
    const pieces = piecesOf(other.rows);
    each(pieces, (piece) => gramPiece(kernels, a, other, piece));
    if (a.worker === 0) {
      sumPieces(memory, a, pieces);
      if (a.common) takeOut(memory, a, a.common, side);
    }
    barrier.wait();
    const { common } = a;
    if (common) each(pieces, (piece) => transformPiece(kernels, a, common, other, piece));
    const block = common ? conjugateBlock(kernels, memory, a, common, side) : directBlock(kernels, memory, a, side, other);
    each(Math.ceil(side.rows / BLOCK), block);
  };
  for (let sweep = 1; sweep <= a.sweeps; sweep++) {
    solve(a.users, a.items);
    solve(a.items, a.users);
    if (a.worker === 0) control.progress(sweep, 0);
  }
}

/** V and Vᵀ for the rows of a side. */
function takeOut({ buffer }: WebAssembly.Memory, { gram, ld }: AlsArgs, at: Common, side: AlsSide): void {
  const [penalty] = new Float32Array(buffer, side.penalties, 1);
  const { v, k } = whiten(new Float32Array(buffer, gram, gramFloats(ld)), ld, penalty);
  new Float32Array(buffer, at.v, ld * ld).set(v);
  new Float32Array(buffer, at.k, ld * ld).set(k);
}

function transformPiece(kernels: Kernels, { ld }: AlsArgs, { rows, v }: Common, other: AlsSide, piece: number): void {
  const first = piece * PIECE;
  const at = first * ld * 4;
  kernels.als_transform(rows + at, other.factors + at, v, Math.min(PIECE, other.rows - first), ld, 0);
}

/** Who goes with a row: address and number of its entries, address of their weights or 0. */
function entriesOf({ buffer }: WebAssembly.Memory, side: AlsSide) {
  const offsets = new Int32Array(buffer, side.offsets, side.rows + 1);
  return (r: number) => {
    const at = offsets[r] * 4;
    return { index: side.index + at, n: offsets[r + 1] - offsets[r], weights: side.weights ? side.weights + at : 0 };
  };
}

function conjugateBlock(kernels: Kernels, memory: WebAssembly.Memory, a: AlsArgs, { rows, k }: Common, side: AlsSide) {
  const { ld } = a;
  const entries = entriesOf(memory, side);
  const scratch = a.scratch + a.worker * scratchFloats(ld) * 4;
  const solved = scratch + 3 * ld * 4;
  return (block: number) => {
    const first = block * BLOCK;
    const count = Math.min(BLOCK, side.rows - first);
    for (let r = 0; r < count; r++) {
      const { index, n, weights } = entries(first + r);
      kernels.als_conjugate(solved + r * ld * 4, rows, index, weights, scratch, n, ld, STEPS * ld);
    }
    kernels.als_transform(side.factors + first * ld * 4, solved, k, count, ld, 1);
  };
}

function directBlock(kernels: Kernels, memory: WebAssembly.Memory, a: AlsArgs, side: AlsSide, other: AlsSide) {
  const { ld } = a;
  const entries = entriesOf(memory, side);
  const scratch = a.scratch + a.worker * scratchFloats(ld) * 4;
  const penalties = new Float32Array(memory.buffer, side.penalties, side.rows);
  return (block: number) => {
    for (let r = block * BLOCK; r < Math.min(side.rows, (block + 1) * BLOCK); r++) {
      const { index, n, weights } = entries(r);
      const x = side.factors + r * ld * 4;
      kernels.als_row(x, other.factors, index, weights, a.gram, scratch, n, ld, penalties[r]);
    }
  };
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
