/**
 * Numbers as people write them: `1.234,56`, `1,234.5`, `1 234,50 €`, `$12.50`, `45 %`, `(12.50)` for −12.50. What a text means is often not
 * in the text: `1.234` is a little more than one here and more than a thousand there. So a column is judged as a whole:
 *
 *   - A text that reads one way only (`1,5`, `0.123`, `1.234.567`, `1,234.50`) is evidence of the column's decimal mark.
 *   - Without any (`1.234`, `12,500`), the caller's word decides, or what other columns of the file show, or the point.
 *   - A percentage is the number before its sign. Amounts of one currency are numbers, of several are not.
 *   - Nearly all texts must agree. The few that do not are strays, and the caller decides what becomes of them.
 *
 * Groups are of three digits behind a comma, a point, a space or an apostrophe, or of two as in India (`12,34,567`).
 */

import { isMissingMark } from './missing.js';

export type DecimalMark = '.' | ',';

/** What the texts of a column mean. */
export interface Recognition {
  decimal: DecimalMark;
  /** '%', a currency as it is written, or '' */
  unit: string;
  /** the value of each text; NaN for what means nothing and for strays */
  values: Float64Array;
  /** texts that are no numbers, by their positions, where nearly all others are */
  strays: number[];
  /** whether a plain parser would not have read all of it */
  disguised: boolean;
  /** cells that say in some way that they are missing, such as NA */
  marks: number;
  /** the decimal mark that the texts themselves show */
  evidence?: DecimalMark;
  /** whether another decimal mark would have given other numbers */
  ambiguous: boolean;
}

export interface NumberOptions {
  /** what decides where the texts do not */
  decimal?: DecimalMark;
  /** whether texts that are all plain whole numbers stay texts: they were texts in a file that has numbers too */
  typed?: boolean;
}

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

const CURRENCY =
  '(?:US|AU?|CA?|HK|NZ|SG?|NT|R|MX)?\\$|[€£¥₹₽₩₺₫₴₪฿₱₦₸₼₡₲₵₮₭]|USD|EUR|GBP|JPY|CNY|RMB|CHF|INR|RUB|KRW|TRY|VND|UAH|ILS|THB|PHP|NGN|' +
  'BRL|MXN|ARS|CLP|COP|PEN|AUD|CAD|NZD|HKD|SGD|TWD|MYR|IDR|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|ZAR|EGP|SAR|AED|' +
  'kr\\.?|Kč|zł|Ft|lei|лв\\.?|руб\\.?|Rs\\.?|Fr\\.?|元|円|원';
const SPACES = ' \\u00a0\\u202f\\u2009';
const BODY = `(?:\\d[\\d.,'’${SPACES}]*|[.,]\\d+)(?:[eE][+-]?\\d+)?`;
const SHAPE = new RegExp(
  `^(?<sign>[-+])?(?<open>\\()?(?<before>${CURRENCY}|%)?(?<inner>[-+])?(?<body>${BODY})(?<after>${CURRENCY}|[%‰])?(?<close>\\))?(?<minus>-)?$`
    // Spaces may stand between the pieces.
    .replaceAll('(?<', `[${SPACES}]*(?<`)
    .replace('(?<minus>-)?$', `(?<minus>-)?[${SPACES}]*$`),
  'u',
);

/** A text as a number before its decimal mark is known. */
interface Written {
  negative: boolean;
  body: string;
  unit: string;
}

/** The pieces of a text that may be a number; undefined for one that cannot. */
function scan(text: string): Written | undefined {
  const pieces = SHAPE.exec(narrow(text))?.groups;
  if (!pieces) return undefined;
  const { sign, open, before, inner, body, after, close, minus } = pieces;
  const signs = [sign, inner, minus, open].filter((piece) => piece !== undefined);
  if (signs.length > 1 || (open === undefined) !== (close === undefined)) return undefined;
  if (before !== undefined && after !== undefined && before !== after) return undefined;
  return { negative: signs.length > 0 && signs[0] !== '+', body: body.trim(), unit: before ?? after ?? '' };
}

/** Wide digits and signs of East Asian text as the narrow ones; one minus for all. */
function narrow(text: string): string {
  if (!/[^\x20-\x7e]/.test(text)) return text;
  return text
    .replaceAll(/[！-～]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replaceAll('￥', '¥')
    .replaceAll(/[−–]/g, '-');
}

/** The number that digits and marks mean with this decimal mark; NaN where they mean none. */
function numberUnder(body: string, decimal: DecimalMark): number {
  const [mantissa, exponent = '0'] = body.split(/e/i);
  const [whole, fraction = '', ...more] = mantissa.split(decimal);
  const digits = ungrouped(whole, decimal === '.' ? ',' : '.');
  if (digits === undefined || more.length > 0 || !/^\d*$/.test(fraction) || digits + fraction === '') return Number.NaN;
  return Number(`${digits}.${fraction}e${exponent}`.replace(/^\./, '0.'));
}

const GROUPS: Record<string, RegExp> = {
  ',': /^[1-9]\d{0,2}(?:,\d{3})+$|^[1-9]\d?(?:,\d{2})+,\d{3}$/,
  '.': /^[1-9]\d{0,2}(?:\.\d{3})+$/,
  ' ': /^[1-9]\d{0,2}(?:[ \u00a0\u202f\u2009]\d{3})+$/,
  "'": /^[1-9]\d{0,2}(?:['’]\d{3})+$/,
};

/** Digits without the marks of their groups; undefined where the groups are not whole. */
function ungrouped(text: string, mark: string): string | undefined {
  if (/^\d*$/.test(text)) return text;
  if (![mark, ' ', "'"].some((group) => GROUPS[group].test(text))) return undefined;
  return text.replaceAll(/\D/g, '');
}

/** What a plain parser reads; NaN for anything else. Infinity is a number, which whoever uses the column refuses. */
export function plainNumber(text: string): number {
  const trimmed = text.trim();
  if (PLAIN.test(trimmed)) return Number(trimmed);
  if (INFINITE.test(trimmed)) return trimmed[0] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number.NaN;
}

/**
 * What the texts of a column mean as numbers.
 *
 * @param texts the column's different texts, none of them blank
 * @param counts cells of each
 * @returns undefined where they are texts
 */
export function recognize(
  texts: readonly string[],
  counts: ArrayLike<number>,
  options: NumberOptions = {},
): Recognition | undefined {
  const marked = texts.map(isMissingMark);
  const plain = Float64Array.from(texts, plainNumber);
  const written = texts.map((text, i) => (marked[i] ? undefined : scan(text)));
  const known = (i: number) => !marked[i];
  const unit = unitOf(written, counts);
  const fits = (found: Written | undefined, value: number) =>
    found !== undefined && (found.unit === unit || (found.unit === '' && (unit !== '%' || value === 0)));
  // Each text under each decimal mark; NaN where it means nothing.
  const reading = (decimal: DecimalMark) =>
    Float64Array.from(written, (found, i) => {
      if (!found) return Math.abs(plain[i]) === Number.POSITIVE_INFINITY ? plain[i] : Number.NaN;
      const value = numberUnder(found.body, decimal);
      return fits(found, value) ? (found.negative ? -value : value) : Number.NaN;
    });
  const [point, comma] = [reading('.'), reading(',')];
  const evidence = evidenceOf(point, comma, counts);
  const decimal = evidence ?? options.decimal ?? '.';
  const values = decimal === '.' ? point : comma;
  const good = [...texts.keys()].filter((i) => !Number.isNaN(values[i]));
  const strays = [...texts.keys()].filter((i) => known(i) && Number.isNaN(values[i]));
  const isPlain = (i: number) => decimal === '.' && !Number.isNaN(plain[i]);
  if (good.length === 0 || !nearlyAll(texts, counts, good, strays)) return undefined;
  if (options.typed && good.every((i) => WHOLE.test(texts[i]))) return undefined;
  // Whole numbers beyond 2^53 are identifiers, which would run into one another.
  if (good.every((i) => WHOLE.test(texts[i])) && good.some((i) => Math.abs(values[i]) > Number.MAX_SAFE_INTEGER))
    return undefined;
  return {
    decimal,
    unit,
    values,
    strays,
    disguised: !good.every(isPlain),
    marks: texts.reduce((sum, _, i) => sum + (marked[i] ? counts[i] : 0), 0),
    evidence,
    ambiguous: evidence === undefined && good.some((i) => point[i] !== comma[i]),
  };
}

/** The unit of most cells. Amounts may come without their currency, percentages not without their sign. */
function unitOf(written: readonly (Written | undefined)[], counts: ArrayLike<number>): string {
  const cells = new Map<string, number>();
  for (const [i, found] of written.entries()) if (found) cells.set(found.unit, (cells.get(found.unit) ?? 0) + counts[i]);
  const bare = cells.get('') ?? 0;
  cells.delete('');
  const [[unit, count] = ['', 0]] = [...cells].sort((a, b) => b[1] - a[1]);
  return /[%‰]/.test(unit) && count <= bare ? '' : unit;
}

/** The decimal mark of the cells that can be read with one mark only; undefined where there are none. */
function evidenceOf(point: Float64Array, comma: Float64Array, counts: ArrayLike<number>): DecimalMark | undefined {
  let balance = 0;
  let found = false;
  for (let i = 0; i < point.length; i++) {
    const [noPoint, noComma] = [Number.isNaN(point[i]), Number.isNaN(comma[i])];
    if (noPoint === noComma) continue;
    found = true;
    balance += noComma ? counts[i] : -counts[i];
  }
  return found ? (balance >= 0 ? '.' : ',') : undefined;
}

const CODE = /^(?:\p{L}{1,4}[-_ ]?\d+|\d+[-_ ]?\p{L}{1,4})$/u;

/**
 * Whether so many of a column's cells are numbers that the others must be mistakes: one of ten, one in a hundred. Texts that come again
 * beside few different numbers are categories, and several such as C536379 beside whole numbers are codes.
 */
function nearlyAll(texts: readonly string[], counts: ArrayLike<number>, good: number[], strays: number[]): boolean {
  const cells = (list: number[]) => list.reduce((sum, i) => sum + counts[i], 0);
  const [numbers, others] = [cells(good), cells(strays)];
  if (others === 0) return true;
  if (numbers < 9 || others > Math.max(1, numbers / 99)) return false;
  if (good.length <= 20 && strays.length < others) return false;
  return strays.length < 2 || !good.every((i) => WHOLE.test(texts[i])) || !strays.every((i) => CODE.test(texts[i].trim()));
}

/** What kind of thing a text is, for messages, which hold no value. */
export function kindOfText(text: string): string {
  const trimmed = text.trim();
  if (scan(trimmed) || !Number.isNaN(plainNumber(trimmed))) return 'a number in another form';
  if (/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/.test(trimmed)) return 'a date';
  if (/^\d{1,2}:\d{2}/.test(trimmed)) return 'a time';
  if (!/[\p{L}\p{N}]/u.test(trimmed)) return 'a sign';
  if (/\p{N}/u.test(trimmed)) return /\p{L}/u.test(trimmed) ? 'letters and digits' : 'digits and signs';
  return /\s/.test(trimmed) ? 'words' : 'a word';
}

/** How a column writes its numbers, by an example that is nobody's. */
export function exampleOf({ decimal, unit }: Pick<Recognition, 'decimal' | 'unit'>): string {
  const number = decimal === '.' ? '1,234.5' : '1.234,5';
  if (unit === '') return number;
  // As it is usual where that decimal mark is.
  return decimal === '.' && !/^[\p{L}%‰]+\.?$/u.test(unit) ? `${unit}${number}` : `${number} ${unit}`;
}
