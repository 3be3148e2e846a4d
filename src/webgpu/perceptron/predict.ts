/** Inference over the rows of one shard; the weights stay on the device between shards. */

import type { PredictArgs } from '../../programs/perceptron/predict.js';
import { stride } from '../../wasm/kernels.js';
import { writePiece } from '../pieces.js';
import type { Twin } from '../twin.js';
import { ForwardPass, writeLayers } from './network.js';
import { predictWorkload, WEIGHTS, weightsOf } from './workloads.js';

const KIND = { identity: 0, logistic: 1, softmax: 2 };

const run: Twin<PredictArgs, void>['run'] = async (device, memory, { network, parameters, columns, rows, out }) => {
  const { gpu, session } = device;
  const { sizes, output } = network;
  const [inputs, outputs] = [sizes[0], sizes[sizes.length - 1]];
  const layers = session.constant(`layers ${parameters}`, () => writeLayers(device, memory, network, parameters));
  const transpose = gpu.kernel('standardize', 'wr', ['shapes']);
  const finish = gpu.kernel('probabilities', 'wr', ['math', 'shapes']);
  // As many rows at once as the widest layer's binding takes.
  const most = Math.max(1, Math.floor(gpu.largest / (Math.max(...sizes.map(stride)) * 4)));
  for (let first = 0; first < rows; first += most) {
    const n = Math.min(most, rows - first);
    const bytes = n * outputs * 4;
    const make = () => {
      const [x, tile, result] = [session.buffer(n * inputs * 4), session.buffer(n * stride(inputs) * 4), session.buffer(bytes)];
      const pass = new ForwardPass(device, network, layers, tile, n);
      const z = pass.outputs[pass.outputs.length - 1];
      return { x, result, pass, from: transpose.bind(tile, x), to: finish.bind(result, z), staging: session.staging(bytes) };
    };
    await session.borrow(`predict ${n}`, make, async ({ x, result, pass, from, to, staging }) => {
      writePiece(device, memory, x, columns, { first, rows: n, firstColumn: 0, columns: inputs });
      const work = gpu.record();
      work.dispatch(transpose, from, [Math.ceil(n / 16), Math.ceil(stride(inputs) / 16)], [n, inputs, n]);
      pass.run(work, n);
      work.dispatch(finish, to, [Math.ceil(n / 64)], [n, outputs, KIND[output]]);
      work.copy(result, 0, staging, 0, bytes).submit();
      await gpu.read(staging, bytes, (buffer) => {
        const at = out + first * outputs * 4;
        new Float32Array(memory.buffer, at, n * outputs).set(new Float32Array(buffer, 0, n * outputs));
      });
    });
  }
};

export const predict: Twin<PredictArgs, void> = {
  run,
  workOf: ({ rows, network }) => rows * weightsOf(network),
  sizes: [128, 512, 2048, 8192, 32768].map((rows) => rows * WEIGHTS),
  together: 'shards',
  workload: predictWorkload,
};
