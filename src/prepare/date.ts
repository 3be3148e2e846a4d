/**
 * Dates as features: text that is dates (table/dates.ts) in nearly all rows. Each becomes several encoded columns, of which those stay that
 * vary in training: how long ago, the seasons of year, week and day, weekday, hour, whether there is a date (programs/encoders/date.ts). How
 * long ago counts back from a moment: the latest date of the training rows, or the one that the caller names.
 *
 * A cell that is no date among many that are counts as missing, and among the unknown.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { f64, joinParts, type Part, type PartReader } from '../part.js';
import { DATE_PARTS, type DatePlan, dateCircles, dateParts, NO_DATE, RAW_PARTS } from '../programs/encoders/date.js';
import { DATE_ORDERS, DATES, type DateOrder, dateOrderOf, timeOfDate } from '../table/dates.js';
import { isMissingMark } from '../table/missing.js';
import type { Column } from '../table/table.js';
import type { Layout } from '../wasm/memory.js';
import {
  type Encoding,
  type Feature,
  type FeatureKind,
  type FeatureReader,
  isMissing,
  type Preset,
  type Source,
  type Value,
} from './feature.js';
import { type NumberFeature, number, numberReader } from './number.js';

const MINUTE = 60_000;
const DAY = 1440;
const MINUTES = { least: DATES.least / MINUTE, most: Math.floor(DATES.most / MINUTE) };

/** Minutes since 1970 of a time in milliseconds; NO_DATE for one that no date has. */
const minutesOf = (time: number): number => (time >= DATES.least && time <= DATES.most ? Math.floor(time / MINUTE) : NO_DATE);

type Texts = Extract<Column, { kind: 'category' }>;

/** The dates of a column of texts, and how many cells hold something else. */
function datesIn({ codes, categories }: Texts, order: DateOrder): { values: Int32Array; unknown: number } {
  const times = categories.map((text) => (isMissingMark(text) ? Number.NaN : timeOfDate(text, order)));
  const minutes = times.map((time) => (time === undefined ? NO_DATE : minutesOf(time)));
  return {
    values: codes.map((code) => (code < 0 ? NO_DATE : minutes[code])),
    unknown: codes.reduce((sum, code) => sum + Number(code >= 0 && times[code] === undefined), 0),
  };
}

export class DateFeature implements Feature {
  readonly raw = 'date';
  readonly labels: readonly string[] = [];

  /**
   * @param order of day and month in texts that do not begin with the year
   * @param parts its encoded columns, by their places in DATE_PARTS, ascending
   * @param moment minutes since 1970 that age counts back from
   * @param age days before that moment, as a number
   */
  constructor(
    readonly order: DateOrder,
    readonly parts: readonly number[],
    readonly moment: number,
    readonly age: NumberFeature,
  ) {}

  get name(): string {
    return this.age.name;
  }
  width(encoding: Encoding): number {
    return this.partsIn(encoding).length;
  }
  codes(): number {
    return -1;
  }
  /** Its columns, by their places in DATE_PARTS or RAW_PARTS; one at least. */
  partsIn(encoding: Encoding): readonly number[] {
    if (encoding === 'standard') return this.parts;
    const raw = [...RAW_PARTS.keys()].filter((part) => RAW_PARTS[part].some((other) => this.parts.includes(other)));
    return raw.length > 0 ? raw : [0];
  }

  /** The same feature, with ages as of another moment, in milliseconds since 1970. @throws CameoError 'argument' */
  asOf(time: number): DateFeature {
    return new DateFeature(this.order, this.parts, momentOf(time), this.age);
  }

  bind(column: Column): Source {
    if (column.kind === 'number') {
      if (!column.values.every(Number.isNaN)) throw errors.columnType(this.name, 'a date', 'a number');
      return { values: new Int32Array(column.values.length).fill(NO_DATE), unknown: 0 };
    }
    const { values, unknown } = datesIn(column, this.order);
    if (unknown > 0 && values.every((date) => date === NO_DATE)) throw errors.columnType(this.name, 'a date', 'text');
    return { values, unknown };
  }

  one(value: Value, row: number): number {
    if (isMissing(value)) return NO_DATE;
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) throw errors.columnInfinite(this.name, row);
    if (typeof value === 'number' || value instanceof Date) return minutesOf(Number(value));
    if (typeof value !== 'string') throw errors.columnType(this.name, 'a date', typeof value);
    if (isMissingMark(value)) return NO_DATE;
    const time = timeOfDate(value, this.order);
    if (time === undefined) throw errors.noDate(this.name, row);
    return minutesOf(time);
  }
}

/** A moment in milliseconds since 1970 as minutes. @throws CameoError 'argument' */
function momentOf(time: number): number {
  const minutes = minutesOf(time);
  if (minutes === NO_DATE) throw errors.option('asOf', 'a date', 'one that no date has');
  return minutes;
}

function place(features: readonly DateFeature[], layout: Layout, encoding: Encoding): DatePlan {
  const raw = encoding === 'raw';
  const nQuantiles = raw ? 0 : (features[0]?.age.quantiles.length ?? 0);
  const quantiles = new Float32Array(features.length * nQuantiles);
  features.forEach(({ age }, j) => {
    if (nQuantiles > 0) quantiles.set(age.quantiles, j * nQuantiles);
  });
  return {
    kind: 'date',
    columns: features.length,
    raw,
    inputs: features.reduce((sum, feature) => sum + feature.width(encoding), 0),
    features: features.map((feature) => {
      const { moment, age } = feature;
      return { parts: [...feature.partsIn(encoding)], moment, mean: age.mean, scale: age.scale };
    }),
    quantiles: layout.put(quantiles),
    nQuantiles,
    circles: layout.put(dateCircles()),
  };
}

const FEATURES = v.array(v.object({ order: v.picklist(DATE_ORDERS), parts: v.array(v.picklist(DATE_PARTS)) }));

function write(features: readonly DateFeature[]): Part {
  const described = features.map(({ order, parts }) => ({ order, parts: parts.map((part) => DATE_PARTS[part]) }));
  const own = {
    metadata: { features: JSON.stringify(described) },
    tensors: { moment: f64(features.map(({ moment }) => moment)) },
  };
  const ages = joinParts([['age', numberReader.write(features.map(({ age }) => age))]]);
  return { metadata: { ...own.metadata, ...ages.metadata }, tensors: { ...own.tensors, ...ages.tensors } };
}

function read(part: PartReader): DateFeature[] {
  const described = part.json('features', FEATURES);
  const ages = numberReader.read(part.under('age')) as NumberFeature[];
  part.check(ages.length === described.length, 'ages of dates', described.length, ages.length);
  const moments = part.i32('moment', [described.length], MINUTES);
  return described.map(({ order, parts }, j) => {
    const places = parts.map((name) => DATE_PARTS.indexOf(name));
    const rising = places.length > 0 && places.every((place, i) => i === 0 || place > places[i - 1]);
    part.check(rising, `parts of '${ages[j].name}'`, 'each once, in order', parts.join(', '));
    return new DateFeature(order, places, moments[j], ages[j]);
  });
}

/** Cells of each category among these rows. */
function countsOf(column: Texts, rows: Int32Array): Int32Array {
  const counts = new Int32Array(column.categories.length);
  for (const r of rows) if (column.codes[r] >= 0) counts[column.codes[r]]++;
  return counts;
}

/** The order of a column's dates, as far as these rows tell; undefined where it holds none. */
export const orderIn = (column: Column, rows: Int32Array): DateOrder | undefined =>
  column.kind === 'category' ? dateOrderOf(column.categories, countsOf(column, rows)) : undefined;

/** Places of the parts that vary among dates; of a single date its age alone, which varies later. */
function varying(minutes: Int32Array): number[] {
  const circles = dateCircles();
  const known = minutes.filter((date) => date !== NO_DATE);
  const [first, next] = [new Float32Array(DATE_PARTS.length), new Float32Array(DATE_PARTS.length)];
  dateParts(known[0], circles, first);
  const varies = new Set<number>(known.some((date) => date !== known[0]) ? [0] : []);
  for (const date of known) {
    dateParts(date, circles, next);
    for (let part = 1; part < next.length; part++) if (next[part] !== first[part]) varies.add(part);
  }
  if (known.length < minutes.length) varies.add(DATE_PARTS.length - 1);
  return varies.size === 0 ? [0] : [...varies].sort((a, b) => a - b);
}

async function fit(
  engine: Engine,
  columns: readonly Column[],
  rows: Int32Array,
  preset: Preset,
  encodings: readonly Encoding[],
  asOf?: number,
): Promise<DateFeature[]> {
  const orders = columns.map((column) => orderIn(column, rows) as DateOrder);
  const dates = columns.map((column, j) => {
    const { values } = datesIn(column as Texts, orders[j]);
    return Int32Array.from(rows, (r) => values[r]);
  });
  const moments = dates.map((minutes) => (asOf === undefined ? minutes.reduce((a, b) => Math.max(a, b)) : momentOf(asOf)));
  const ages = columns.map(({ name }, j) => ({
    name,
    kind: 'number' as const,
    values: Float64Array.from(dates[j], (minutes) => (minutes === NO_DATE ? Number.NaN : (moments[j] - minutes) / DAY)),
  }));
  const fitted = await number.fit(engine, ages, Int32Array.from(rows.keys()), preset, encodings);
  return columns.map((_, j) => new DateFeature(orders[j], varying(dates[j]), moments[j], fitted[j]));
}

export const dateReader: FeatureReader<DateFeature> = { name: 'date', place, write, read };

/** Written out, so that a bundle without fitting leaves it behind. */
export const date: FeatureKind<DateFeature> = {
  name: 'date',
  place,
  write,
  read,
  fit,
  takes: (column, rows, preset) => preset === 'default' && orderIn(column, rows) !== undefined,
};
