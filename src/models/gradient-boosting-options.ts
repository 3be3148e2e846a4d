/** Options of the estimators of gradient-boosted trees: names and defaults are scikit-learn's. */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { oneOf, opaque, seed } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { TREE_ENTRIES } from './trees.js';

const numbers = v.array(v.number('a number'), 'a list of numbers');
export const OPTIONS = v.strictObject({
  ...TREE_ENTRIES,
  engine: v.optional(opaque<Engine>()),
  earlyStopping: v.optional(v.union([v.boolean(), v.literal('auto')], "true, false or 'auto'"), 'auto'),
  categoricalFeatures: v.optional(numbers, []),
  monotonicCst: v.optional(v.array(v.picklist([-1, 0, 1], '-1, 0 or 1'), 'a list of -1, 0 and 1')),
  seed: v.optional(seed, 0),
});
export const CLASSIFIER_OPTIONS = v.strictObject({
  ...OPTIONS.entries,
  classWeight: v.optional(
    v.union([oneOf('balanced'), v.map(v.number(), v.number())], "'balanced' or a map of classes to weights"),
  ),
});

export interface GradientBoostingOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** share of a tree's values that is added; default 0.1 */
  learningRate?: number;
  /** rounds at most: a tree each, with several classes one a class; default 100 */
  maxIter?: number;
  /** leaves of a tree at most, 2 to 256; default 31 */
  maxLeafNodes?: number;
  /** splits from the root to a leaf at most; default: no limit */
  maxDepth?: number;
  /** rows of a leaf at least; default 20 */
  minSamplesLeaf?: number;
  /** L2 penalty of the leaves' values; default 0 */
  l2Regularization?: number;
  /** bins of a number, 2 to 255; missing values have one more; default 255 */
  maxBins?: number;
  /** numbers of the columns that hold categories: codes from 0 to 254; others and NaN are missing */
  categoricalFeatures?: readonly number[];
  /** for each column 1 where the output must not fall as the number rises, −1 where it must not rise, 0 for either */
  monotonicCst?: readonly (-1 | 0 | 1)[];
  /** hold rows out, stop when their loss no longer falls, keep the best rounds; default 'auto': from 10,001 rows on */
  earlyStopping?: boolean | 'auto';
  /** share of the rows held out; default 0.1 */
  validationFraction?: number;
  /** rounds without improvement after which training ends; default 10 */
  nIterNoChange?: number;
  /** the least improvement that counts; default 1e-7 */
  tol?: number;
  /** of the rows held out; default 0 */
  seed?: number;
}

export interface GradientBoostingClassifierOptions extends GradientBoostingOptions {
  /** 'balanced' for weights in inverse proportion to the classes' rows, or a weight of each class; those absent count 1 */
  classWeight?: 'balanced' | ReadonlyMap<number, number>;
}

export interface WeightedFit extends RunOptions {
  /** how much each row counts, from 0 on; default 1 */
  sampleWeight?: ArrayLike<number>;
}

/** Options with their defaults. */
export type Settled = v.InferOutput<typeof CLASSIFIER_OPTIONS>;
