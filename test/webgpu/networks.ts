/** Inference and training of networks, against the scalar references. */
import type { Engine } from '../../src/engine/engine.js';
import {
  ACTIVATIONS,
  type Activation,
  type Network,
  packedIndex,
  parametersOf,
} from '../../src/programs/perceptron/network.js';
import { predictScratch } from '../../src/programs/perceptron/predict.js';
import { trainScratch } from '../../src/programs/perceptron/train.js';
import type { TrainOptions } from '../../src/programs/perceptron/training-state.js';
import { stride } from '../../src/wasm/kernels.js';
import { flat, gradient, type Layers, type Output, optimizer, outputs, probabilities, unflat } from '../support/network.js';
import { desk, generator, near } from './check.js';

export const NETWORKS = [
  [1, 1],
  [3, 2, 1],
  [5, 1, 3],
  [17, 31, 5],
  [64, 100, 33, 1],
  [8, 9],
  [129, 127, 2],
];

function makeNetwork(sizes: number[], next: () => number): Layers {
  const coefs = sizes
    .slice(1)
    .map((units, l) =>
      Array.from({ length: sizes[l] }, () => Array.from({ length: units }, () => Math.fround(next() / Math.sqrt(sizes[l])))),
    );
  return { coefs, intercepts: sizes.slice(1).map((units) => Array.from({ length: units }, () => Math.fround(next() / 4))) };
}

/** As the kernels want the parameters. */
function pack(sizes: number[], { coefs, intercepts }: Layers): Float32Array {
  const { weights, biases, length } = parametersOf(sizes);
  const values = new Float32Array(length);
  coefs.forEach((layer, l) => {
    layer.forEach((row, i) =>
      row.forEach((v, j) => {
        values[weights[l] + packedIndex(i, j, sizes[l], sizes[l + 1])] = v;
      }),
    );
    values.set(intercepts[l], biases[l]);
  });
  return values;
}

function unpack(sizes: number[], values: Float32Array): Layers {
  const { weights, biases } = parametersOf(sizes);
  return {
    coefs: weights.map((at, l) =>
      Array.from({ length: sizes[l] }, (_, i) =>
        Array.from({ length: sizes[l + 1] }, (_, j) => values[at + packedIndex(i, j, sizes[l], sizes[l + 1])]),
      ),
    ),
    intercepts: biases.map((at, l) => [...values.subarray(at, at + sizes[l + 1])]),
  };
}

const outputOf = (units: number, code: number): Output => (units > 1 ? 'softmax' : code % 2 ? 'logistic' : 'identity');

export async function predict(engine: Engine, sizes: number[], rows: number, code: number) {
  const d = desk(engine);
  const next = generator(rows * 31 + sizes.length + code + 1);
  const [inputs, units] = [sizes[0], sizes[sizes.length - 1]];
  const output = outputOf(units, code);
  const network: Network = { sizes, activation: ACTIVATIONS[code] as Activation, output };
  const layers = makeNetwork(sizes, next);
  const x = Array.from({ length: rows }, () => Array.from({ length: inputs }, next));
  const columns = Array.from({ length: inputs }, (_, j) => d.f32(x.map((row) => row[j])));
  const [parameters, out, scratch] = [
    d.f32(pack(sizes, layers)),
    d.room(rows * units * 4),
    d.room(predictScratch(engine.kernels, network)),
  ];
  await engine.run('predict', { network, parameters, columns, rows, out, scratch });
  if (rows > 0) {
    const z = outputs(x, layers, code).at(-1) as number[][];
    near(
      engine.f32(out, rows * units),
      z.flatMap((row) => probabilities(row, output)),
      1e-5,
      `${sizes} ${output}`,
    );
  }
  d.clear();
}

export interface Training {
  sizes: number[];
  rows: number;
  batch: number;
  code: number;
  solver: 'adam' | 'sgd';
  epochs: number;
  held?: number;
  /** called after each epoch */
  onEpoch?: (epoch: number) => void;
}

export async function runTraining(
  engine: Engine,
  { sizes, rows, batch, code, solver, epochs: count, held = 0, onEpoch }: Training,
) {
  const d = desk(engine);
  const next = generator(rows + batch * 3 + code + 1);
  const [inputs, units] = [sizes[0], sizes[sizes.length - 1]];
  const output = outputOf(units, code);
  const network: Network = { sizes, activation: ACTIVATIONS[code] as Activation, output };
  const layers = makeNetwork(sizes, next);
  const x = Array.from({ length: rows }, () => Array.from({ length: inputs }, next));
  const y = x.map((row) =>
    output === 'softmax' ? Math.abs(Math.round(row[0] * 50)) % units : output === 'logistic' ? Number(row[0] > 0) : row[0] * 2,
  );
  const options: TrainOptions = {
    solver,
    alpha: 0.01,
    batchSize: batch,
    learningRate: 'constant',
    learningRateInit: 0.01,
    powerT: 0.5,
    maxIter: count,
    tol: -1e9,
    nIterNoChange: 1000,
    shuffle: held > 0,
    momentum: 0.9,
    nesterovsMomentum: true,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    seed: 5,
  };
  const ld = stride(inputs);
  const tile = d.f32(x.flatMap((row) => [...row, ...new Array(ld - inputs).fill(0)]));
  const index = Array.from({ length: rows }, (_, i) => i);
  const { length } = parametersOf(sizes);
  const args = {
    network,
    options,
    x: tile,
    y: output === 'softmax' ? d.i32(y) : d.f32(y),
    train: d.i32(index.slice(held)),
    trainRows: rows - held,
    validation: d.i32(index.slice(0, held)),
    validationRows: held,
    initial: d.f32(pack(sizes, layers)),
    parameters: d.room(length * 4),
  };
  const scratch = d.room(trainScratch(engine.kernels, args));
  const result = await engine.run('train', { ...args, scratch }, { onProgress: (epoch) => onEpoch?.(epoch) });
  const parameters = engine.f32(args.parameters, length).slice();
  d.clear();
  return { layers, x, y, output, options, result, parameters };
}

export async function train(engine: Engine, training: Training) {
  const { sizes, rows, batch, code, solver, epochs: count } = training;
  const { layers, x, y, output, options, result, parameters } = await runTraining(engine, training);
  const w = flat(layers);
  const step = optimizer(solver, w.length, options.learningRateInit);
  const curve: number[] = [];
  for (let epoch = 0; epoch < count; epoch++) {
    let total = 0;
    for (let first = 0; first < rows; first += batch) {
      const cut = <T>(list: T[]) => list.slice(first, first + batch);
      const g = gradient(cut(x), cut(y), unflat(w, sizes), code, output, options.alpha);
      total += g.loss;
      step(w, flat(g));
    }
    curve.push(total / rows);
  }
  near(result.lossCurve, curve, 1e-4, 'the loss');
  near(flat(unpack(sizes, parameters)), w, 1e-4, `${sizes} ${solver} parameters`);
}
