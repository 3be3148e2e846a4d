/** Which columns of a table are features, and what each becomes. Learnt from the training rows only. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { Column, Ignored, Table } from '../table/table.js';
import { isEmpty } from './columns.js';
import type { Encoding, Preset } from './feature.js';
import { Features } from './features.js';
import { kinds } from './kinds.js';

/**
 * Offers each column to the kinds in turn and fits what they took.
 *
 * @param rows row numbers of the training rows
 * @param without columns that are no features: target, id, ignored ones
 * @param encodings that the features will be placed in
 * @throws CameoError 'column' for a column without a value in any row or with an infinite one, 'data' when no feature is left
 */
export async function fitFeatures(
  engine: Engine,
  table: Table,
  rows: Int32Array,
  without: ReadonlySet<string>,
  preset: Preset,
  encodings: readonly Encoding[],
): Promise<{ features: Features; ignored: Ignored[] }> {
  const ignored: Ignored[] = (table.leftOut ?? []).filter(({ name }) => !without.has(name));
  const taken = kinds.map((kind) => ({ kind, columns: [] as Column[] }));
  for (const column of table.columns) {
    if (without.has(column.name)) continue;
    if (isEmpty(column, rows)) {
      // A fold may lack what the table has.
      if (
        isEmpty(
          column,
          Int32Array.from({ length: table.rows }, (_, r) => r),
        )
      )
        throw errors.columnEmpty(column.name);
      ignored.push({ name: column.name, reason: `no value in the ${rows.length} rows used for training` });
      continue;
    }
    for (const { kind, columns } of taken) {
      const takes = kind.takes(column, rows, preset, encodings);
      if (takes === true) columns.push(column);
      else if (takes !== false) ignored.push({ name: column.name, reason: takes });
      if (takes !== false) break;
    }
  }
  const used = taken.filter(({ columns }) => columns.length > 0);
  if (used.length === 0) throw errors.noFeatures();
  const fitted = [];
  for (const { kind, columns } of used)
    fitted.push({ kind, features: await kind.fit(engine, columns, rows, preset, encodings) });
  return { features: new Features(fitted), ignored };
}
