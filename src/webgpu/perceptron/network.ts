/** The layers of a network on the device, and the forward pass that inference and training share. */

import { ACTIVATIONS, type Network, packedLength, parametersOf } from '../../programs/perceptron/network.js';
import { stride } from '../../wasm/kernels.js';
import { gemmKernel } from '../gemm.js';
import type { Binding, Kernel, Recording } from '../gpu.js';
import type { Device } from '../session.js';

/** Some units of a layer: weights packed as in assembly/dense.ts, and biases. All of them where they fit one binding. */
export interface UnitPart {
  first: number;
  units: number;
  weights: Binding;
  bias: Binding;
}

/** Writes a network's parameters, each layer in parts that fit one binding. */
export function writeLayers(
  { gpu, session }: Device,
  memory: WebAssembly.Memory,
  { sizes }: Network,
  at: number,
): UnitPart[][] {
  const { weights, biases } = parametersOf(sizes);
  return weights.map((offset, l) => {
    const [inputs, units] = [sizes[l], sizes[l + 1]];
    const most = units === 1 ? 1 : Math.max(8, Math.floor(gpu.largest / (inputs * 32)) * 8);
    const parts: UnitPart[] = [];
    for (let first = 0; first < units; first += most) {
      const n = Math.min(most, units - first);
      const length = units === 1 ? packedLength(inputs, 1) : inputs * Math.ceil(n / 8) * 8;
      const [w, b] = [session.buffer(length * 4), session.buffer(n * 4)];
      gpu.write(w, new Float32Array(memory.buffer, at + (offset + first * inputs) * 4, length));
      gpu.write(b, new Float32Array(memory.buffer, at + (biases[l] + first) * 4, n));
      parts.push({ first, units: n, weights: w, bias: b });
    }
    return parts;
  });
}

export class ForwardPass {
  /** each layer's output f32[batch, stride(units)], the last one raw */
  readonly outputs: GPUBuffer[];
  readonly #groups: { kernel: Kernel; group: GPUBindGroup; workgroups: number[]; part: UnitPart }[][];

  /** @param input f32[batch, stride(inputs)] */
  constructor(
    { gpu, session }: Device,
    private readonly network: Network,
    layers: UnitPart[][],
    readonly input: GPUBuffer,
    batch: number,
  ) {
    const { sizes } = network;
    this.outputs = sizes.slice(1).map((units) => session.buffer(batch * stride(units) * 4));
    this.#groups = layers.map((parts, l) =>
      parts.map((part) => {
        const [kernel, workgroups] = gemmKernel(gpu, 'dense_forward', 'wrrr', batch, part.units);
        const x = l === 0 ? input : this.outputs[l - 1];
        return { kernel, group: kernel.bind(this.outputs[l], x, part.weights, part.bias), workgroups, part };
      }),
    );
  }

  /** Records the pass over the first rows of the input. */
  run(work: Recording, rows: number): void {
    const { sizes, activation } = this.network;
    const code = ACTIVATIONS.indexOf(activation);
    this.#groups.forEach((parts, l) => {
      const last = l === this.#groups.length - 1;
      const ld = stride(sizes[l + 1]);
      for (const { kernel, group, workgroups, part } of parts) {
        work.dispatch(kernel, group, workgroups, [rows, sizes[l], part.units, last ? 0 : code, ld, part.first]);
      }
    });
  }
}
