/** The two sets of reviews, as lists of texts. */
import { existsSync } from 'node:fs';
import { readTable } from '../../src/index.js';
import type { Column, Table } from '../../src/table/table.js';

const FILES = { women: '../shared/data/womens_clothing_reviews.csv', waimai: '../shared/data/text/waimai_reviews.csv' };
export type ReviewSet = keyof typeof FILES;

/** Why a set cannot be read; undefined where it can. */
export const lacking = (set: ReviewSet): string | undefined => (existsSync(FILES[set]) ? undefined : `no ${FILES[set]}`);

export const reviewTable = (set: ReviewSet): Promise<Table> => readTable(FILES[set], { onError: 'text' });

export function textsOf(column: Column): string[] {
  if (column.kind === 'number') return Array.from(column.values, (value) => (Number.isNaN(value) ? '' : String(value)));
  return Array.from(column.codes, (code) => (code < 0 ? '' : column.categories[code]));
}
