/** What rows count in learning: numbers of a column of the table, times what has all classes count the same. */
import { errors } from '../errors.js';
import { sampleWeights, weigh } from '../models/weights.js';
import type { Target } from '../prepare/target.js';
import { columnOf } from '../table/columns.js';
import type { Table } from '../table/table.js';
import type { CheckedScoreOptions } from './options.js';

type Asked = Pick<CheckedScoreOptions, 'weight' | 'classWeight'>;

/**
 * f64[rows of the table]; undefined where none are asked for.
 * @throws CameoError 'column' for a column that is absent or of text, 'data' for weights that are none
 */
export function columnOfWeights(table: Table, { weight }: Asked): Float64Array | undefined {
  if (weight === undefined) return undefined;
  const column = columnOf(table, 'Weight', weight);
  if (column.kind !== 'number') throw errors.columnType(weight, 'a number', 'text');
  return sampleWeights(table.rows, column.values);
}

/**
 * f32[rows] of these rows; undefined where all count the same.
 * @param y the class of each, or the number
 */
export function weightsOf(
  { classWeight }: Asked,
  { task, classes }: Target,
  y: Float64Array,
  all: Float64Array | undefined,
  rows: Int32Array,
): Float32Array | undefined {
  const own = all && Float64Array.from(rows, (r) => all[r]);
  if (classWeight && task !== 'regression') return Float32Array.from(weigh(y, classes.length, own, classWeight));
  return own && Float32Array.from(sampleWeights(rows.length, own));
}
