/** How strongly the columns of a table go together with what is predicted. */

import { range } from '../arrays.js';
import { type Association, correlationRatio, cramersV, pearson } from '../prepare/association.js';
import type { Column } from '../table/table.js';
import type { Question } from './learn.js';

/**
 * How strongly a column and the target of a question go together; null where there is nothing to say.
 * @param labels of a category, missing one of them; undefined for a number
 * @param among the rows that are looked at; default all
 */
export function associationOf(
  column: Column,
  labels: Int32Array | undefined,
  { target, truth }: Question,
  among = range(truth.length),
): Association | null {
  const known = (r: number) =>
    !Number.isNaN(truth[r]) && (labels !== undefined || (column.kind !== 'category' && !Number.isNaN(column.values[r])));
  const rows = among.filter(known);
  const y = Float64Array.from(rows, (r) => truth[r]);
  const x = column.kind !== 'category' && !labels ? Float64Array.from(rows, (r) => column.values[r]) : undefined;
  const of = labels && Int32Array.from(rows, (r) => labels[r]);
  const found = (measure: Association['measure'], value: number) =>
    Number.isNaN(value) ? null : { measure, value, rows: rows.length };
  if (x && target.task === 'regression') return found('Pearson correlation', pearson(x, y));
  if (x && target.task === 'binary') return found('point-biserial correlation', pearson(x, y));
  if (x) return found('correlation ratio', correlationRatio(Int32Array.from(y), x));
  if (!of) return null;
  if (target.task === 'regression') return found('correlation ratio', correlationRatio(of, y));
  return found("Cramér's V", cramersV(of, Int32Array.from(y)));
}
