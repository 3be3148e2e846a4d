/**
 * The contract of encoders: what turns raw columns of a shard into columns of a tile, inside a worker. One for each kind of feature
 * (prepare/feature.ts), for all features of the kind at once.
 */
import type { Kernels } from '../wasm/kernels.js';
import type { Layout } from '../wasm/memory.js';

/** Where the fitted numbers of a kind's features stand. `kind` is its name in programs/encoders/index.ts. */
export interface EncoderPlan {
  readonly kind: string;
  /** raw columns that it reads, and encoded columns that it writes */
  readonly columns: number;
  readonly inputs: number;
}

/** A shard's raw columns: 32-bit values [rows], `pitch` bytes apart. */
export interface RawColumns {
  columns: number;
  pitch: number;
  rows: number;
}

export interface Encoder {
  /**
   * tile f32[rows, ld] at its first column of this kind = the encoded values of rows first … first + rows − 1.
   * @param tile address of the kind's first column in the first row
   * @param raw the kind's own columns
   * @param rows at most TILE
   */
  encode(tile: number, ld: number, raw: RawColumns, first: number, rows: number): void;
}

/** @param memory absent where only the size of the buffers is asked for */
export type EncoderKind<P extends EncoderPlan = EncoderPlan> = (
  kernels: Kernels,
  memory: WebAssembly.Memory | undefined,
  plan: P,
  layout: Layout,
) => Encoder;

/** Rows that are encoded at a time, so that they stay in the second-level cache. */
export const TILE = 256;
