/**
 * How training goes on from epoch to epoch: scikit-learn's learning rates and stopping rules. Here and on a GPU the same decisions follow
 * from the same losses.
 */
import { errors } from '../../errors.js';
import { pow } from '../../math.js';
import type { Control } from '../program.js';

export interface TrainOptions {
  solver: 'adam' | 'sgd';
  alpha: number;
  batchSize: number;
  learningRate: 'constant' | 'invscaling' | 'adaptive';
  learningRateInit: number;
  powerT: number;
  maxIter: number;
  tol: number;
  nIterNoChange: number;
  shuffle: boolean;
  momentum: number;
  nesterovsMomentum: boolean;
  beta1: number;
  beta2: number;
  epsilon: number;
  seed: number;
}

/** Where training stands after an epoch. */
export interface TrainState {
  lossCurve: number[];
  validationScores: number[];
  bestLoss: number;
  bestScore: number;
  /** epochs without improvement */
  idle: number;
  /** rows trained on */
  seen: number;
  /** the learning rate now */
  rate: number;
  /** β₁ᵗ and β₂ᵗ after t steps of Adam */
  beta1Power: number;
  beta2Power: number;
}

export interface TrainResult {
  /** loss of each epoch, averaged over rows */
  lossCurve: number[];
  /** accuracy or R² on the held-out rows after each epoch; empty without early stopping */
  validationScores: number[];
  /** why it ended */
  stopped: 'converged' | 'maxIter';
}

export const startState = (options: TrainOptions): TrainState => ({
  lossCurve: [],
  validationScores: [],
  bestLoss: Number.POSITIVE_INFINITY,
  bestScore: Number.NEGATIVE_INFINITY,
  idle: 0,
  seen: 0,
  rate: options.learningRateInit,
  beta1Power: 1,
  beta2Power: 1,
});

/** The rate of Adam's next step, with both bias corrections. */
export function adamRate(state: TrainState, { beta1, beta2 }: TrainOptions): number {
  state.beta1Power *= beta1;
  state.beta2Power *= beta2;
  return (state.rate * Math.sqrt(1 - state.beta2Power)) / (1 - state.beta1Power);
}

/** What is trained, as far as decisions go by it. */
interface Training {
  options: TrainOptions;
  trainRows: number;
  /** rows held out for early stopping; 0 for none */
  validationRows: number;
}

/**
 * What follows from an epoch: whether training ends and whether these are the best parameters so far.
 * @param finite whether all parameters are
 * @param validate gives the score on the held-out rows
 * @throws CameoError 'diverged'
 */
export function judge(
  state: TrainState,
  { options, trainRows, validationRows }: Training,
  loss: number,
  finite: boolean,
  validate: () => number,
  control: Control,
): { stop: boolean; improved: boolean } {
  state.lossCurve.push(loss);
  state.seen += trainRows;
  const epoch = state.lossCurve.length;
  if (!Number.isFinite(loss)) throw errors.diverged(epoch, state.rate, 'the loss');
  if (!finite) throw errors.diverged(epoch, state.rate, 'a weight');
  let improved = false;
  if (validationRows > 0) {
    const score = validate();
    state.validationScores.push(score);
    state.idle = score < state.bestScore + options.tol ? state.idle + 1 : 0;
    improved = score > state.bestScore;
    if (improved) state.bestScore = score;
  } else {
    state.idle = loss > state.bestLoss - options.tol ? state.idle + 1 : 0;
    state.bestLoss = Math.min(state.bestLoss, loss);
  }
  control.progress(epoch, loss, state.validationScores.at(-1) ?? Number.NaN);
  if (options.solver === 'sgd' && options.learningRate === 'invscaling') {
    state.rate = options.learningRateInit / pow(state.seen + 1, options.powerT);
  }
  if (state.idle <= options.nIterNoChange) return { stop: false, improved };
  // 'adaptive' divides the rate by five until it is too small to matter.
  if (options.solver === 'sgd' && options.learningRate === 'adaptive' && state.rate > 1e-6) {
    state.rate /= 5;
    state.idle = 0;
    return { stop: false, improved };
  }
  return { stop: true, improved };
}

/** The result, with the best parameters put back where rows were held out. */
export function finish(state: TrainState, { options, validationRows }: Training, restore: () => void): TrainResult {
  if (validationRows > 0) restore();
  const { lossCurve, validationScores } = state;
  return { lossCurve, validationScores, stopped: state.idle > options.nIterNoChange ? 'converged' : 'maxIter' };
}
