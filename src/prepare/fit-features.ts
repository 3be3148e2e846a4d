/** Which columns of a table are features, and what each becomes. Learnt from the training rows only. */
import { range } from '../arrays.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { Column, Ignored, IgnoredCode, Table } from '../table/table.js';
import { isConstant, isEmpty } from './columns.js';
import type { Encoding, FeatureKind, Preset } from './feature.js';
import { Features, type OfKind } from './features.js';
import { kinds, readers } from './kinds.js';

/** What becomes of a column: a feature of a kind, or none. */
export interface Decision {
  column: Column;
  kind: FeatureKind | undefined;
  ignored: Ignored | undefined;
}

/** All columns that are left out, with why: those that could not be read as columns, and those that no kind took. */
export const ignoredOf = (table: Table, without: ReadonlySet<string>, decisions: readonly Decision[]): Ignored[] => [
  ...(table.leftOut ?? []).filter(({ name }) => !without.has(name)),
  ...decisions.flatMap((decision) => decision.ignored ?? []),
];

/** What kinds are told beside a column. */
interface Offer {
  rows: Int32Array;
  preset: Preset;
  encodings: readonly Encoding[];
}

/**
 * What becomes of each column, seen from the training rows.
 *
 * @param rows row numbers of the training rows
 * @param without columns that are no features: target, id, ignored ones
 * @param encodings that the features will be placed in
 * @throws CameoError 'column' for a column with an infinite value
 */
export function decideColumns(
  table: Table,
  rows: Int32Array,
  without: ReadonlySet<string>,
  preset: Preset,
  encodings: readonly Encoding[],
): Decision[] {
  const offer = { rows, preset, encodings };
  const decisions = table.columns.filter(({ name }) => !without.has(name)).map((column) => decide(column, table.rows, offer));
  // Where nothing else is left, what varies in the table, though not in these rows, is better than nothing: a fold may lack a value.
  if (decisions.some(({ kind }) => kind)) return decisions;
  const all = range(table.rows);
  return decisions.map((decision) => {
    const { column, ignored } = decision;
    return ignored?.code === 'constant' && !isConstant(column, all) ? offered(column, offer) : decision;
  });
}

function decide(column: Column, all: number, offer: Offer): Decision {
  const { name } = column;
  const { rows, preset } = offer;
  const training = rows.length === 1 ? 'the one row used for training' : `the ${rows.length} rows used for training`;
  const not = (code: IgnoredCode, reason: string) => ({ column, kind: undefined, ignored: { name, code, reason } });
  if (isEmpty(column, rows)) return not('empty', `no value in ${isEmpty(column, range(all)) ? 'any row' : training}`);
  // In the article's preset a constant number stays what it is there: a column of zeros.
  if (preset === 'default' && rows.length > 1 && isConstant(column, rows))
    return not('constant', `the same value in ${isConstant(column, range(all)) ? 'every row' : `all of ${training}`}`);
  return offered(column, offer);
}

/** Offers a column to the kinds in turn. */
function offered(column: Column, { rows, preset, encodings }: Offer): Decision {
  for (const kind of kinds) {
    const takes = kind.takes(column, rows, preset, encodings);
    if (takes === true) return { column, kind, ignored: undefined };
    if (takes !== false) return { column, kind: undefined, ignored: { name: column.name, code: 'unsuited', reason: takes } };
  }
  throw errors.columnType(column.name, 'a number or text', column.kind);
}

/**
 * Fits the features of the columns that a kind takes.
 *
 * @param rows, without and encodings as of decideColumns
 * @param asOf the moment that dates count back from, in milliseconds since 1970; default: the latest training row's, of each column
 * @param others features of columns that are not offered to the kinds, fitted already, and such columns that are none
 * @throws CameoError as decideColumns, 'data' when no feature is left
 */
export async function fitFeatures(
  engine: Engine,
  table: Table,
  rows: Int32Array,
  without: ReadonlySet<string>,
  preset: Preset,
  encodings: readonly Encoding[],
  asOf?: number,
  others: { features: readonly OfKind[]; ignored: readonly Ignored[] } = { features: [], ignored: [] },
): Promise<{ features: Features; ignored: Ignored[]; decisions: Decision[] }> {
  const decisions = decideColumns(table, rows, without, preset, encodings);
  const ignored = [...ignoredOf(table, without, decisions), ...others.ignored];
  const fitted: OfKind[] = [...others.features];
  for (const kind of kinds) {
    const columns = decisions.filter((decision) => decision.kind === kind).map(({ column }) => column);
    if (columns.length > 0) fitted.push({ kind, features: await kind.fit(engine, columns, rows, preset, encodings, asOf) });
  }
  if (fitted.length === 0) throw errors.noFeatures(ignored);
  return { features: new Features(inOrder(fitted)), ignored, decisions };
}

/** As kinds stand in kinds.ts. */
function inOrder(fitted: readonly OfKind[]): OfKind[] {
  const place = ({ kind }: OfKind) => readers.findIndex(({ name }) => name === kind.name);
  return [...fitted].sort((a, b) => place(a) - place(b));
}
