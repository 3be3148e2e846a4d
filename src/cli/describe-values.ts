/** Numbers, shares and columns of a description as people read them, on the terminal and on the page. */
import type { Association } from '../prepare/association.js';
import type { ColumnDescription, Description } from '../score/describe.js';

export const count = (n: number) => n.toLocaleString('en');
export const some = (n: number, what: string) => `${count(n)} ${what}${n === 1 ? '' : 's'}`;

/** Five digits; a date as a day. */
export function valueText(type: string, value: number): string {
  if (type === 'date') return new Date(value).toISOString().slice(0, 10);
  const short = Number(value.toPrecision(5));
  return Math.abs(short) < 1e15 ? short.toLocaleString('en', { maximumFractionDigits: 10 }) : String(short);
}

export function percent(part: number, whole: number): string {
  const share = whole > 0 ? (100 * part) / whole : 0;
  if (part > 0 && share < 0.1) return '< 0.1 %';
  return `${share < 10 && part > 0 ? share.toFixed(1) : share.toFixed(0)} %`;
}

/** A correlation has a sign, the other measures have none. */
export function associationText({ measure, value }: Association): string {
  const signed = /correlation$/.test(measure);
  if (Math.abs(value) < 0.005) return '0.00';
  return `${value < 0 ? '−' : signed ? '+' : ''}${Math.abs(value).toFixed(2)}`;
}

/** As what a column is used, or why it is not. */
export function useText({ role, type }: ColumnDescription): string {
  if (role === 'target') return 'target';
  if (role === 'id') return 'id';
  if (role === 'ignored') return 'ignored';
  return role === 'left out' ? `left out: ${type}` : type;
}

/** What is said of the table as a whole, in sentences. */
export function overview({ rows, columns, target, duplicates }: Description): string[] {
  const classes =
    target && target.classes.length > 0 ? `, ${some(target.classes.length, 'class')}`.replace('classs', 'classes') : '';
  const unknown = target && target.missing > 0 ? `, missing in ${some(target.missing, 'row')}` : '';
  const ids = duplicates.ids ? `; ${count(duplicates.ids)} with an id that stands above` : '';
  return [
    `${some(rows, 'row')}, ${some(columns.length, 'column')}`,
    ...(target ? [`target '${target.name}' (${target.task}${classes}${unknown})`] : []),
    duplicates.rows > 0
      ? `${some(duplicates.rows, 'row')} alike in every column to one above${ids}`
      : `no row stands twice${ids}`,
  ];
}

/** What is not shown, and what the measures are. */
export function withheldText({ fewest }: Description): string {
  return `Not shown, since they are somebody's: values of identifiers, of free text and of ignored columns, and values of fewer than ${fewest} rows.`;
}

/** The measures that are in use, each explained once. */
export function measuresText({ columns, target }: Description): string[] {
  const EXPLAINED: Record<Association['measure'], string> = {
    'Pearson correlation': 'of numbers with the target, from −1 to 1',
    'point-biserial correlation': `of numbers with the target, from −1 to 1; above 0 goes with '${target?.classes.at(-1)}'`,
    'correlation ratio':
      'root of the share of the variance that lies between the groups, from 0 to 1, corrected for their number',
    "Cramér's V": 'of categories with the target, from 0 to 1, corrected for their number; missing is one of its own',
  };
  const used = new Set(columns.flatMap(({ association }) => association?.measure ?? []));
  return [...used].map((measure) => `${measure}: ${EXPLAINED[measure]}`);
}
