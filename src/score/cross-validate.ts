/** Cross-validation of an estimator, after scikit-learn's cross_validate: the folds run side by side over the workers. */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { square } from '../math.js';
import { type Evaluation, evaluate } from '../metrics/index.js';
import type { BernoulliNB } from '../models/bernoulli-nb.js';
import type { CategoricalNB } from '../models/categorical-nb.js';
import type { ComplementNB } from '../models/complement-nb.js';
import type { GaussianNB } from '../models/gaussian-nb.js';
import type { GradientBoostingClassifier, GradientBoostingRegressor } from '../models/gradient-boosting.js';
import type { LogisticRegression } from '../models/logistic-regression.js';
import type { MLPClassifier, MLPRegressor } from '../models/mlp.js';
import type { MultinomialNB } from '../models/multinomial-nb.js';
import type { Ridge } from '../models/ridge.js';
import { seed as anySeed, checked, type Entries } from '../options.js';
import { KFold, type Split, StratifiedKFold } from '../prepare/split.js';
import { RUN_OPTIONS, type RunOptions } from '../scheduler/scheduler.js';
import { Matrix } from '../table/matrix.js';

export interface CrossValidationOptions extends RunOptions {
  /** number of folds (stratified for a classifier, shuffled by `seed`), or the splits themselves; default 5 */
  cv?: number | readonly Split[];
  /** default 0 */
  seed?: number;
}

const isSplit = (split: Partial<Split> | null) => ArrayBuffer.isView(split?.train) && ArrayBuffer.isView(split.test);
const isCv = (cv: unknown) =>
  Array.isArray(cv) ? cv.length > 0 && cv.every(isSplit) : Number.isInteger(cv) && (cv as number) >= 2;

const OPTIONS = v.strictObject({
  ...RUN_OPTIONS.entries,
  cv: v.optional(v.custom<number | readonly Split[]>(isCv, 'a whole number from 2, or splits'), 5),
  seed: v.optional(anySeed, 0),
} satisfies Entries<CrossValidationOptions>);
export type Estimator =
  | BernoulliNB
  | CategoricalNB
  | ComplementNB
  | GaussianNB
  | GradientBoostingClassifier
  | GradientBoostingRegressor
  | LogisticRegression
  | MLPClassifier
  | MLPRegressor
  | MultinomialNB
  | Ridge;

export interface CrossValidationResult {
  /** all metrics of each fold's test rows */
  folds: Evaluation[];
  /** mean and population standard deviation of each metric over the folds */
  mean: Record<string, number>;
  std: Record<string, number>;
}

/**
 * @param estimator makes a new, unfitted estimator for each fold; a classifier's classes are those of all of `y`
 * @param x features; without NaN but for trees, GaussianNB and CategoricalNB, which take it for missing
 * @param y a class (any number) or a number per row
 * @throws CameoError 'argument' for wrong options, 'data' when a class is in the test rows of a fold only
 */
export async function crossValidate(
  estimator: () => Estimator,
  x: Matrix,
  y: ArrayLike<number>,
  options: CrossValidationOptions = {},
): Promise<CrossValidationResult> {
  const { cv, seed, ...run } = checked(OPTIONS, options);
  if (y.length !== x.rows) throw errors.shape('Targets', `${x.rows}`, `${y.length}`);
  const classifies = 'predictProba' in estimator();
  const splits =
    typeof cv === 'number'
      ? classifies
        ? new StratifiedKFold({ nSplits: cv, seed }).split(y)
        : new KFold({ nSplits: cv, seed }).split(x.rows)
      : cv;
  const classes = classifies ? [...new Set(Array.from(y))].sort((a, b) => a - b) : [];
  const code = new Map(classes.map((value, i) => [value, i]));
  const pick = (rows: Int32Array) => ({
    x: new Matrix(
      Array.from({ length: x.columns }, (_, j) => {
        const column = x.column(j);
        return Float32Array.from(rows, (r) => column[r]);
      }),
      rows.length,
    ),
    y: Float64Array.from(rows, (r) => (classifies ? (code.get(y[r]) as number) : y[r])),
  });
  const folds = await Promise.all(
    splits.map(async ({ train, test }) => {
      const [fitted, held] = [pick(train), pick(test)];
      const model = await estimator().fit(fitted.x, fitted.y, run);
      if (!('predictProba' in model)) return evaluate('regression', held.y, await model.predict(held.x, run), 1);
      if (model.classes.length !== classes.length)
        throw errors.tooFewRows('Each class in every fold', train.length, classes.length);
      const proba = await model.predictProba(held.x, run);
      if (classes.length > 2) return evaluate('multiclass', held.y, proba, classes.length);
      return evaluate(
        'binary',
        held.y,
        proba.filter((_, i) => i % 2 === 1),
        1,
      );
    }),
  );
  return { folds, ...meanAndDeviation(folds) };
}

/** Mean and population standard deviation of each metric. */
export function meanAndDeviation(folds: readonly Evaluation[]): Pick<CrossValidationResult, 'mean' | 'std'> {
  const rows = folds as unknown as Record<string, number>[];
  const mean: Record<string, number> = {};
  const std: Record<string, number> = {};
  for (const name of Object.keys(rows[0])) {
    mean[name] = rows.reduce((sum, fold) => sum + fold[name], 0) / rows.length;
    std[name] = Math.sqrt(rows.reduce((sum, fold) => sum + square(fold[name] - mean[name]), 0) / rows.length);
  }
  return { mean, std };
}
