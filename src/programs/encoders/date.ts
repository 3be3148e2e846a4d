/**
 * Dates: a date becomes several columns, of which a feature keeps those that vary in training.
 *
 *     age        time before a moment, as a rank among those of the training rows, standardized (as numbers are, see number.ts)
 *     year       sine and cosine of the day of the year, 365¼ days around
 *     week       sine and cosine of the hour of the week, 168 around
 *     weekday    a column each for Sunday … Saturday, 1 or 0
 *     day        sine and cosine of the hour of the day, 24 around; and the hour itself, from −1 to 1
 *     missing    1 where there is no date, where all others are 0
 *
 * Raw they are up to four numbers, NaN where there is no date: days before the moment, day of the year, weekday from 0 for Monday, hour.
 *
 * Raw values are int32 minutes since 1970.
 */
import { dayOfYear, weekdayOf } from '../../calendar.js';
import { cosine, sine } from '../../math.js';
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import { type Encoder, type EncoderPlan, TILE } from '../encoder.js';

/** The columns of a date, in order. */
export const DATE_PARTS = [
  'age',
  'year.sine',
  'year.cosine',
  'week.sine',
  'week.cosine',
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'day.sine',
  'day.cosine',
  'hour',
  'missing',
] as const;
export type DatePart = (typeof DATE_PARTS)[number];

/** The columns of a date in the raw encoding, each with those of which it stands for. */
export const RAW_PARTS: readonly (readonly number[])[] = [[0], [1, 2], [5, 6, 7, 8, 9, 10, 11], [14]];

/** The raw value of no date. */
export const NO_DATE = -(2 ** 31);
const DAY = 1440;
const [WEEKDAY, CLOCK, MISSING] = [5, 12, 15];
const CIRCLES = [365.25, 168, 24];

/** f32: sine and cosine of each day of the year, hour of the week and hour of the day. */
export const dateCircles = (): Float32Array =>
  Float32Array.from(
    CIRCLES.flatMap((around) => Array.from({ length: Math.ceil(around) }, (_, i) => i / around)).flatMap((turns) => [
      sine(turns),
      cosine(turns),
    ]),
  );
const [WEEK_CIRCLE, DAY_CIRCLE] = [366 * 2, (366 + 168) * 2];

/** The parts of a date that come of it alone, by their places in DATE_PARTS; age is left as it is. */
export function dateParts(minutes: number, circles: Float32Array, out: Float32Array): void {
  out.fill(0, 1);
  if (minutes === NO_DATE) {
    out[MISSING] = 1;
    return;
  }
  const day = Math.floor(minutes / DAY);
  const hour = Math.floor((minutes - day * DAY) / 60);
  const weekday = weekdayOf(day);
  circle(circles, 2 * dayOfYear(day), out, 1);
  circle(circles, WEEK_CIRCLE + 2 * (weekday * 24 + hour), out, 3);
  out[WEEKDAY + weekday] = 1;
  circle(circles, DAY_CIRCLE + 2 * hour, out, CLOCK);
  out[CLOCK + 2] = (hour - 11.5) / 11.5;
}

function circle(circles: Float32Array, from: number, out: Float32Array, to: number): void {
  out[to] = circles[from];
  out[to + 1] = circles[from + 1];
}

export interface DatePlan extends EncoderPlan {
  readonly kind: 'date';
  /** whether the columns are those of the raw encoding */
  raw: boolean;
  /** of each feature: its columns by their places in DATE_PARTS or RAW_PARTS, ascending; the moment that age counts back from; how ranks are standardized */
  features: { parts: number[]; moment: number; mean: number; scale: number }[];
  /** f32[features, nQuantiles]: ages in days, ascending; nQuantiles 0 for no ranks */
  quantiles: number;
  nQuantiles: number;
  /** f32: see dateCircles */
  circles: number;
}

/** The columns of the raw encoding, by their places in RAW_PARTS. */
function rawParts(minutes: number, moment: number, out: Float32Array): void {
  const day = Math.floor(minutes / DAY);
  out[0] = (moment - minutes) / DAY;
  out[1] = dayOfYear(day);
  out[2] = (weekdayOf(day) + 6) % 7;
  out[3] = Math.floor((minutes - day * DAY) / 60);
  if (minutes === NO_DATE) out.fill(Number.NaN, 0, 4);
}

export function date(kernels: Kernels, memory: WebAssembly.Memory | undefined, plan: DatePlan, layout: Layout): Encoder {
  const { features, quantiles, nQuantiles } = plan;
  const ages = layout.take((TILE + 4) * 4);
  const circles = memory ? new Float32Array(memory.buffer, plan.circles, DAY_CIRCLE + 48) : new Float32Array(0);
  const age = memory ? new Float32Array(memory.buffer, ages, TILE) : new Float32Array(0);
  const values = new Float32Array(DATE_PARTS.length);
  /** Ages in days, or their ranks. */
  const takeAges = (minutes: Int32Array, f: number) => {
    const { moment } = features[f];
    for (let r = 0; r < minutes.length; r++) age[r] = minutes[r] === NO_DATE ? Number.NaN : (moment - minutes[r]) / DAY;
    if (nQuantiles > 0) kernels.quantile_transform(ages, ages, quantiles + f * nQuantiles * 4, minutes.length, nQuantiles);
  };
  return {
    encode(tile, ld, raw, first, rows) {
      const { buffer } = memory as WebAssembly.Memory;
      const out = new Float32Array(buffer, tile, (rows - 1) * ld + plan.inputs);
      let column = 0;
      for (const [f, { parts, moment, mean, scale }] of features.entries()) {
        const minutes = new Int32Array(buffer, raw.columns + f * raw.pitch + first * 4, rows);
        if (!plan.raw) takeAges(minutes, f);
        for (let r = 0; r < rows; r++) {
          if (plan.raw) rawParts(minutes[r], moment, values);
          else {
            values[0] = minutes[r] === NO_DATE ? 0 : (age[r] - mean) / scale;
            dateParts(minutes[r], circles, values);
          }
          const at = r * ld + column;
          for (let k = 0; k < parts.length; k++) out[at + k] = values[parts[k]];
        }
        column += parts.length;
      }
    },
  };
}
