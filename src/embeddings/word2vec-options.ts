/** Options of Word2Vec, their defaults and ranges: gensim's, by its names. */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { above, atLeast, checked, flag, opaque, seed, whole } from '../options.js';

export interface Word2VecOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** length of a vector; default 100 */
  vectorSize?: number;
  /** words to each side of a word that it is learnt with, at most; default 5 */
  window?: number;
  /** whether how many that is changes by chance from 1 to `window`, so that near words count more; default true */
  shrinkWindows?: boolean;
  /** words that come less often are left out; default 5 */
  minCount?: number;
  /** sampled words a pair; default 5 */
  negative?: number;
  /** share of the text above which a word is left out now and then; default 0.001, 0 for never */
  sample?: number;
  /** α: words are sampled as count^α; default 0.75 */
  nsExponent?: number;
  /** passes over the text; default 5 */
  epochs?: number;
  /** learning rate, which falls evenly from alpha to minAlpha; default 0.025 and 0.0001 */
  alpha?: number;
  minAlpha?: number;
  /** default 0 */
  seed?: number;
}

/** What each may be. */
export const ranges = {
  vectorSize: whole(1, 1024),
  window: whole(1, 1000),
  shrinkWindows: flag,
  minCount: whole(1),
  negative: whole(1, 100),
  sample: atLeast(0),
  nsExponent: v.pipe(v.number('from -10 to 10'), v.minValue(-10, 'from -10 to 10'), v.maxValue(10, 'from -10 to 10')),
  epochs: whole(1, 100_000),
  alpha: above(0),
  minAlpha: atLeast(0),
  seed,
};

/** All options but the engine. */
export const SETTINGS = v.strictObject({
  vectorSize: v.optional(ranges.vectorSize, 100),
  window: v.optional(ranges.window, 5),
  shrinkWindows: v.optional(ranges.shrinkWindows, true),
  minCount: v.optional(ranges.minCount, 5),
  negative: v.optional(ranges.negative, 5),
  sample: v.optional(ranges.sample, 0.001),
  nsExponent: v.optional(ranges.nsExponent, 0.75),
  epochs: v.optional(ranges.epochs, 5),
  alpha: v.optional(ranges.alpha, 0.025),
  minAlpha: v.optional(ranges.minAlpha, 0.0001),
  seed: v.optional(ranges.seed, 0),
});
export type Word2VecSettings = v.InferOutput<typeof SETTINGS>;

const OPTIONS = v.strictObject({ engine: v.optional(opaque<Engine>()), ...SETTINGS.entries });

/** The settings with their defaults. @throws CameoError 'argument' for an option that is not known or out of its range */
export function settingsOf(options: Word2VecOptions): Word2VecSettings {
  const { engine: _, ...settings } = checked(OPTIONS, options);
  return settings;
}
