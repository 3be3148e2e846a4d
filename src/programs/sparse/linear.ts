/**
 * Fits a linear model over sparse rows by L-BFGS (programs/linear/lbfgs.ts):
 *
 *     value = (Σ weight · loss(x · W + b, y) + l2 / 2 · ‖W‖²) / Σ weight
 *
 * One worker does all of it, so that several fits on the same rows run side by side. Nothing that is read is changed.
 */
import { errors } from '../../errors.js';
import { log } from '../../math.js';
import type { Kernels } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import { type Minimum, minimize, type Objective } from '../linear/lbfgs.js';
import type { Loss } from '../linear/rows.js';
import type { Control } from '../program.js';
import type { CsrShard } from './csr.js';

export interface SparseLinearArgs extends CsrShard {
  columns: number;
  outputs: number;
  loss: Loss;
  /** f64[rows]: 0 or 1, the class, or the number */
  y: number;
  /** f64[rows], 0 for rows that are held out */
  weights: number;
  /** strength of the penalty of W */
  l2: number;
  fitIntercept: boolean;
  tol: number;
  maxIter: number;
  /** out f64[columns, outputs], then f64[outputs]: W and b */
  out: number;
  /** sparseLinearScratch(…) bytes */
  scratch: number;
}

const lay = (layout: Layout, { rows, columns, outputs }: Pick<SparseLinearArgs, 'rows' | 'columns' | 'outputs'>) => ({
  theta: layout.take((columns + 1) * outputs * 8),
  gradient: layout.take((columns + 1) * outputs * 8),
  z: layout.take(rows * outputs * 8),
});

/** Bytes of scratch that `sparseLinear` needs. */
export function sparseLinearScratch(shape: Pick<SparseLinearArgs, 'rows' | 'columns' | 'outputs'>): number {
  const layout = new Layout(0);
  lay(layout, shape);
  return layout.bytes;
}

/** @throws CameoError 'diverged', 'aborted'; 'data' where there is no penalty and the rows can be told apart */
export function sparseLinear(kernels: Kernels, memory: WebAssembly.Memory, args: SparseLinearArgs, control: Control): Minimum {
  const objective = new SparseLoss(kernels, memory, args, control);
  const theta = objective.start();
  const minimum = minimize(objective, theta, args.maxIter, (iterations, value) => {
    control.progress(iterations, value);
    if (args.l2 === 0 && args.loss !== 'squared' && objective.separates(theta)) throw errors.separated();
  });
  if (args.loss === 'softmax') center(theta, args.outputs);
  new Float64Array(memory.buffer, args.out, theta.length).set(theta);
  return minimum;
}

/** Of all weights with the same probabilities, those whose mean over the classes is 0. */
function center(theta: Float64Array, outputs: number): void {
  for (let i = 0; i < theta.length; i += outputs) {
    let mean = 0;
    for (let k = 0; k < outputs; k++) mean += theta[i + k] / outputs;
    for (let k = 0; k < outputs; k++) theta[i + k] -= mean;
  }
}

class SparseLoss implements Objective {
  readonly #at: ReturnType<typeof lay>;
  readonly #theta: Float64Array;
  readonly #gradient: Float64Array;
  readonly #z: Float64Array;
  readonly #y: Float64Array;
  readonly #weights: Float64Array;
  /** Σ weight */
  readonly #total: number;
  /** the Hessian's diagonal at the start, W's and then b's */
  readonly #diagonal: Float64Array;

  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly args: SparseLinearArgs,
    private readonly control: Control,
  ) {
    const { rows, columns, outputs, y, weights } = args;
    const f64 = (at: number, length: number) => new Float64Array(memory.buffer, at, length);
    this.#at = lay(new Layout(args.scratch), args);
    this.#theta = f64(this.#at.theta, (columns + 1) * outputs);
    this.#gradient = f64(this.#at.gradient, (columns + 1) * outputs);
    this.#z = f64(this.#at.z, rows * outputs);
    this.#y = f64(y, rows);
    this.#weights = f64(weights, rows);
    this.#total = this.#weights.reduce((sum, w) => sum + w, 0);
    this.#diagonal = new Float64Array((columns + 1) * outputs);
  }

  /** W = 0, and the best b for that. */
  start(): Float64Array {
    const { columns, outputs, loss, fitIntercept } = this.args;
    const shares = new Float64Array(outputs);
    for (let r = 0; r < this.#y.length; r++) {
      const w = this.#weights[r] / this.#total;
      if (loss === 'softmax') shares[this.#y[r]] += w;
      else shares[0] += w * this.#y[r];
    }
    const theta = new Float64Array((columns + 1) * outputs);
    const curvatures = new Float64Array(outputs);
    shares.forEach((share, k) => {
      const p = Math.min(1 - 1e-6, Math.max(1e-6, share));
      const start = loss === 'squared' ? share : loss === 'softmax' ? log(p) : log(p) - log(1 - p);
      if (fitIntercept) theta[columns * outputs + k] = start;
      curvatures[k] = loss === 'squared' ? 1 : p * (1 - p);
    });
    this.#curve(curvatures);
    return theta;
  }

  /** The Hessian's diagonal, of outputs of these curvatures. */
  #curve(curvatures: Float64Array): void {
    const { indptr, indices, values, weights, rows, columns, outputs, l2 } = this.args;
    const squares = new Float64Array(this.memory.buffer, this.#at.gradient, columns).fill(0);
    this.kernels.csr_squares(this.#at.gradient, indptr, indices, values, weights, rows);
    curvatures.forEach((curvature, k) => {
      for (let j = 0; j < columns; j++) this.#diagonal[j * outputs + k] = (curvature * squares[j] + l2) / this.#total;
      this.#diagonal[columns * outputs + k] = curvature;
    });
  }

  evaluate(theta: Float64Array, gradient: Float64Array): number {
    const { indptr, indices, values, rows, columns, outputs, l2, fitIntercept } = this.args;
    if (this.control.aborted()) throw errors.aborted();
    const loss = this.#forward(theta);
    this.#gradient.fill(0);
    const bias = this.#at.gradient + columns * outputs * 8;
    this.kernels.csr_backward(this.#at.gradient, bias, this.#at.z, indptr, indices, values, rows, outputs);
    let squares = 0;
    const weights = columns * outputs;
    for (let i = 0; i < weights; i++) {
      squares += theta[i] * theta[i];
      gradient[i] = (this.#gradient[i] + l2 * theta[i]) / this.#total;
    }
    for (let k = 0; k < outputs; k++) gradient[weights + k] = fitIntercept ? this.#gradient[weights + k] / this.#total : 0;
    return (loss + (l2 / 2) * squares) / this.#total;
  }

  /** z = what the loss's gradient is by the raw outputs. @returns the loss */
  #forward(theta: Float64Array): number {
    const { kernels } = this;
    const { indptr, indices, values, rows, columns, outputs, loss, y, weights } = this.args;
    const { theta: at, z } = this.#at;
    this.#theta.set(theta);
    kernels.csr_forward(z, indptr, indices, values, at, at + columns * outputs * 8, rows, outputs);
    if (loss === 'softmax') return kernels.linear_softmax(z, z, y, weights, rows, outputs);
    if (loss === 'logistic') return kernels.linear_logistic(z, z, y, weights, rows);
    return kernels.linear_squared(z, z, y, weights, rows);
  }

  precondition(out: Float64Array, g: Float64Array): void {
    // A column without a value has no curvature, and no gradient.
    for (let i = 0; i < g.length; i++) out[i] = g[i] / (this.#diagonal[i] || 1);
  }

  refresh(): boolean {
    return false;
  }

  /** As the dense one (programs/linear/objective.ts), with the Hessian's diagonal for the Hessian. */
  converged(gradient: Float64Array): boolean {
    if (this.args.loss === 'squared') {
      const step = new Float64Array(gradient.length);
      this.precondition(step, gradient);
      return step.reduce((sum, v, i) => sum + v * gradient[i], 0) <= this.args.tol * this.args.tol;
    }
    return gradient.every((g) => Math.abs(g) <= this.args.tol);
  }

  /** Whether the likeliest class of every row is its own. */
  separates(theta: Float64Array): boolean {
    const { outputs } = this.args;
    this.#forward(theta);
    // The gradient by a row's own class is −weight · (1 − probability), and by the class of two weight · (probability − class).
    for (let r = 0; r < this.#y.length; r++) {
      const w = this.#weights[r];
      if (w === 0) continue;
      const own = outputs === 1 ? Math.abs(this.#z[r]) : -this.#z[r * outputs + this.#y[r]];
      if (own >= 0.5 * w) return false;
    }
    return true;
  }
}
