/**
 * From a shard's raw columns to the rows that a network reads:
 *
 *     numbers     → ranks among the training quantiles (where there are any) → imputed and standardized
 *     categories  → one column per label
 *
 * Numbers come first in an encoded row, then the labels of each category in turn, then zeros up to the stride.
 */
import { type Kernels, stride } from '../wasm/kernels.js';
import { Layout } from '../wasm/memory.js';

/** Where the fitted numbers of the encoder stand in memory. */
export interface EncodePlan {
  /** encoded columns */
  inputs: number;
  /** numeric columns */
  numbers: number;
  /** f32[numbers, nQuantiles] */
  quantiles: number;
  /** 0 for no rank transform */
  nQuantiles: number;
  /** f32[numbers, 4] as in assembly/standardize.ts */
  standardize: number;
  /** f32[labels of all categories]: what a label's column holds where the row has the label, and where not */
  on: number;
  off: number;
  /** labels of each category column */
  labels: number[];
}

/** A shard's raw columns: numbers f32[rows], NaN for missing, then categories i32[rows], −1 for none, `pitch` bytes apart. */
export interface RawColumns {
  columns: number;
  pitch: number;
  rows: number;
}

/** Bytes between two raw columns of a shard. */
export const rawPitch = (rows: number) => Math.ceil((rows * 4 + 64) / 64) * 64;

/** Rows that are encoded at a time, so that they stay in the second-level cache. */
export const TILE = 256;

/** Encodes rows in tiles. */
export class TileEncoder {
  readonly #ranks: number;
  readonly #pointers: number;
  readonly #addresses: Uint32Array;

  /** @param layout gives the buffers @param memory absent where only their size is asked for */
  constructor(
    private readonly kernels: Kernels,
    memory: WebAssembly.Memory | undefined,
    private readonly plan: EncodePlan,
    layout: Layout,
  ) {
    this.#ranks = layout.take(plan.numbers * (TILE + 4) * 4);
    this.#pointers = layout.take(plan.numbers * 4);
    this.#addresses = memory ? new Uint32Array(memory.buffer, this.#pointers, plan.numbers) : new Uint32Array(0);
  }

  /** tile f32[rows, stride(inputs)] = encoded rows first … first + rows − 1, rows at most TILE. */
  encode(tile: number, raw: RawColumns, first: number, rows: number): void {
    const { kernels, plan } = this;
    const ld = stride(plan.inputs);
    const pointers = this.#addresses;
    for (let j = 0; j < plan.numbers; j++) {
      const from = raw.columns + j * raw.pitch + first * 4;
      pointers[j] = from;
      if (plan.nQuantiles > 0) {
        pointers[j] = this.#ranks + j * (TILE + 4) * 4;
        kernels.quantile_transform(pointers[j], from, plan.quantiles + j * plan.nQuantiles * 4, rows, plan.nQuantiles);
      }
    }
    if (plan.numbers > 0) kernels.standardize(tile, this.#pointers, plan.standardize, rows, plan.numbers, ld);
    if (ld > plan.inputs) kernels.fill_columns(tile, rows, plan.inputs, ld, 0);
    let label = 0;
    for (let c = 0; c < plan.labels.length; c++) {
      const count = plan.labels[c];
      const codes = raw.columns + (plan.numbers + c) * raw.pitch + first * 4;
      const to = tile + (plan.numbers + label) * 4;
      kernels.one_hot(to, codes, plan.on + label * 4, plan.off + label * 4, rows, count, ld);
      label += count;
    }
  }
}

export interface EncodeArgs extends RawColumns {
  plan: EncodePlan;
  /** out f32[rows, stride(inputs)] */
  out: number;
  /** encodeScratch(…) bytes */
  scratch: number;
}

/** Bytes of scratch that `encode` needs. */
export function encodeScratch(kernels: Kernels, plan: EncodePlan): number {
  const layout = new Layout(0);
  new TileEncoder(kernels, undefined, plan, layout);
  return layout.bytes;
}

export function encode(kernels: Kernels, memory: WebAssembly.Memory, args: EncodeArgs): void {
  const { plan, rows, out } = args;
  const encoder = new TileEncoder(kernels, memory, plan, new Layout(args.scratch));
  for (let first = 0; first < rows; first += TILE) {
    encoder.encode(out + first * stride(plan.inputs) * 4, args, first, Math.min(TILE, rows - first));
  }
}
