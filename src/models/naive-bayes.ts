/**
 * The family of naive Bayes models: within a class the features are taken as independent, a number as normal, a category by how often each
 * label stands. What is missing is left out of the product, and so is a label that was never seen. A contribution is the logarithm of how much
 * likelier the feature's value makes one class than the other, exactly.
 */
import * as v from 'valibot';
import { joined } from '../arrays.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { log, square } from '../math.js';
import { above, flag, sought } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { normalOf, pooledMoments, statisticsOf } from './class-statistics.js';
import { categoryLogs } from './likelihood-parameters.js';
import type { Examples, Family } from './model.js';
import { type Likelihood, NaiveBayesModel, read } from './naive-bayes-model.js';
import { sampleWeights } from './weights.js';

/** A class's share at least, where none of its rows are learnt from. */
const LEAST_SHARE = 1e-12;

const OPTIONS = v.strictObject({
  /** what is added to how often a label stands in a class */
  alpha: v.optional(v.pipe(above(0), sought({ from: 0.01, to: 10, log: true })), 1),
  /**
   * share of a number's variance over all rows that is added to its variance in a class: as much as keeps a class of few different values
   * from being too sure of them, which lowers the log loss on every set of the battery
   */
  varSmoothing: v.optional(
    v.pipe(above(0), v.maxValue(1000, 'a number above 0, at most 1000'), sought({ from: 1e-3, to: 1, log: true })),
    0.1,
  ),
  /** learn the classes' probabilities from the rows rather than take them as alike */
  fitPrior: v.optional(flag, true),
});
export type NaiveBayesOptions = v.InferOutput<typeof OPTIONS>;

async function fit(engine: Engine, examples: Examples, options: NaiveBayesOptions, run: RunOptions): Promise<NaiveBayesModel> {
  const { outputs, x, held } = examples;
  const { labels, widths, missing } = examples.inputs.raw;
  const classes = Math.max(2, outputs);
  const y = Int32Array.from(examples.y);
  const weights = examples.weights || held ? sampleWeights(x.rows, examples.weights) : undefined;
  for (const r of held ?? []) if (weights) weights[r] = 0;
  const counts = new Float64Array(classes);
  y.forEach((c, r) => {
    counts[c] += weights ? weights[r] : 1;
  });
  const present = counts.filter((count) => count > 0).length;
  if (present < 2) throw errors.targetClasses('y', present);
  const statistics = await statisticsOf(engine, x, labels, { y, classes, weights }, run);
  const total = counts.reduce((a, b) => a + b, 0);
  const shares = options.fitPrior ? counts.map((count) => count / total) : counts.fill(1 / classes);
  const columns = statistics.map(
    (own, j): Likelihood =>
      labels[j] < 0 ? normal(own, options.varSmoothing) : categorical(own, classes, missing?.[j] ?? -1, options.alpha),
  );
  const numbers = labels.filter((own) => own < 0).length;
  const facts = { gaussian: numbers, categorical: labels.length - numbers };
  return new NaiveBayesModel(
    shares.map((share) => log(Math.max(share, LEAST_SHARE))),
    columns,
    widths,
    facts,
  );
}

function normal(moments: Float64Array, smoothing: number): Likelihood {
  const [count, mean, m2] = pooledMoments(moments);
  const variance = count > 0 ? m2 / count : 0;
  // scikit-learn's rule: a variance that rounding alone explains is that of a constant column, which tells nothing.
  const rounding = count * Number.EPSILON * variance + square(count * mean * Number.EPSILON);
  const { length } = moments;
  if (!(variance > rounding)) return { mean: new Float64Array(length / 3), variance: new Float64Array(length / 3).fill(1) };
  return normalOf(moments, smoothing * variance);
}

/** A missing value may have a label, which then adds nothing: all classes are alike. */
function categorical(counts: Float64Array, classes: number, missing: number, alpha: number): Likelihood {
  if (missing < 0) return { logs: categoryLogs(counts, classes, alpha) };
  const [first, end] = [missing * classes, (missing + 1) * classes];
  const known = categoryLogs(joined(Float64Array, [counts.subarray(0, first), counts.subarray(end)]), classes, alpha);
  return { logs: joined(Float64Array, [known.subarray(0, first), new Float64Array(classes), known.subarray(first)]) };
}

/** Written out, so that a bundle without fitting leaves it behind. */
export const naiveBayes: Family<NaiveBayesOptions> = {
  read,
  name: 'naive-bayes',
  tasks: ['binary', 'multiclass'],
  encodings: ['raw'],
  weighted: true,
  options: OPTIONS,
  fit,
};
