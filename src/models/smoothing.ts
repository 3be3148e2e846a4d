/** What naive Bayes adds to its counts, so that nothing is impossible that was not seen. */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { atLeast } from '../options.js';

/** Below this, as in scikit-learn without `force_alpha`, so little is taken: of 0 there is no logarithm. */
export const LEAST_ALPHA = 1e-10;

export const ALPHA = atLeast(0);

const EACH = 'a number from 0 on, or one for each column';
const good = (value: unknown) => typeof value === 'number' && value >= 0 && Number.isFinite(value);
/** One for all columns, or one for each. */
export const ALPHAS = v.custom<number | ArrayLike<number>>(
  (value) =>
    good(value) || (typeof value === 'object' && value !== null && 'length' in value && Array.from(value as []).every(good)),
  EACH,
);

/** f64[columns] */
export function alphasOf(alpha: number | ArrayLike<number>, columns: number): Float64Array {
  if (typeof alpha === 'number') return new Float64Array(columns).fill(Math.max(alpha, LEAST_ALPHA));
  if (alpha.length !== columns) throw errors.option('alpha', `${columns} numbers, one for each column`, alpha.length);
  return Float64Array.from(alpha, (value) => Math.max(value, LEAST_ALPHA));
}
