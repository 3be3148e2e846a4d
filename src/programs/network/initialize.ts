/**
 * What training starts from: weights and biases of a layer uniform within ±1 / √inputs, as PyTorch's; of an embedding the frequencies normal with
 * deviation 0.3, phases anywhere, the map as a layer of 16 inputs.
 */
import type { Kernels } from '../../wasm/kernels.js';
import { packedIndex, parametersOf } from '../perceptron/network.js';
import { type EmbeddedNetwork, embeddedLength, FREQUENCIES, isColumn, NUMBER_LENGTH, VALUES } from './embedding.js';

const DEVIATION = 0.3;
/** The high half of the stream numbers belongs to initial values, one stream a layer; the embeddings have the last ones. */
const STREAM = 0x80000000;
const EMBEDDINGS = 0xffff0000;

/** Floats of scratch that `initialize` needs. */
export const initializeScratch = ({ sizes, numbers }: EmbeddedNetwork) =>
  Math.max(numbers * FREQUENCIES * VALUES, ...sizes.slice(1).map((units, l) => (sizes[l] + 1) * units)) + 16;

/** parameters f32[embeddedLength(network)] = initial values. @param scratch address of f32[initializeScratch(network)] */
export function initialize(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  network: EmbeddedNetwork,
  parameters: number,
  scratch: number,
  seed: number,
): void {
  const { sizes, columns, numbers } = network;
  const { weights, biases, length } = parametersOf(sizes);
  const values = new Float32Array(memory.buffer, parameters, embeddedLength(network)).fill(0);
  const draw = (n: number, least: number, most: number, stream: number) => {
    kernels.random_uniform(scratch, n, least, most - least, seed, stream);
    return new Float32Array(memory.buffer, scratch, n);
  };
  for (let l = 0; l + 1 < sizes.length; l++) {
    const [inputs, units] = [sizes[l], sizes[l + 1]];
    const used = (i: number) => l > 0 || isColumn(i, columns);
    const bound = 1 / Math.sqrt(l > 0 ? inputs : columns + VALUES * numbers);
    const drawn = draw((inputs + 1) * units, -bound, bound, STREAM + l);
    for (let j = 0; j < units; j++) {
      for (let i = 0; i < inputs; i++)
        if (used(i)) values[weights[l] + packedIndex(i, j, inputs, units)] = drawn[i * units + j];
      values[biases[l] + j] = drawn[inputs * units + j];
    }
  }
  if (numbers === 0) return;
  /** Puts what was drawn, `count` for each number, behind each number's first `skip` floats. */
  const put = (drawn: Float32Array, count: number, skip: number, factor: number) => {
    drawn.forEach((value, i) => {
      values[length + Math.floor(i / count) * NUMBER_LENGTH + skip + (i % count)] = value * factor;
    });
  };
  draw(numbers * FREQUENCIES, 0, 1, EMBEDDINGS);
  kernels.normal_quantile(scratch, scratch, numbers * FREQUENCIES, 1e-6, 1 - 1e-6);
  put(new Float32Array(memory.buffer, scratch, numbers * FREQUENCIES), FREQUENCIES, 0, DEVIATION);
  put(draw(numbers * FREQUENCIES, 0, 1, EMBEDDINGS + 1), FREQUENCIES, FREQUENCIES, 1);
  const map = FREQUENCIES * VALUES;
  put(draw(numbers * map, -1, 1, EMBEDDINGS + 2), map, 2 * FREQUENCIES, 1 / Math.sqrt(FREQUENCIES));
}
