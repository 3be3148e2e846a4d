/**
 * A network whose numbers are embedded (assembly/embed.ts): the embedding stands in front of the dense layers of programs/perceptron/, whose first
 * input it makes.
 *
 *     encoded row f32[columns] ──embed──▶ embedded row: the encoded columns | zeros to a multiple of 8 | 3 values a number ──dense layers──▶ z
 *
 *     parameters f32[]  =  those of the dense layers | f32[5, 16] of each number
 */
import { type Kernels, stride } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import { ForwardPass, type Network, parametersOf } from '../perceptron/network.js';

/** Cosines of a number, and values that they are mapped to. */
export const FREQUENCIES = 16;
export const VALUES = 3;
/** Floats of a number's parameters: frequencies, phases, and a map to each value. */
export const NUMBER_LENGTH = (2 + VALUES) * FREQUENCIES;

export interface EmbeddedNetwork extends Network {
  /** encoded columns; `sizes` begins with the embedded ones */
  columns: number;
  /** how many of them are numbers */
  numbers: number;
}

/** The embedded column that the numbers' values begin at. */
export const firstValue = (columns: number) => 8 * Math.ceil(columns / 8);
export const embeddedInputs = (columns: number, numbers: number) => firstValue(columns) + VALUES * numbers;

/** Floats of all parameters. */
export const embeddedLength = ({ sizes, numbers }: EmbeddedNetwork) => parametersOf(sizes).length + NUMBER_LENGTH * numbers;

/** What stands behind the encoded columns and before the values is no column: its weights are zero and stay so. */
export const isColumn = (i: number, columns: number) => i < columns || i >= firstValue(columns);

/** The embedding and the dense layers at fixed addresses. */
export class EmbeddedPass {
  /** address of the embedded rows f32[batch, stride(sizes[0])] */
  readonly embedded: number;
  readonly dense: ForwardPass;
  /** address of f32[numbers, 5, 16] */
  readonly embedding: number;

  /** @param at address of the parameters @param numbers address of i32[numbers]: which columns are numbers */
  constructor(
    private readonly kernels: Kernels,
    private readonly network: EmbeddedNetwork,
    at: number,
    private readonly numbers: number,
    layout: Layout,
    batch: number,
  ) {
    this.dense = new ForwardPass(kernels, network, at, layout, batch);
    this.embedding = at + this.dense.parameters.length * 4;
    this.embedded = layout.take(batch * stride(network.sizes[0]) * 4);
  }

  /** Embeds x f32[rows, stride(columns)]. */
  embed(x: number, rows: number): void {
    const { columns, numbers } = this.network;
    this.kernels.embed_forward(this.embedded, x, this.numbers, this.embedding, rows, columns, numbers);
  }

  /** Runs x through the embedding and all layers; see ForwardPass.run. */
  run(x: number, rows: number, hidden?: (layer: number, rows: number) => void): number {
    this.embed(x, rows);
    return this.dense.run(this.embedded, rows, hidden);
  }
}
