/**
 * What a linear model minimizes, for the solver (lbfgs.ts):
 *
 *     value = (Σ weight · loss(x · Wᵀ + b, y) + l2 / 2 · ‖W‖²) / Σ weight
 *
 * Its variables are W and the raw outputs c = b + W · mean at the mean row, not b itself: around the mean the columns and the intercept do
 * not get in each other's way.
 */
import { log } from '../../math.js';
import { stride } from '../../wasm/kernels.js';
import { Hessian } from './hessian.js';
import type { Objective } from './lbfgs.js';
import { PASS, type RowSums } from './row-sums.js';
import type { Rows } from './rows.js';

export class PenalizedLoss implements Objective {
  /** strength of the penalty; see `penalize` */
  #l2 = 0;
  readonly #ld: number;
  /** f64[ld]: the mean row, zeros without an intercept */
  readonly #mean: Float64Array;
  /** Σ weight */
  readonly #total: number;
  readonly #hessian: Hessian;

  /** @param tol see `converged` */
  constructor(
    private readonly rows: Rows,
    private readonly sums: RowSums,
    private readonly fitIntercept: boolean,
    private readonly tol: number,
  ) {
    this.#ld = stride(rows.columns);
    this.#total = sums.weights.reduce((sum, w) => sum + w, 0);
    this.#mean = fitIntercept ? sums.mean(this.#total) : new Float64Array(this.#ld);
    this.#hessian = new Hessian(rows, sums, this.#mean, this.#total, fitIntercept);
  }

  /** Variables: W f64[outputs, ld], then c f64[outputs], at W = 0 and the best c for that. The Hessian is taken there. */
  start(): Float64Array {
    const { outputs, loss } = this.rows;
    const { y, weights } = this.sums;
    const theta = new Float64Array(outputs * (this.#ld + 1));
    const shares = new Float64Array(outputs);
    for (let r = 0; r < y.length; r++) {
      if (loss === 'softmax') shares[y[r]] += weights[r] / this.#total;
      else shares[0] += (weights[r] * y[r]) / this.#total;
    }
    shares.forEach((share, k) => {
      const p = Math.min(1 - 1e-6, Math.max(1e-6, share));
      const c = loss === 'squared' ? share : loss === 'softmax' ? log(p) : log(p) - log(1 - p);
      theta[outputs * this.#ld + k] = this.fitIntercept ? c : 0;
    });
    this.refresh(theta);
    return theta;
  }

  /** Sets the strength of the penalty, for what follows. */
  penalize(l2: number): void {
    this.#l2 = l2;
    this.#hessian.factorize(l2);
  }

  evaluate(theta: Float64Array, gradient: Float64Array): number {
    this.put(theta);
    const loss = this.sums.pass(PASS.gradient);
    const { outputs } = this.rows;
    const sums = this.sums.total(theta.length);
    const biases = outputs * this.#ld;
    let squares = 0;
    for (let k = 0; k < outputs; k++) {
      const db = this.fitIntercept ? sums[biases + k] : 0;
      gradient[biases + k] = db / this.#total;
      for (let i = 0; i < this.#ld; i++) {
        const at = k * this.#ld + i;
        squares += theta[at] * theta[at];
        gradient[at] = (sums[at] - this.#mean[i] * db + this.#l2 * theta[at]) / this.#total;
      }
    }
    return (loss + (this.#l2 / 2) * squares) / this.#total;
  }

  precondition(out: Float64Array, g: Float64Array): void {
    this.#hessian.solve(out, g);
  }

  refresh(theta: Float64Array): boolean {
    if (!this.#hessian.stale) return false;
    this.put(theta);
    this.#hessian.take();
    this.#hessian.factorize(this.#l2);
    return true;
  }

  /**
   * As scikit-learn has it: no component of the gradient by W and b is above `tol`. For least squares, whose numbers may be of any size,
   * the distance from the minimum in the value, gᵀ H⁻¹ g.
   */
  converged(gradient: Float64Array): boolean {
    if (this.rows.loss === 'squared') {
      const step = new Float64Array(gradient.length);
      this.precondition(step, gradient);
      return step.reduce((sum, v, i) => sum + v * gradient[i], 0) <= this.tol * this.tol;
    }
    const biases = this.rows.outputs * this.#ld;
    return gradient.every((g, i) => {
      const db = i < biases ? gradient[biases + Math.floor(i / this.#ld)] : 0;
      return Math.abs(g + this.#mean[i % this.#ld] * db) <= this.tol;
    });
  }

  /** The mean loss of the rows held out at a point. @param weight of all of them */
  held(theta: Float64Array, weight: number): number {
    this.put(theta);
    return this.sums.pass(PASS.held) / weight;
  }

  /** Puts W and b where the passes over the rows read them. */
  put(theta: Float64Array): void {
    const { parameters } = this.sums;
    const { outputs } = this.rows;
    parameters.set(theta);
    for (let k = 0; k < outputs; k++) {
      for (let i = 0; i < this.#ld; i++) parameters[outputs * this.#ld + k] -= this.#mean[i] * theta[k * this.#ld + i];
    }
  }
}
