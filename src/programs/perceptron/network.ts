/**
 * How a network's parameters stand in memory, and the forward pass that training, inference and explanation share.
 *
 *     parameters f32[]  =  weights of layer 0, 1, … | biases of layer 0, 1, …
 *
 * Weights are packed as the dense kernels want them (assembly/dense.ts); each piece is padded with zeros to 16
 * floats. Optimizers are elementwise, so the packed form is trained as it is.
 */
import { type Kernels, stride } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';

export const ACTIVATIONS = ['identity', 'relu', 'logistic', 'tanh'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** What the last layer's raw output means. */
export type Output = 'identity' | 'logistic' | 'softmax';

export interface Network {
  /** inputs, units of each hidden layer, outputs */
  sizes: number[];
  /** of the hidden layers */
  activation: Activation;
  output: Output;
}

export interface Parameters {
  /** offset of each layer's weights, in floats */
  weights: number[];
  /** offset of each layer's biases, in floats */
  biases: number[];
  /** floats of all weights, padding included; the biases follow */
  weightsLength: number;
  /** floats of all parameters */
  length: number;
}

const pad16 = (n: number) => Math.ceil(n / 16) * 16;

/** Floats in a layer's packed weights; the same rule as dense_weights in assembly/dense.ts. */
export const packedLength = (inputs: number, units: number) =>
  units === 1 ? Math.max(stride(inputs), 8) : inputs * stride(units);

/** Where weight (i, j) of a layer stands in its packed form, in floats. */
export const packedIndex = (i: number, j: number, inputs: number, units: number) =>
  units === 1 ? i : (j & ~7) * inputs + i * 8 + (j & 7);

export function parametersOf(sizes: readonly number[]): Parameters {
  const weights: number[] = [];
  const biases: number[] = [];
  let at = 0;
  for (let l = 0; l + 1 < sizes.length; l++) {
    weights.push(at);
    at += pad16(packedLength(sizes[l], sizes[l + 1]));
  }
  const weightsLength = at;
  for (let l = 0; l + 1 < sizes.length; l++) {
    biases.push(at);
    at += pad16(stride(sizes[l + 1]));
  }
  return { weights, biases, weightsLength, length: at };
}

/** A network with its parameters and buffers at fixed addresses. */
export class ForwardPass {
  /** address of each layer's output f32[batch, stride(units)], the last one raw (before softmax or logistic) */
  readonly outputs: number[];
  readonly parameters: Parameters;
  readonly #scratch: number;

  /** @param layout gives the buffers for `batch` rows */
  constructor(
    private readonly kernels: Kernels,
    private readonly network: Network,
    private readonly at: number,
    layout: Layout,
    batch: number,
  ) {
    const { sizes } = network;
    this.parameters = parametersOf(sizes);
    this.outputs = sizes.slice(1).map((units) => layout.take(batch * stride(units) * 4));
    this.#scratch = layout.take(kernels.gemm_scratch(Math.max(...sizes)) * 4);
  }

  get scratch(): number {
    return this.#scratch;
  }
  weights(layer: number): number {
    return this.at + this.parameters.weights[layer] * 4;
  }
  biases(layer: number): number {
    return this.at + this.parameters.biases[layer] * 4;
  }

  /**
   * Runs x f32[rows, stride(inputs)] through all layers; returns the address of the raw output.
   * @param hidden may change the output of each hidden layer, before the next one reads it
   */
  run(x: number, rows: number, hidden?: (layer: number, rows: number) => void): number {
    const { sizes, activation } = this.network;
    const code = ACTIVATIONS.indexOf(activation);
    let input = x;
    for (let l = 0; l + 1 < sizes.length; l++) {
      const last = l + 2 === sizes.length;
      this.kernels.dense_forward(
        this.outputs[l],
        input,
        this.weights(l),
        this.biases(l),
        this.#scratch,
        rows,
        sizes[l],
        sizes[l + 1],
        last ? 0 : code,
      );
      if (hidden && !last) hidden(l, rows);
      input = this.outputs[l];
    }
    return input;
  }
}
