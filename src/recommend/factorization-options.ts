/** Options of a matrix factorization, their defaults and ranges. */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { above, atLeast, checked, flag, oneOf, opaque, seed, whole } from '../options.js';
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

const fraction = v.pipe(v.number('from 0 to below 1'), v.minValue(0, 'from 0 to below 1'), v.ltValue(1, 'from 0 to below 1'));

/** What each may be, in the order in which a file holds them. */
export const ranges = {
  rank: whole(1, 1024),
  loss: oneOf('squared', 'logistic', 'bpr'),
  epochs: whole(1, 100_000),
  learningRate: above(0),
  schedule: oneOf('inverse', 'adagrad'),
  learningRateDecay: atLeast(0),
  regularization: atLeast(0),
  biases: flag,
  samples: whole(1, 100),
  initScale: atLeast(0),
  validationFraction: fraction,
  nIterNoChange: whole(1, 100_000),
  seed,
};

/** All options but the engine. */
export const SETTINGS = v.strictObject({
  rank: v.optional(ranges.rank, 32),
  loss: v.optional(ranges.loss, 'squared'),
  epochs: v.optional(ranges.epochs, 20),
  learningRate: v.optional(ranges.learningRate, 0.05),
  schedule: v.optional(ranges.schedule, 'inverse'),
  learningRateDecay: v.optional(ranges.learningRateDecay, 0.1),
  regularization: v.optional(ranges.regularization, 0.02),
  biases: v.optional(ranges.biases, true),
  samples: v.optional(ranges.samples, 4),
  initScale: v.optional(ranges.initScale, 0.1),
  validationFraction: v.optional(ranges.validationFraction, 0),
  nIterNoChange: v.optional(ranges.nIterNoChange, 2),
  seed: v.optional(ranges.seed, 0),
});
export type FactorizationSettings = v.InferOutput<typeof SETTINGS>;

const OPTIONS = v.strictObject({ engine: v.optional(opaque<Engine>()), ...SETTINGS.entries });

/** The settings with their defaults. @throws CameoError 'argument' for an option that is not known or out of its range */
export function settingsOf(options: MatrixFactorizationOptions): FactorizationSettings {
  const { engine: _, ...settings } = checked(OPTIONS, options);
  return settings;
}
