/**
 * Trains a network on the device. After each epoch losses and parameters are read back; what follows from them is decided where
 * programs/perceptron/training-state.ts decides it. A device that is lost leaves the last whole epoch, from which WebAssembly goes on.
 */

import { errors } from '../../errors.js';
import { HeldScore } from '../../programs/perceptron/held-score.js';
import { parametersOf } from '../../programs/perceptron/network.js';
import { type TrainArgs, type TrainResume, trainBuffers } from '../../programs/perceptron/train.js';
import { finish, judge, startState, type TrainResult, type TrainState } from '../../programs/perceptron/training-state.js';
import { DeviceLost } from '../gpu.js';
import type { Twin } from '../twin.js';
import { Epoch } from './epoch.js';
import { trainWorkload, WEIGHTS, weightsOf } from './workloads.js';

const run: Twin<TrainArgs, TrainResult>['run'] = async (device, memory, args, control) => {
  const { kernels } = device;
  const { network, options, trainRows, validationRows } = args;
  const linear = trainBuffers(kernels, args, args.scratch);
  const epochs = new Epoch(device, memory, args, linear);
  const { length } = parametersOf(network.sizes);
  const f32 = (at: number) => new Float32Array(memory.buffer, at, length);
  const order = () => new Int32Array(memory.buffer, linear.order, trainRows);
  const labels = heldLabels(memory, args);
  order().set(new Int32Array(memory.buffer, args.train, trainRows));
  for (const at of [args.parameters, linear.first, linear.second, linear.best]) f32(at).fill(0);
  let committed = startState(options);
  let orderBefore = order().slice();
  try {
    for (let epoch = 1; epoch <= options.maxIter; epoch++) {
      if (control.aborted()) throw errors.aborted();
      const state = structuredClone(committed);
      if (options.shuffle) kernels.random_shuffle(linear.order, linear.random, trainRows, options.seed, epoch);
      epochs.submit(state, order());
      const held = new HeldScore(network, validationRows);
      const read = await epochs.read((words) => {
        const sum = (values: Float32Array) => values.reduce((total, v) => total + v, 0);
        epochs.keep(words.parameters, args.parameters);
        epochs.keep(words.first, linear.first);
        epochs.keep(words.second, linear.second);
        if (validationRows > 0) held.add(words.held, labels);
        return {
          loss: (sum(words.losses) + (options.alpha / 2) * sum(words.penalties)) / trainRows,
          finite: new Float32Array(words.parameters).every(Number.isFinite),
        };
      });
      const { stop, improved } = judge(state, args, read.loss, read.finite, () => held.value(), control);
      if (improved) f32(linear.best).set(f32(args.parameters));
      committed = state;
      orderBefore = order().slice();
      if (stop) break;
    }
  } catch (error) {
    if (error instanceof DeviceLost) error.resume = resumeFrom(committed);
    throw error;
  }
  return finish(committed, args, () => f32(args.parameters).set(f32(linear.best)));

  /** A copy of what the last whole epoch left; undefined before the first. */
  function resumeFrom(state: TrainState): TrainResume | undefined {
    if (state.lossCurve.length === 0) return undefined;
    const [parameters, first, second, best] = [args.parameters, linear.first, linear.second, linear.best].map((at) =>
      f32(at).slice(),
    );
    return { state, parameters, first, second, best, order: orderBefore };
  }
};

/** Targets of the held-out rows: f32, or labels of 32 bits in it. */
function heldLabels(memory: WebAssembly.Memory, { validation, validationRows, y }: TrainArgs): Float32Array {
  const bits = Uint32Array.from(
    new Int32Array(memory.buffer, validation, validationRows),
    (row) => new Uint32Array(memory.buffer, y + row * 4, 1)[0],
  );
  return new Float32Array(bits.buffer);
}

export const train: Twin<TrainArgs, TrainResult> = {
  run,
  workOf: ({ options, trainRows, network }) => Math.min(options.batchSize, trainRows) * weightsOf(network),
  sizes: [128, 512, 2048, 8192].map((batch) => batch * WEIGHTS),
  together: 'single',
  workload: trainWorkload,
};
