/** Inference and training of a network of a common shape, over numbers that mean nothing. */
import { type Network, parametersOf } from '../../programs/perceptron/network.js';
import { type PredictArgs, predictScratch } from '../../programs/perceptron/predict.js';
import { type TrainArgs, trainScratch } from '../../programs/perceptron/train.js';
import { stride } from '../../wasm/kernels.js';
import { place } from '../../wasm/memory.js';
import type { Twin } from '../twin.js';
import { fill, floats } from '../workload.js';

const NETWORK: Network = { sizes: [100, 512, 256, 1], activation: 'relu', output: 'logistic' };

/** Weights of a network: multiply-adds for a row. */
export const weightsOf = ({ sizes }: Network) => sizes.slice(1).reduce((sum, units, l) => sum + sizes[l] * units, 0);
export const WEIGHTS = weightsOf(NETWORK);

export const predictWorkload: Twin<PredictArgs, void>['workload'] = (space, kernels, work) => {
  const rows = Math.ceil(work / WEIGHTS);
  const { length } = parametersOf(NETWORK.sizes);
  const { at, region } = place(space, (layout) => ({
    columns: Array.from({ length: NETWORK.sizes[0] }, () => layout.take(rows * 4)),
    parameters: layout.take(length * 4),
    out: layout.take(rows * 4),
    scratch: layout.take(predictScratch(kernels, NETWORK)),
  }));
  for (const column of at.columns) fill(floats(space, column, rows));
  fill(floats(space, at.parameters, length), 0.05);
  return { region, args: { network: NETWORK, rows, ...at } };
};

const OPTIONS = {
  solver: 'adam',
  alpha: 1e-4,
  learningRate: 'constant',
  learningRateInit: 1e-3,
  powerT: 0.5,
  maxIter: 2,
  tol: 0,
  nIterNoChange: 10,
  shuffle: true,
  momentum: 0.9,
  nesterovsMomentum: true,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  seed: 1,
} as const;

/** Four batches of that size, two epochs. */
export const trainWorkload: Twin<TrainArgs, unknown>['workload'] = (space, kernels, work) => {
  const batchSize = Math.ceil(work / WEIGHTS);
  const rows = 4 * batchSize;
  const [inputs] = NETWORK.sizes;
  const { length, weights } = parametersOf(NETWORK.sizes);
  const common = { network: NETWORK, options: { ...OPTIONS, batchSize }, trainRows: rows, validation: 0, validationRows: 0 };
  const { at, region } = place(space, (layout) => {
    const addresses = {
      x: layout.take(rows * stride(inputs) * 4),
      y: layout.put(Float32Array.from({ length: rows }, (_, i) => i & 1)),
      train: layout.put(Int32Array.from({ length: rows }, (_, i) => i)),
      initial: layout.put(new Float32Array(length)),
      parameters: layout.take(length * 4),
    };
    return { ...addresses, scratch: layout.take(trainScratch(kernels, { ...common, ...addresses })) };
  });
  const x = floats(space, at.x, rows * stride(inputs));
  fill(x);
  for (let i = 0; i < x.length; i++) if (i % stride(inputs) >= inputs) x[i] = 0;
  const initial = floats(space, at.initial, length);
  weights.forEach((from, l) => fill(initial.subarray(from, from + NETWORK.sizes[l] * NETWORK.sizes[l + 1]), 0.05));
  return { region, args: { ...common, ...at } };
};
