/** What stands in a column: numbers by quartiles and a histogram, labels by how often they come. */
import type { Column } from './table.js';

/** One bar: numbers from `from` on and below `to`, of the last one up to it. */
export interface Bin {
  from: number;
  to: number;
  count: number;
}

export interface NumberStatistics {
  least: number;
  /** quartiles as NumPy's percentile has them: between two values by a straight line */
  lowerQuartile: number;
  median: number;
  upperQuartile: number;
  most: number;
  mean: number;
  /** of all rows, not of a sample */
  deviation: number;
  histogram: Bin[];
}

/** Bars of a histogram, at most. */
export const MOST_BINS = 20;

/** @param sorted finite numbers, ascending; undefined for none */
export function numberStatistics(sorted: Float64Array): NumberStatistics | undefined {
  const n = sorted.length;
  if (n === 0) return undefined;
  const at = (share: number) => {
    const place = share * (n - 1);
    const below = Math.floor(place);
    const low = sorted[below];
    return low + (place - below) * ((sorted[below + 1] ?? low) - low);
  };
  let mean = 0;
  for (let i = 0; i < n; i++) mean += sorted[i] / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((sorted[i] - mean) * (sorted[i] - mean)) / n;
  return {
    least: sorted[0],
    lowerQuartile: at(0.25),
    median: at(0.5),
    upperQuartile: at(0.75),
    most: sorted[n - 1],
    mean: Math.max(sorted[0], Math.min(sorted[n - 1], mean)),
    deviation: sorted[0] === sorted[n - 1] ? 0 : Math.sqrt(squares),
    histogram: histogramOf(sorted),
  };
}

/**
 * Bars of equal width from the least number to the largest. Of whole numbers each bar holds equally many, so that no bar is higher only
 * because two of them fall into it.
 */
function histogramOf(sorted: Float64Array): Bin[] {
  const n = sorted.length;
  const [least, most] = [sorted[0], sorted[n - 1]];
  if (least === most) return [{ from: least, to: most, count: n }];
  const edges = sorted.every(Number.isSafeInteger) ? wholeEdges(least, most) : evenEdges(least, most);
  const bins = edges.slice(1).map((to, k) => ({ from: edges[k], to, count: 0 }));
  let k = 0;
  for (const value of sorted) {
    while (k < bins.length - 1 && value >= bins[k].to) k++;
    bins[k].count++;
  }
  return bins;
}

const evenEdges = (least: number, most: number): number[] =>
  Array.from({ length: MOST_BINS + 1 }, (_, k) => (k === MOST_BINS ? most : least + (k * (most - least)) / MOST_BINS));

function wholeEdges(least: number, most: number): number[] {
  const numbers = most - least + 1;
  const width = Math.ceil(numbers / MOST_BINS);
  return Array.from({ length: Math.ceil(numbers / width) + 1 }, (_, k) => least - 0.5 + k * width);
}

/** The numbers of a column that are there, ascending. A copy. */
export const sortedValues = ({ values }: { readonly values: Float64Array }): Float64Array =>
  values.filter((value) => !Number.isNaN(value)).sort();

/** How many different numbers. */
export function distinctOf(sorted: Float64Array = new Float64Array(0)): number {
  let distinct = Math.min(1, sorted.length);
  for (let i = 1; i < sorted.length; i++) distinct += Number(sorted[i] !== sorted[i - 1]);
  return distinct;
}

/** Labels of each row, from 1 on in the order of the values, 0 for missing; and the values. */
export function labelsOf(column: Column): { labels: Int32Array; names: string[] } {
  if (column.kind === 'category') return { labels: column.codes.map((code) => code + 1), names: column.categories };
  const values = [...new Set(sortedValues(column))];
  const label = new Map(values.map((value, i) => [value, i + 1]));
  return { labels: Int32Array.from(column.values, (value) => label.get(value) ?? 0), names: values.map(String) };
}

/** Rows of each label; see labelsOf. */
export function countsOf(labels: Int32Array, names: number): Int32Array {
  const counts = new Int32Array(names + 1);
  for (const label of labels) counts[label]++;
  return counts;
}
