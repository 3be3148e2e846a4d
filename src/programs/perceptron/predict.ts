/** Inference over the rows of one shard, in tiles that stay in the second-level cache. */
import { type Kernels, stride } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import { ForwardPass, type Network } from './network.js';

/** Rows in a tile. */
const TILE = 256;

export interface PredictArgs {
  network: Network;
  /** f32[parametersOf(sizes).length] */
  parameters: number;
  /** address of each column's first row in this shard: f32[rows], readable to a multiple of 4 */
  columns: number[];
  rows: number;
  /** out f32[rows, outputs] (dense): probabilities, or the number for 'identity' */
  out: number;
  /** predictScratch(…) bytes */
  scratch: number;
}

function buffers(kernels: Kernels, network: Network, parameters: number, base: number) {
  const layout = new Layout(base);
  const inputs = network.sizes[0];
  return {
    pass: new ForwardPass(kernels, network, parameters, layout, TILE),
    tile: layout.take(TILE * stride(inputs) * 4),
    pointers: layout.take(inputs * 4),
    identity: layout.take(inputs * 16),
    layout,
  };
}

/** Bytes of scratch that `predict` needs. */
export const predictScratch = (kernels: Kernels, network: Network) => buffers(kernels, network, 0, 0).layout.bytes;

export function predict(kernels: Kernels, memory: WebAssembly.Memory, args: PredictArgs): void {
  const { network, columns, rows, out } = args;
  const inputs = network.sizes[0];
  const outputs = network.sizes.at(-1) as number;
  const ld = stride(outputs);
  const { pass, tile, pointers, identity } = buffers(kernels, network, args.parameters, args.scratch);
  const parameters = new Float32Array(memory.buffer, identity, inputs * 4);
  for (let j = 0; j < inputs; j++) parameters.set([0, 0, 1, Number.NaN], j * 4);
  kernels.fill_columns(tile, TILE, 0, stride(inputs), 0);
  for (let first = 0; first < rows; first += TILE) {
    const n = Math.min(TILE, rows - first);
    new Uint32Array(memory.buffer, pointers, inputs).set(columns.map((column) => column + first * 4));
    kernels.standardize(tile, pointers, identity, n, inputs, stride(inputs));
    const z = pass.run(tile, n);
    if (network.output === 'logistic') kernels.vector_logistic(z, z, n);
    if (network.output === 'softmax') kernels.softmax(z, z, n, outputs);
    const result = new Float32Array(memory.buffer, out + first * outputs * 4, n * outputs);
    const raw = new Float32Array(memory.buffer, z, n * ld);
    if (ld === outputs) result.set(raw);
    else for (let r = 0; r < n; r++) result.set(raw.subarray(r * ld, r * ld + outputs), r * outputs);
  }
}
