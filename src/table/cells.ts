/**
 * A column as its cells come, bytes of text. Where all cells that were looked at beforehand are plain numbers they become float64 at once;
 * where one turns up later that is none, or that leaves doubt, the column is `odd`, and is read once more as texts. Texts are numbered by a
 * dictionary, and what they are is seen from all of them (text-column.ts).
 */
import { isBlank } from './csv.js';
import { isMissingMark } from './missing.js';
import type { DecimalMark } from './numbers.js';
import { plainNumber } from './numbers.js';
import { grown, TextDictionary } from './text-dictionary.js';

const decoder = new TextDecoder();
/** 10^0 … 10^22, which float64 holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

export class CellColumn {
  rows = 0;
  /** cells that say that they are missing, such as NA */
  marks = 0;
  /** whether a cell was met that makes numbers of it doubtful; what is here is of no use then */
  odd = false;
  /** of numbers: whether some have a point, and whether each point could part groups of three digits, as in 1.234 */
  #points = false;
  #grouped = true;
  #values = new Float64Array(1024);
  #codes = new Int32Array(0);
  #dictionary: TextDictionary | undefined;

  constructor(
    readonly name: string,
    readonly numeric: boolean,
  ) {
    if (numeric) return;
    this.#values = new Float64Array(0);
    this.#codes = new Int32Array(1024);
    this.#dictionary = new TextDictionary();
  }

  /** Takes the cell bytes[first, last) of the next row. */
  add(bytes: Uint8Array, first: number, last: number): void {
    const row = this.rows++;
    if (this.#dictionary) {
      if (row === this.#codes.length) this.#codes = grown(this.#codes, 2 * row);
      this.#codes[row] = isBlank(bytes, first, last) ? -1 : this.#dictionary.code(bytes, first, last);
      return;
    }
    if (this.odd) return;
    if (row === this.#values.length) this.#values = grown(this.#values, 2 * row);
    const value = this.#plain(bytes, first, last);
    this.#values[row] = Number.isNaN(value) ? this.#otherwise(bytes, first, last) : value;
  }

  /** Takes a missing cell. */
  addMissing(): void {
    this.add(NOTHING, 0, 0);
  }

  /** The decimal mark that numbers show; undefined where they show none. */
  get evidence(): DecimalMark | undefined {
    return this.numeric && this.#points && !this.#grouped ? '.' : undefined;
  }
  /** Whether a decimal comma would give other numbers: all points could part groups. */
  get ambiguous(): boolean {
    return this.numeric && this.#points && this.#grouped;
  }

  numbers(): Float64Array {
    return this.#values.slice(0, this.rows);
  }

  texts(): { texts: string[]; counts: Float64Array; codes: Int32Array } {
    const { texts, counts } = (this.#dictionary as TextDictionary).finish();
    return { texts, counts, codes: this.#codes.slice(0, this.rows) };
  }

  /** A plain number: of up to 15 digits as the quotient of two exact numbers, which is rounded once. NaN for anything else. */
  #plain(bytes: Uint8Array, first: number, last: number): number {
    let p = first;
    let c = bytes[p];
    const negative = c === 0x2d;
    if (negative) c = bytes[++p];
    const begin = p;
    let digits = 0;
    let point = -1;
    for (; p < last; c = bytes[++p]) {
      if (c >= 0x30 && c <= 0x39) digits = digits * 10 + (c - 0x30);
      else if (c === 0x2e && point < 0) point = p;
      else return Number.NaN;
    }
    const count = last - begin - Number(point >= 0);
    if (count === 0) return Number.NaN;
    let fraction = 0;
    if (point >= 0) {
      const whole = point - begin;
      fraction = last - point - 1;
      this.#points ||= fraction > 0;
      if (fraction > 0 && (fraction !== 3 || whole < 1 || whole > 3 || bytes[begin] === 0x30)) this.#grouped = false;
    }
    if (count > 15) return fraction > 0 ? Number(ascii(bytes, first, last)) : Number.NaN;
    const value = fraction > 0 ? digits / POWERS[fraction] : digits;
    return negative ? -value : value;
  }

  /** A cell that is no such number: missing, a number that is written in another way, or one that makes the column odd. */
  #otherwise(bytes: Uint8Array, first: number, last: number): number {
    if (isBlank(bytes, first, last)) return Number.NaN;
    const text = decoder.decode(bytes.subarray(first, last)).trim();
    const value = plainNumber(text);
    if (!Number.isNaN(value) && (!/^[+-]?\d+$/.test(text) || Number.isSafeInteger(value))) {
      this.#points ||= text.includes('.');
      if (text.includes('.') && !/^\+?[1-9]\d{0,2}\.\d{3}$/.test(text)) this.#grouped = false;
      return value;
    }
    if (isMissingMark(text)) this.marks++;
    else this.odd = true;
    return Number.NaN;
  }
}

const NOTHING = new Uint8Array(0);

function ascii(bytes: Uint8Array, first: number, last: number): string {
  let text = '';
  for (let i = first; i < last; i++) text += String.fromCharCode(bytes[i]);
  return text;
}
