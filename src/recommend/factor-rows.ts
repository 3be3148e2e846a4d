/**
 * Rows of a factorization in training. All parameters are one array of float32, so that the program can look at them together:
 *
 *     p [rowsP, ld] │ q [rowsQ, ld] │ bu [rowsP] │ bi [rowsQ]          ld: the rank, rounded up to 8
 *
 * Users and items stand in it by the rows that the strata gave them (strata.ts), with rows of zeros between the groups.
 */
import type { Engine } from '../engine/engine.js';
import type { FactorizationSettings } from './factorization-options.js';
import type { Factors } from './factors.js';
import type { Strata } from './strata.js';

/** Streams of the generator for the factors' start. */
const STREAM = { p: 0x71000000, q: 0x71000001 };

export const ldOf = (rank: number) => Math.ceil(rank / 8) * 8;

/** Where the four stand, in float32 from the first, and their length together. */
export function offsetsOf({ rowsP, rowsQ }: Strata, ld: number) {
  const [q, bu] = [rowsP * ld, (rowsP + rowsQ) * ld];
  return { p: 0, q, bu, bi: bu + rowsP, length: (rowsP + rowsQ) * (ld + 1) };
}

/**
 * Puts parameters to begin with at an address: those learnt before, and random ones for users and items that are new.
 * @param before absent where nothing was learnt
 */
export function startRows(
  engine: Engine,
  address: number,
  strata: Strata,
  { rank, initScale, seed }: FactorizationSettings,
  before: Factors | undefined,
): void {
  const { userRow, itemRow } = strata;
  const ld = ldOf(rank);
  const offsets = offsetsOf(strata, ld);
  // Room first, then views: the memory may grow.
  using drawn = engine.allocate(Math.max(userRow.length, itemRow.length) * rank * 4 + 16);
  const parameters = engine.f32(address, offsets.length).fill(0);
  const put = (row: Int32Array, offset: number, stream: number, known: Float32Array) => {
    engine.kernels.random_uniform(drawn.offset, row.length * rank, -initScale, 2 * initScale, seed, stream);
    const fresh = engine.f32(drawn.offset, row.length * rank);
    for (let i = 0; i < row.length; i++) {
      const from = i * rank < known.length ? known : fresh;
      parameters.set(from.subarray(i * rank, (i + 1) * rank), offset + row[i] * ld);
    }
  };
  const none = new Float32Array(0);
  put(userRow, offsets.p, STREAM.p, before?.userFactors ?? none);
  put(itemRow, offsets.q, STREAM.q, before?.itemFactors ?? none);
  before?.userBiases.forEach((bias, u) => {
    parameters[offsets.bu + userRow[u]] = bias;
  });
  before?.itemBiases.forEach((bias, i) => {
    parameters[offsets.bi + itemRow[i]] = bias;
  });
}

/** The parameters by user and item, without the rows between: a copy. */
export function takeRows(engine: Engine, address: number, strata: Strata, rank: number) {
  const { userRow, itemRow } = strata;
  const ld = ldOf(rank);
  const offsets = offsetsOf(strata, ld);
  const parameters = engine.f32(address, offsets.length);
  const take = (row: Int32Array, offset: number, step: number, width: number) => {
    const out = new Float32Array(row.length * width);
    for (let i = 0; i < row.length; i++) {
      const from = offset + row[i] * step;
      out.set(parameters.subarray(from, from + width), i * width);
    }
    return out;
  };
  return {
    userFactors: take(userRow, offsets.p, ld, rank),
    itemFactors: take(itemRow, offsets.q, ld, rank),
    userBiases: take(userRow, offsets.bu, 1, 1),
    itemBiases: take(itemRow, offsets.bi, 1, 1),
  };
}
