/** The loss of a batch and its gradient by all parameters: what every training of a network does after the forward pass. */
import { type Kernels, stride } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import { ACTIVATIONS, type ForwardPass, type Network } from './network.js';

export class BackwardPass {
  /** address of the gradient by each layer's pre-activation, f32[batch, stride(units)] */
  readonly deltas: number[];
  readonly #transposed: number;

  /** @param pass whose outputs are gone back through @param layout gives the buffers for `batch` rows */
  constructor(
    private readonly kernels: Kernels,
    private readonly network: Network,
    private readonly pass: ForwardPass,
    layout: Layout,
    batch: number,
  ) {
    const { sizes } = network;
    this.deltas = sizes.slice(1).map((units) => layout.take(batch * stride(units) * 4));
    this.#transposed = layout.take(Math.max(...sizes.slice(1).map((u, l) => u * stride(sizes[l]) + 8 * u)) * 4);
  }

  /**
   * The sum of the batch's losses; its gradient goes to the last layer's delta.
   * @param y f32[rows], or labels of 32 bits @param weights f32[rows], 0 for none
   */
  loss(y: number, weights: number, rows: number): number {
    const { kernels, network, pass, deltas } = this;
    const { sizes, output } = network;
    const last = sizes.length - 2;
    const [z, dz] = [pass.outputs[last], deltas[last]];
    if (output === 'logistic') return kernels.logistic_loss(dz, z, y, weights, rows);
    if (output === 'softmax') return kernels.softmax_loss(dz, z, y, weights, rows, sizes[last + 1]);
    return kernels.squared_loss(dz, z, y, weights, rows);
  }

  /**
   * From the last layer's delta to the gradient of all parameters.
   * @param x f32[rows, stride(inputs)], the batch
   * @param gradient out f32[parametersOf(sizes).length]
   * @param kept by how much dropout scaled up what it kept of the hidden layers' outputs
   */
  run(x: number, gradient: number, rows: number, kept = 1): void {
    const { kernels, pass, deltas } = this;
    const { sizes, activation } = this.network;
    const code = ACTIVATIONS.indexOf(activation);
    for (let l = sizes.length - 2; l >= 0; l--) {
      const [inputs, units] = [sizes[l], sizes[l + 1]];
      const input = l === 0 ? x : pass.outputs[l - 1];
      const dweights = gradient + pass.parameters.weights[l] * 4;
      const dbias = gradient + pass.parameters.biases[l] * 4;
      kernels.dense_backward_weights(dweights, dbias, input, deltas[l], rows, inputs, units);
      if (l === 0) break;
      this.#input(l, deltas[l - 1], input, rows, code);
      if (kept !== 1) kernels.vector_scale(deltas[l - 1], deltas[l - 1], rows * stride(inputs), kept);
    }
  }

  /**
   * The gradient by some of the batch's columns, after `run`: out f32[rows, stride(columns)].
   * @param first a multiple of 8; the columns from there to the last
   */
  columns(out: number, first: number, rows: number): void {
    const { kernels, pass, deltas } = this;
    const [inputs, units] = this.network.sizes;
    let w = pass.weights(0) + first * 4;
    if (units > 1) {
      // The transpose stands in panels of 8 columns: those from `first` on are its end.
      kernels.dense_transpose(this.#transposed, pass.weights(0), inputs, units);
      w = this.#transposed + first * units * 4;
    }
    kernels.dense_backward_input(out, deltas[0], w, out, pass.scratch, rows, inputs - first, units, 0);
  }

  /** dx = (the layer's delta · Wᵀ) ⊙ f′(x) */
  #input(l: number, out: number, x: number, rows: number, code: number): void {
    const { kernels, pass, deltas } = this;
    const [inputs, units] = [this.network.sizes[l], this.network.sizes[l + 1]];
    if (units > 1) kernels.dense_transpose(this.#transposed, pass.weights(l), inputs, units);
    const w = units > 1 ? this.#transposed : pass.weights(l);
    kernels.dense_backward_input(out, deltas[l], w, x, pass.scratch, rows, inputs, units, code);
  }
}
