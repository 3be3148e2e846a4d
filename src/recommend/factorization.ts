/**
 * Matrix factorization as a family of recommenders (Koren, Bell and Volinsky, "Matrix Factorization Techniques for Recommender Systems",
 * 2009): of ratings where the pairs have any, else of the pairs that occurred, with the logistic loss, which on Online Retail ranks better
 * than BPR (bench/ranking.ts).
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { checked, seed, sought } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { type FactorizationSettings, ranges, SETTINGS } from './factorization-options.js';
import { factorizationOf, factorizedReader } from './factorized.js';
import { checkInteractions } from './interactions.js';
import { learnFactors } from './learn-factors.js';
import type { Pairs, RecommenderFamily, Recommends } from './recommender.js';

/** What suits events: on each of the sets of bench/battery.ts better than a slower rate, which leaves sparse logs half learnt. */
const EVENTS = {
  loss: 'logistic',
  epochs: 30,
  learningRate: 0.05,
  learningRateDecay: 0.01,
  regularization: 0.02,
  initScale: 0.05,
} as const;

/** What suits ratings: until those held out are no longer predicted better, in steps short enough not to run past it. */
const RATINGS = {
  loss: 'squared',
  epochs: 100,
  learningRate: 0.02,
  learningRateDecay: 0.02,
  regularization: 0.05,
  validationFraction: 0.1,
  nIterNoChange: 3,
} as const;

/** As those of MatrixFactorization; what has no default here depends on whether there are ratings. */
const OPTIONS = v.strictObject({
  rank: v.optional(v.pipe(ranges.rank, sought({ from: 16, to: 256, log: true })), 64),
  loss: v.optional(ranges.loss),
  epochs: v.optional(v.pipe(ranges.epochs, sought({ from: 10, to: 60, log: true }))),
  learningRate: v.optional(v.pipe(ranges.learningRate, sought({ from: 0.01, to: 0.2, log: true }))),
  schedule: v.optional(ranges.schedule),
  learningRateDecay: v.optional(ranges.learningRateDecay),
  regularization: v.optional(v.pipe(ranges.regularization, sought({ from: 1e-3, to: 0.2, log: true }))),
  biases: v.optional(ranges.biases),
  regularizationExponent: v.optional(ranges.regularizationExponent),
  samples: v.optional(ranges.samples),
  samplingExponent: v.optional(v.pipe(ranges.samplingExponent, sought({ to: 1 }))),
  samplingCorrection: v.optional(ranges.samplingCorrection),
  initScale: v.optional(ranges.initScale),
  validationFraction: v.optional(ranges.validationFraction),
  nIterNoChange: v.optional(ranges.nIterNoChange),
  seed: v.optional(seed, 42),
});
export type FactorizationOptions = v.InferInput<typeof OPTIONS>;

/** The recipe for such pairs, with what was asked for in its place. */
function settingsFor({ values }: Pairs, options: FactorizationOptions): FactorizationSettings {
  const asked = Object.entries(checked(OPTIONS, options)).filter(([, value]) => value !== undefined);
  return checked(SETTINGS, { ...(values ? RATINGS : EVENTS), ...Object.fromEntries(asked) });
}

async function fit(engine: Engine, pairs: Pairs, options: FactorizationOptions, run: RunOptions): Promise<Recommends> {
  const settings = settingsFor(pairs, options);
  const { user: users, item: items, values, weights } = pairs;
  const found = checkInteractions(settings.loss, { users, items, values, weights });
  // A user or an item of no pair has a vector all the same.
  const entries = { ...found, nUsers: Math.max(found.nUsers, pairs.users), nItems: Math.max(found.nItems, pairs.items) };
  const { factors, result } = await learnFactors(engine, settings, entries, undefined, run);
  const facts = { loss: settings.loss, epochs: result.lossCurve.length, stopped: result.stopped };
  return factorizationOf(engine, factors, settings, facts);
}

export const factorization: RecommenderFamily<FactorizationOptions> = {
  name: 'factorization',
  options: OPTIONS,
  fit,
  ...factorizedReader,
};
