/** The loss of a batch and its gradient by all parameters of a network with embedded numbers. */
import { type Kernels, stride } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import { BackwardPass } from '../perceptron/backward.js';
import { type EmbeddedNetwork, EmbeddedPass, embeddedLength, firstValue, VALUES } from './embedding.js';

/** What leaves hidden units out of a step: by chance, in 256ths, of a stream for each layer. */
export interface Dropout {
  chance: number;
  seed: number;
  /** the stream of the first hidden layer; those of the others follow */
  stream: number;
}

/** A batch: x f32[rows, stride(columns)], y f32[rows] or labels of 32 bits, weights f32[rows] or 0 for none. */
export interface Batch {
  x: number;
  y: number;
  weights: number;
  rows: number;
}

export class GradientPass {
  readonly pass: EmbeddedPass;
  /** address of the gradient f32[embeddedLength(network)] */
  readonly gradient: number;
  readonly #backward: BackwardPass;
  readonly #dvalues: number;

  /** @param parameters and numbers as EmbeddedPass has them @param layout gives the buffers for `batch` rows */
  constructor(
    private readonly kernels: Kernels,
    private readonly network: EmbeddedNetwork,
    parameters: number,
    private readonly numbers: number,
    layout: Layout,
    batch: number,
  ) {
    this.pass = new EmbeddedPass(kernels, network, parameters, numbers, layout, batch);
    this.#backward = new BackwardPass(kernels, network, this.pass.dense, layout, batch);
    this.#dvalues = layout.take(batch * stride(VALUES * network.numbers) * 4);
    this.gradient = layout.take(embeddedLength(network) * 4);
  }

  /** The sum of the losses, without a gradient. */
  loss({ x, y, weights, rows }: Batch): number {
    this.pass.run(x, rows);
    return this.#backward.loss(y, weights, rows);
  }

  /** As `loss`, with units left out; the gradient is of the mean loss. */
  run({ x, y, weights, rows }: Batch, { chance, seed, stream }: Dropout): number {
    const { kernels, pass, gradient } = this;
    const { sizes, columns, numbers } = this.network;
    const drop = (l: number) => kernels.dropout(pass.dense.outputs[l], rows * stride(sizes[l + 1]), chance, seed, stream + l);
    pass.run(x, rows, chance > 0 ? drop : undefined);
    const loss = this.#backward.loss(y, weights, rows);
    this.#backward.run(pass.embedded, gradient, rows, 256 / (256 - chance));
    if (numbers === 0) return loss;
    this.#backward.columns(this.#dvalues, firstValue(columns), rows);
    const own = gradient + pass.dense.parameters.length * 4;
    kernels.embed_backward(own, this.#dvalues, x, this.numbers, pass.embedding, rows, columns, numbers);
    return loss;
  }
}
