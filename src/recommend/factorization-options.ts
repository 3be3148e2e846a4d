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
  /** 'squared' (default) for ratings, 'logistic', 'softmax' or 'bpr' for events */
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
  /**
   * ν: a row of n entries has the penalty λ · (n / mean n)^(ν − 1) in each step; default 1, which is λ for all. Below 1 what occurs often is held
   * back less.
   */
  regularizationExponent?: number;
  /** of 'squared': whether users and items have biases; default true. The others always have them (softmax and bpr: items only). */
  biases?: boolean;
  /** sampled items per event; default 4, 'bpr' always 1 */
  samples?: number;
  /** α: items are sampled as count^α; default 1, as often as they occur; 0 all alike */
  samplingExponent?: number;
  /**
   * of 'logistic' and 'softmax': whether the logarithm of how often an item is sampled stands inside the loss, so that scores are log-odds of
   * the event, or of its item against others; default true. Without, they are how much likelier than by chance.
   */
  samplingCorrection?: boolean;
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
  loss: oneOf('squared', 'logistic', 'softmax', 'bpr'),
  epochs: whole(1, 100_000),
  learningRate: above(0),
  schedule: oneOf('inverse', 'adagrad'),
  learningRateDecay: atLeast(0),
  regularization: atLeast(0),
  biases: flag,
  regularizationExponent: atLeast(0),
  samples: whole(1, 100),
  samplingExponent: atLeast(0),
  samplingCorrection: flag,
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
  regularizationExponent: v.optional(ranges.regularizationExponent, 1),
  samples: v.optional(ranges.samples, 4),
  samplingExponent: v.optional(ranges.samplingExponent, 1),
  samplingCorrection: v.optional(ranges.samplingCorrection, true),
  initScale: v.optional(ranges.initScale, 0.1),
  validationFraction: v.optional(ranges.validationFraction, 0),
  nIterNoChange: v.optional(ranges.nIterNoChange, 2),
  seed: v.optional(ranges.seed, 0),
});
export type FactorizationSettings = v.InferOutput<typeof SETTINGS>;

/** As a file holds them: what one of an earlier version does not name was not done. */
export const FILE_SETTINGS = v.strictObject({
  ...SETTINGS.entries,
  samplingCorrection: v.optional(ranges.samplingCorrection, false),
});

/** Whether scores are corrected for how items are sampled. */
export const corrects = ({ loss, samplingCorrection }: Pick<FactorizationSettings, 'loss' | 'samplingCorrection'>) =>
  samplingCorrection && (loss === 'logistic' || loss === 'softmax');

const OPTIONS = v.strictObject({ engine: v.optional(opaque<Engine>()), ...SETTINGS.entries });

/** The settings with their defaults. @throws CameoError 'argument' for an option that is not known or out of its range */
export function settingsOf(options: MatrixFactorizationOptions): FactorizationSettings {
  const { engine: _, ...settings } = checked(OPTIONS, options);
  return settings;
}
