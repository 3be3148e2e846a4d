/**
 * Gradient boosting (Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", 2001) on binned features, with second
 * derivatives: each round grows a tree for every raw output from the derivatives of the loss at the scores as they stand, and adds a share
 * of its values to them. A gang runs it; what each worker does of the work changes no bit of the result.
 */
import { errors } from '../../errors.js';
import type { Kernels } from '../../wasm/kernels.js';
import { Barrier } from '../barrier.js';
import type { Control } from '../program.js';
import type { BoostArgs, BoostResult } from './boosting.js';
import { Derivatives } from './derivatives.js';
import { Grower } from './grow.js';
import type { Tree } from './tree.js';

export function boost(kernels: Kernels, memory: WebAssembly.Memory, a: BoostArgs, control: Control): BoostResult | undefined {
  const barrier = new Barrier(memory, a.sync, a.workers, control, a.worker);
  const { rows, held, options } = a;
  const grower = new Grower(kernels, memory, barrier, a.worker, a.workers, a.grow, a.features, options);
  const derive = new Derivatives(kernels, memory, a, barrier);
  derive.reset();
  const trees: Tree[] = [];
  const lossCurve: number[] = [];
  const validation: number[] = [];
  let best = { loss: Number.POSITIVE_INFINITY, round: 0 };
  let stopped: BoostResult['stopped'] = 'maxIter';
  for (let round = 1; round <= options.maxIter; round++) {
    if (control.aborted()) throw errors.aborted();
    lossCurve.push(derive.start());
    if (!Number.isFinite(lossCurve[round - 1])) throw errors.diverged(round, options.learningRate, 'a raw output');
    const grown: Tree[] = [];
    for (let output = 0; output < a.outputs; output++) {
      grown.push(grower.grow(derive.pairs(output), rows, held, output, options.learningRate));
      // Several classes learn from the probabilities of the round's start, so the scores may move on.
      grower.add(a.z, a.ld, grown[output]);
      barrier.wait();
    }
    if (grown.every(({ feature }) => feature.length === 0)) {
      stopped = 'noGain';
      break;
    }
    trees.push(...grown);
    if (held > 0) {
      const loss = derive.heldLoss();
      validation.push(loss);
      if (loss < best.loss - options.tol) best = { loss, round };
      if (round - best.round >= options.nIterNoChange) stopped = 'converged';
    }
    if (a.worker === 0) control.progress(round, validation[round - 1] ?? lossCurve[round - 1]);
    if (stopped === 'converged') break;
  }
  if (a.worker > 0) return undefined;
  if (held > 0) trees.length = Math.min(trees.length, best.round * a.outputs);
  return { trees, lossCurve, validation, stopped };
}
