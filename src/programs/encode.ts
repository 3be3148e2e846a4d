/**
 * From a shard's raw columns to the rows that a model reads. The features of each kind stand together, in an encoded row as among the raw
 * columns; where a model reads several encodings, the whole of one stands behind the whole of the other. Zeros fill the row up to its stride.
 */
import { type Kernels, stride } from '../wasm/kernels.js';
import { Layout } from '../wasm/memory.js';
import { type Encoder, type EncoderPlan, type RawColumns, TILE } from './encoder.js';
import { encoders } from './encoders/index.js';

/** Where the fitted numbers of all features stand in memory. */
export interface EncodePlan {
  /** encoded columns */
  inputs: number;
  /** raw columns: one a feature */
  columns: number;
  /** of each encoding: its first column, and the features, kind by kind */
  encodings: { first: number; kinds: EncoderPlan[] }[];
}

/**
 * Where each of several encodings begins, and how many columns there are in all: at multiples of 4, since encoders write whole vectors, which
 * behind the last column of a row would reach the next.
 * @param widths columns of each
 */
export function startsOf(widths: readonly number[]): { firsts: number[]; inputs: number } {
  const firsts: number[] = [];
  let inputs = 0;
  for (const width of widths) {
    firsts.push(Math.ceil(inputs / 4) * 4);
    inputs = firsts[firsts.length - 1] + width;
  }
  return { firsts, inputs };
}

/**
 * Columns of rows that stand side by side, as rows of their own with zeros behind: to f32[rows, stride(count)] from f32[rows, ld].
 */
export function takeColumns(
  to: Float32Array,
  from: Float32Array,
  rows: number,
  ld: number,
  { first, count }: { first: number; count: number },
): void {
  const own = stride(count);
  to.fill(0);
  for (let r = 0; r < rows; r++) for (let i = 0; i < count; i++) to[r * own + i] = from[r * ld + first + i];
}

/** Bytes between two raw columns of a shard. */
export const rawPitch = (rows: number) => Math.ceil((rows * 4 + 64) / 64) * 64;

/** Encodes rows in tiles. */
export class TileEncoder {
  readonly #parts: { encoder: Encoder; column: number; input: number }[];

  /** @param layout gives the buffers @param memory absent where only their size is asked for */
  constructor(
    private readonly kernels: Kernels,
    memory: WebAssembly.Memory | undefined,
    private readonly plan: EncodePlan,
    layout: Layout,
  ) {
    this.#parts = plan.encodings.flatMap(({ first, kinds }) => {
      let [column, input] = [0, first];
      return kinds.map((kind) => {
        const part = { encoder: encoders[kind.kind](kernels, memory, kind, layout), column, input };
        column += kind.columns;
        input += kind.inputs;
        return part;
      });
    });
  }

  /** tile f32[rows, stride(inputs)] = encoded rows first … first + rows − 1, rows at most TILE. */
  encode(tile: number, raw: RawColumns, first: number, rows: number): void {
    const { inputs } = this.plan;
    const ld = stride(inputs);
    for (const { encoder, column, input } of this.#parts) {
      const columns = raw.columns + column * raw.pitch;
      encoder.encode(tile + input * 4, ld, { columns, pitch: raw.pitch, rows: raw.rows }, first, rows);
    }
    if (ld > inputs) this.kernels.fill_columns(tile, rows, inputs, ld, 0);
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
