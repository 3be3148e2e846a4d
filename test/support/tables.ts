/** Random tables for property tests: sizes, missing patterns, types, targets. */
import fc from 'fast-check';
import type { Column, Table } from '../../src/index.js';

export interface RandomTable {
  seed: number;
  rows: number;
  numbers: number;
  codes: number;
  texts: number;
  missing: number;
  task: 'binary' | 'multiclass' | 'regression';
}

export const randomTable: fc.Arbitrary<RandomTable> = fc
  .record({
    seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
    rows: fc.integer({ min: 12, max: 160 }),
    numbers: fc.integer({ min: 0, max: 6 }),
    codes: fc.integer({ min: 0, max: 3 }),
    texts: fc.integer({ min: 0, max: 3 }),
    missing: fc.constantFrom(0, 0.1, 0.5),
    task: fc.constantFrom('binary' as const, 'multiclass' as const, 'regression' as const),
  })
  .filter(({ numbers, codes, texts }) => numbers + codes + texts > 0);

/** A minimal-standard generator: for test data only. */
export function generator(seed: number) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** The table, with its last `fresh` rows holding categories that the others do not have. */
export function makeTable({ seed, rows, numbers, codes, texts, missing, task }: RandomTable, fresh = 0): Table {
  const next = generator(seed);
  const absent = (r: number) => r > 0 && next() < missing; // the first row is whole, so no column is empty
  const columns: Column[] = [];
  for (let j = 0; j < numbers; j++) {
    const scale = 10 ** Math.floor(next() * 9 - 3);
    const values = Float64Array.from({ length: rows }, (_, r) => (absent(r) ? Number.NaN : (next() - 0.3) * scale));
    columns.push({ name: `number ${j}`, kind: 'number', values });
  }
  for (let j = 0; j < codes; j++) {
    const values = Float64Array.from({ length: rows }, (_, r) => (absent(r) ? Number.NaN : 1 + Math.floor(next() * 5)));
    for (let r = rows - fresh; r < rows; r++) values[r] = 77;
    columns.push({ name: `code ${j}`, kind: 'number', values });
  }
  for (let j = 0; j < texts; j++) {
    const categories = ['a', 'b', 'naïve "quoted", 中文', 'z'];
    const values = Int32Array.from({ length: rows }, (_, r) => (absent(r) ? -1 : Math.floor(next() * 3.2)));
    for (let r = rows - fresh; r < rows; r++) values[r] = 3;
    columns.push({ name: `text ${j}`, kind: 'category', codes: values, categories });
  }
  const first = columns[0];
  const signal = (r: number) => {
    const v = first.kind === 'number' ? first.values[r] : first.codes[r];
    return (Number.isNaN(v) ? 0 : v) + next();
  };
  if (task === 'regression') {
    columns.push({
      name: 'target',
      kind: 'number',
      values: Float64Array.from({ length: rows }, (_, r) => 100 * signal(r) + 0.5),
    });
  } else {
    const classes = task === 'binary' ? ['no', 'yes'] : ['x', 'y', 'z'];
    const codes = Int32Array.from({ length: rows }, (_, r) => (r < classes.length ? r : Math.floor(next() * classes.length)));
    columns.push({ name: 'target', kind: 'category', codes, categories: classes });
  }
  return { rows, columns };
}

/** One row as a plain object, as a caller of profileOne has it. */
export const rowOf = (table: Table, r: number) =>
  Object.fromEntries(
    table.columns.map((c) => {
      if (c.kind === 'number') return [c.name, Number.isNaN(c.values[r]) ? null : c.values[r]];
      return [c.name, c.codes[r] < 0 ? undefined : c.categories[c.codes[r]]];
    }),
  );

/** What features are that are numbers, a column each. */
export const numbersOnly = (n: number) => ({ widths: new Array<number>(n).fill(1), labels: new Array<number>(n).fill(-1) });

/** A column of numbers; null is missing. */
export const numberColumn = (name: string, values: readonly (number | null)[]): Column => ({
  name,
  kind: 'number',
  values: Float64Array.from(values, (v) => v ?? Number.NaN),
});

/** A column of texts; null is missing. */
export function textColumn(name: string, values: readonly (string | null)[]): Column {
  const categories = [...new Set(values)].filter((v) => v !== null).sort();
  return {
    name,
    kind: 'category',
    codes: Int32Array.from(values, (v) => (v === null ? -1 : categories.indexOf(v))),
    categories,
  };
}

/** A number and a text that tell two classes apart, but only together. @param missing share of their values */
export function shop(rows: number, missing = 0): Table {
  const next = generator(3);
  const visits = Float64Array.from({ length: rows }, (_, r) => (r * 37) % 100);
  const codes = Int32Array.from({ length: rows }, (_, r) => (r * 11) % 3);
  const bought = Int32Array.from({ length: rows }, (_, r) => Number(visits[r] > 50 !== (codes[r] === 1)));
  return {
    rows,
    columns: [
      { name: 'visits', kind: 'number', values: visits.map((value) => (next() < missing ? Number.NaN : value)) },
      {
        name: 'channel',
        kind: 'category',
        codes: codes.map((c) => (next() < missing ? -1 : c)),
        categories: ['mail', 'shop', 'web'],
      },
      { name: 'bought', kind: 'category', codes: bought, categories: ['no', 'yes'] },
    ],
  };
}
