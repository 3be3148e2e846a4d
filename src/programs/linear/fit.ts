/**
 * Fits linear models of one loss over the same rows, one for each strength of the penalty, each from where the one before it ended.
 *
 * One worker, or several that share the passes over the rows: worker 0 leads (row-sums.ts). Nothing that is read is changed.
 */
import { errors } from '../../errors.js';
import { type Kernels, stride } from '../../wasm/kernels.js';
import { Barrier } from '../barrier.js';
import type { Control } from '../program.js';
import { type Minimum, minimize } from './lbfgs.js';
import { PenalizedLoss } from './objective.js';
import { PASS, RowSums } from './row-sums.js';
import { buffers, type Rows } from './rows.js';

export interface LinearArgs extends Rows {
  /** strengths of the penalty, l2 / 2 · ‖W‖² beside the sum of the losses: 1 / C in scikit-learn's logistic regression, alpha in Ridge */
  penalties: number[];
  fitIntercept: boolean;
  tol: number;
  maxIter: number;
  /** out f64[penalties, outputs · (stride(columns) + 1)]: W f64[outputs, stride(columns)], then b f64[outputs] */
  out: number;
  /** linearScratch(…) bytes */
  scratch: number;
  /** BARRIER_BYTES zeros where there are several workers */
  sync: number;
  worker: number;
  workers: number;
}

export interface Solution extends Minimum {
  /** mean loss of the rows held out; NaN where there are none */
  held: number;
}

/** Bytes of scratch that `linear` needs. */
export const linearScratch = (rows: Rows, workers: number) => buffers(rows, workers, 0).layout.bytes;

/** @returns a solution for each penalty, from worker 0 */
export function linear(kernels: Kernels, memory: WebAssembly.Memory, args: LinearArgs, control: Control): Solution[] {
  const { worker, workers, sync } = args;
  const barrier = workers > 1 ? new Barrier(memory, sync, workers, control, worker) : undefined;
  const sums = new RowSums(kernels, memory, args, args.scratch, worker, workers, barrier, control);
  if (worker > 0) {
    sums.follow();
    return [];
  }
  const solutions = lead(memory, args, sums, control);
  sums.pass(PASS.end);
  return solutions;
}

function lead(memory: WebAssembly.Memory, args: LinearArgs, sums: RowSums, control: Control): Solution[] {
  const { outputs, loss } = args;
  const ld = stride(args.columns);
  const objective = new PenalizedLoss(args, sums, args.fitIntercept, args.tol);
  const held = args.held ? new Float64Array(memory.buffer, args.held, args.rows).reduce((sum, w) => sum + w, 0) : 0;
  const theta = objective.start();
  let before = 0;
  return args.penalties.map((l2, p) => {
    objective.penalize(l2);
    const minimum = minimize(objective, theta, args.maxIter, (iterations, value) => {
      control.progress(before + iterations, value);
      if (l2 === 0 && loss !== 'squared' && sums.pass(PASS.wrong) === 0) throw errors.separated();
    });
    before += minimum.iterations;
    if (loss === 'softmax') center(theta, outputs, ld);
    const heldLoss = held > 0 ? objective.held(theta, held) : Number.NaN;
    objective.put(theta);
    new Float64Array(memory.buffer, args.out + p * theta.length * 8, theta.length).set(sums.parameters);
    return { ...minimum, held: heldLoss };
  });
}

/** Of all weights with the same probabilities, those whose mean over the classes is 0, as the penalty would have them. */
function center(theta: Float64Array, outputs: number, ld: number): void {
  for (let i = 0; i <= ld; i++) {
    const place = (k: number) => (i < ld ? k * ld + i : outputs * ld + k);
    let mean = 0;
    for (let k = 0; k < outputs; k++) mean += theta[place(k)] / outputs;
    for (let k = 0; k < outputs; k++) theta[place(k)] -= mean;
  }
}
