/**
 * Matrix factorization on the device, by the blocks and in the order of programs/factorization/factorize.ts.
 *
 * After an epoch the parameters are copied to one of two sets of staging buffers and read while the next epoch runs, so that a lost
 * device costs no whole epoch and the reading costs no time.
 */
import { errors } from '../../errors.js';
import {
  type FactorizeArgs,
  type FactorizeResult,
  factorizeResult,
  judgeFactorization,
  rateOf,
  startFactorization,
  VERDICT,
} from '../../programs/factorization/factorize.js';
import { DeviceLost } from '../gpu.js';
import type { Twin } from '../twin.js';
import { RANK } from '../workload.js';
import { blocksFor } from './blocks.js';
import { Epochs } from './epochs.js';
import { factorizeWorkload } from './workload.js';

const run: Twin<FactorizeArgs, FactorizeResult | undefined>['run'] = async (device, memory, a, control) => {
  if (a.penalties || a.tables)
    throw errors.runtime('WebGPU: a factorization with an exponent of regularization or sampling runs in WebAssembly.');
  if (a.loss === 'softmax') throw errors.runtime('WebGPU: a factorization by the sampled softmax runs in WebAssembly.');
  const epochs = new Epochs(device, memory, a);
  const entries = a.starts[a.blocks * a.blocks];
  let state = startFactorization();
  // The next epoch is under way while one is read, unless held-out entries decide whether there is a next.
  const depth = a.held > 0 ? 1 : 2;
  let submitted = 0;
  try {
    for (let epoch = 1; ; epoch++) {
      if (control.aborted()) throw errors.aborted();
      while (submitted < Math.min(a.epochs, epoch + depth - 1)) epochs.submit(++submitted);
      const next = structuredClone(state);
      const loss = (await epochs.read(epoch)) / entries;
      const verdict = judgeFactorization(device.kernels, memory, a, next, loss, control);
      state = next;
      if (verdict === VERDICT.diverged) throw errors.diverged(epoch, rateOf(a, epoch), 'a factor');
      if (verdict === VERDICT.stop) return factorizeResult(a, state);
    }
  } catch (error) {
    if (error instanceof DeviceLost && state.lossCurve.length > 0) error.resume = state;
    throw error;
  }
};

export const factorize: Twin<FactorizeArgs, FactorizeResult | undefined> = {
  run,
  workOf: ({ starts, ld }) => starts[starts.length - 1] * ld,
  sizes: [1e6, 4e6].map((entries) => entries * RANK),
  together: 'gang',
  workload: factorizeWorkload,
  prefer: ({ starts = [0], rowsP = 0, rowsQ = 0 }, adapter) => ({
    blocks: blocksFor(adapter, starts[starts.length - 1], rowsP, rowsQ),
  }),
};
