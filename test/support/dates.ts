/** Tables of users with a date each, whose target depends on one thing about it; and that thing, by the platform's calendar. */
import type { Table } from '../../src/index.js';
import { generator } from './tables.js';

const MINUTE = 60_000;
const FIRST = Date.UTC(2023, 0, 1);
const MINUTES = 2 * 365 * 1440;

/** What of a date the target may depend on: whether it is likely. */
export const SIGNALS = {
  recency: (time: number) => time > FIRST + MINUTES * MINUTE * 0.6,
  weekday: (time: number) => [0, 6].includes(new Date(time).getUTCDay()),
  hour: (time: number) => new Date(time).getUTCHours() >= 9 && new Date(time).getUTCHours() < 17,
  season: (time: number) => [5, 6, 7].includes(new Date(time).getUTCMonth()),
};
export type Signal = keyof typeof SIGNALS;

/** @param write the text of a time; null for a user without one */
export function datedTable(
  signal: Signal,
  { rows = 1500, seed = 5, missing = 0 } = {},
  write = (time: number) => new Date(time).toISOString().slice(0, 16),
): { table: Table; times: number[] } {
  const next = generator(seed);
  const times = Array.from({ length: rows }, () =>
    next() < missing ? Number.NaN : FIRST + Math.floor(next() * MINUTES) * MINUTE,
  );
  const texts = times.map((time) => (Number.isNaN(time) ? null : write(time)));
  const categories = [...new Set(texts.filter((text) => text !== null))].sort();
  const place = new Map(categories.map((text, i) => [text, i]));
  const noise = Float64Array.from({ length: rows }, () => next());
  const likely = times.map((time) => next() < (SIGNALS[signal](time) ? 0.9 : 0.1));
  return {
    times,
    table: {
      rows,
      columns: [
        { name: 'noise', kind: 'number', values: noise },
        {
          name: 'when',
          kind: 'category',
          codes: Int32Array.from(texts, (text) => (text === null ? -1 : (place.get(text) as number))),
          categories,
        },
        { name: 'y', kind: 'category', codes: Int32Array.from(likely, Number), categories: ['no', 'yes'] },
      ],
    },
  };
}
