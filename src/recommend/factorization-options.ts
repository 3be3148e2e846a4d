/** Options of a matrix factorization, their defaults and ranges. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { FactorizationLoss, RateSchedule } from '../programs/factorization/factorize.js';

export interface MatrixFactorizationOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** length of a factor vector; default 32 */
  rank?: number;
  /** 'squared' (default) for ratings, 'logistic' or 'bpr' for events */
  loss?: FactorizationLoss;
  /** passes over the entries at most; default 20 */
  epochs?: number;
  /** η; default 0.05 */
  learningRate?: number;
  /**
   * 'inverse' (default): η of epoch t is learningRate / (1 + learningRateDecay · (t − 1)). 'adagrad': each row of factors has
   * a rate of its own, learningRate / √(1 + the sum of its mean squared gradients), and learningRateDecay is not used.
   */
  schedule?: RateSchedule;
  /** default 0.1 */
  learningRateDecay?: number;
  /** λ of factors and biases; default 0.02 */
  regularization?: number;
  /** of 'squared': whether users and items have biases; default true. The others always have them (bpr: items only). */
  biases?: boolean;
  /** sampled items per event; 'logistic' 4, 'bpr' always 1 */
  samples?: number;
  /** factors start uniform within ± this; default 0.1 */
  initScale?: number;
  /**
   * share of the entries held out, to stop when their error no longer falls: for ratings the root mean squared error, for
   * events the share of pairs of held-out entries in which the user's own item scores below the other's; default 0: none
   */
  validationFraction?: number;
  /** epochs without improvement before that; default 2 */
  nIterNoChange?: number;
  /** default 0 */
  seed?: number;
}

export const DEFAULTS = {
  rank: 32,
  loss: 'squared' as FactorizationLoss,
  epochs: 20,
  learningRate: 0.05,
  schedule: 'inverse' as RateSchedule,
  learningRateDecay: 0.1,
  regularization: 0.02,
  biases: true,
  samples: 4,
  initScale: 0.1,
  validationFraction: 0,
  nIterNoChange: 2,
  seed: 0,
};

/** All options but the engine. */
export type FactorizationSettings = typeof DEFAULTS;

/** @throws CameoError 'argument' naming the option that is out of its range */
export function checkOptions(o: FactorizationSettings): void {
  const whole = (name: string, value: number, least: number, most: number) => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw errors.option(name, `a whole number from ${least} to ${most}`, value);
  };
  whole('rank', o.rank, 1, 1024);
  whole('epochs', o.epochs, 1, 100_000);
  whole('samples', o.samples, 1, 100);
  whole('nIterNoChange', o.nIterNoChange, 1, 100_000);
  whole('seed', o.seed, 0, 0xffffffff);
  if (!['squared', 'logistic', 'bpr'].includes(o.loss)) throw errors.option('loss', "'squared', 'logistic' or 'bpr'", o.loss);
  if (!['inverse', 'adagrad'].includes(o.schedule)) throw errors.option('schedule', "'inverse' or 'adagrad'", o.schedule);
  if (!(o.learningRate > 0)) throw errors.option('learningRate', 'above 0', o.learningRate);
  for (const name of ['learningRateDecay', 'regularization', 'initScale'] as const)
    if (!(o[name] >= 0)) throw errors.option(name, 'at least 0', o[name]);
  if (!(o.validationFraction >= 0 && o.validationFraction < 1))
    throw errors.option('validationFraction', 'from 0 to below 1', o.validationFraction);
}
