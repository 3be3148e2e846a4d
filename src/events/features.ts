/** What users did as features of a table's rows: behaviour up to the moment of prediction. */
import { errors } from '../errors.js';
import { columnOf, idsOf } from '../table/columns.js';
import type { Column, Table } from '../table/table.js';
import type { Behaviour } from './behaviour.js';

/** Without events all are missing but the counts, which are 0. */
export const BEHAVIOUR_FEATURES: readonly [name: string, of: (behaviour: Behaviour) => ArrayLike<number>, without: number][] = [
  ['recency_days', ({ recencyDays }) => recencyDays, Number.NaN],
  ['frequency', ({ frequency }) => frequency, 0],
  ['monetary', ({ monetary }) => monetary, 0],
  ['average_basket', ({ averageBasket }) => averageBasket, Number.NaN],
  ['inter_purchase_days', ({ interPurchaseDays }) => interPurchaseDays, Number.NaN],
  ['active_days', ({ activeDays }) => activeDays, 0],
  ['n_events', ({ nEvents }) => nEvents, 0],
];

/**
 * The table with the columns of BEHAVIOUR_FEATURES behind its own.
 * @param id column that names the user as the log does
 * @returns a table that shares the given columns, and how many of its rows have events
 * @throws CameoError 'column' for a table that has such a column already
 */
export function joinBehaviour(table: Table, id: string, behaviour: Behaviour): { table: Table; matched: number } {
  const { users } = behaviour;
  const number = new Map(users.map((user, u) => [user, u]));
  const rows = idsOf(columnOf(table, 'Id', id), 0, table.rows, 0).map((user) => (user === null ? undefined : number.get(user)));
  const matched = rows.filter((u) => u !== undefined).length;
  const added = BEHAVIOUR_FEATURES.map(([name, of, without]): Column => {
    if (table.columns.some((column) => column.name === name)) throw errors.columnTaken(name);
    const values = of(behaviour);
    return { name, kind: 'number', values: Float64Array.from(rows, (u) => (u === undefined ? without : values[u])) };
  });
  return { table: { ...table, columns: [...table.columns, ...added] }, matched };
}

/** How many rows of a table have events. */
export function matchedRows(table: Table, id: string, { users }: Behaviour): number {
  const known = new Set(users);
  return idsOf(columnOf(table, 'Id', id), 0, table.rows, 0).filter((user) => user !== null && known.has(user)).length;
}

/** Whether a model with these features needs behaviour that the table does not have. */
export function lacksBehaviour(table: Table, features: readonly string[]): boolean {
  const has = (names: readonly string[]) => BEHAVIOUR_FEATURES.some(([name]) => names.includes(name));
  return has(features) && !has(table.columns.map(({ name }) => name));
}
