/** Where a network's parameters stand on the device: as in linear memory, but that each piece can be bound by itself. */
import { packedLength, parametersOf } from '../../programs/perceptron/network.js';
import { stride } from '../../wasm/kernels.js';

/** A piece of the parameters: floats from → to, of linear memory and of the device, where pieces are aligned to bindings. */
export interface Piece {
  from: number;
  to: number;
  length: number;
}

export interface Placed {
  weights: Piece[];
  biases: Piece[];
  /** floats of all weights, padding included; the biases follow */
  weightsLength: number;
  length: number;
}

export function placeParameters(sizes: number[]): Placed {
  const { weights, biases } = parametersOf(sizes);
  let to = 0;
  const take = (from: number, length: number) => {
    const piece = { from, to, length };
    to += Math.ceil(length / 64) * 64;
    return piece;
  };
  const w = weights.map((from, l) => take(from, packedLength(sizes[l], sizes[l + 1])));
  const weightsLength = to;
  return { weights: w, biases: biases.map((from, l) => take(from, stride(sizes[l + 1]))), weightsLength, length: to };
}

/** A piece as a kernel binds it. */
export const slice = (buffer: GPUBuffer, { to, length }: Piece) => ({
  buffer,
  offset: to * 4,
  size: Math.ceil(length / 64) * 256,
});
