/** What tastes are told apart by: hour of the day, weekday, the log's own fields, and price bands where it has prices. */
import type { Events } from '../table/events.js';
import { hourOf, weekdayOf } from './time.js';

/** Codes of the events into values, −1 for none; values ascend as text, so that a lower code comes first. */
export interface TasteField {
  readonly name: string;
  readonly values: readonly string[];
  readonly codes: Int8Array | Int32Array;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour)).sort();
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export function tasteFields(events: Events): TasteField[] {
  const { time, price, fields } = events;
  const hours = Int8Array.from({ length: 24 }, (_, hour) => HOURS.indexOf(String(hour)));
  const alphabetical = [...WEEKDAYS].sort();
  const days = WEEKDAYS.map((day) => alphabetical.indexOf(day));
  return [
    { name: 'hour', values: HOURS, codes: codesOf(time, (t) => hours[hourOf(t)]) },
    { name: 'weekday', values: alphabetical, codes: codesOf(time, (t) => days[weekdayOf(t)]) },
    ...fields,
    ...(price ? [priceBands(price)] : []),
  ];
}

function codesOf(numbers: Float64Array, codeOf: (x: number) => number): Int8Array {
  const codes = new Int8Array(numbers.length);
  for (let row = 0; row < codes.length; row++) codes[row] = codeOf(numbers[row]);
  return codes;
}

/** Bands such as '2 to 3.5', of which the upper bound belongs to the band. */
function priceBands(price: Float64Array): TasteField {
  const sorted = price.filter((x) => !Number.isNaN(x)).sort();
  const n = sorted.length;
  const fifths = n === 0 ? [] : [1, 2, 3, 4].map((k) => sorted[Math.ceil((k * n) / 5) - 1]);
  const edges = [...new Set(fifths)];
  const names = [...edges.map((edge, k) => `${k === 0 ? 'up' : edges[k - 1]} to ${edge}`), `above ${edges.at(-1)}`];
  const values = [...names].sort();
  const codes = names.map((name) => values.indexOf(name));
  const bandOf = (x: number) => {
    if (Number.isNaN(x)) return -1;
    let band = 0;
    while (x > edges[band]) band++;
    return codes[band];
  };
  return { name: 'price', values, codes: codesOf(price, bandOf) };
}
