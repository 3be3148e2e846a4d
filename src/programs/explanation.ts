/** Writes the reasons of rows as the columns of a list: each row's features by falling size of their contribution. */
import type { RawColumns } from './encoder.js';
import { NO_DATE } from './encoders/date.js';
import { DATE, type ScoreColumns } from './score-columns.js';

const MINUTE = 60_000;

export class ExplanationWriter {
  readonly #feature: Int32Array;
  readonly #value: Float32Array;
  readonly #category: Int32Array;
  readonly #contribution: Float32Array;
  /** i64 milliseconds as two halves, the low one first; empty without dates */
  readonly #date: Int32Array;
  readonly #dateValid: Uint8Array;
  readonly #dated: boolean;
  readonly #valueValid: Uint8Array;
  readonly #categoryValid: Uint8Array;
  /** raw values of each feature: f32 for numbers, i32 for codes and dates */
  readonly #numbers: (Float32Array | undefined)[];
  readonly #codes: Int32Array[];
  readonly #dates: boolean[];
  /** labels of all features share one dictionary: where each one's begin */
  readonly #starts: number[];
  readonly #order: Uint16Array;

  /** @param labels of each feature: how many labels its codes have; −1 for a number, −2 for a date */
  constructor(memory: WebAssembly.Memory, raw: RawColumns, labels: readonly number[], out: ScoreColumns) {
    const { rows } = raw;
    const features = labels.length;
    const length = rows * features;
    const i32 = (at: number, n: number) => new Int32Array(memory.buffer, at, n);
    const f32 = (at: number, n: number) => new Float32Array(memory.buffer, at, n);
    const bits = (at: number) => new Uint8Array(memory.buffer, at, (length >> 3) + 1);
    this.#feature = i32(out.feature, length);
    this.#value = f32(out.value, length);
    this.#category = i32(out.category, length);
    this.#contribution = f32(out.contribution, length);
    this.#valueValid = bits(out.valueValid);
    this.#categoryValid = bits(out.categoryValid);
    i32(out.offsets, rows + 1).forEach((_, r, offsets) => {
      offsets[r] = r * features;
    });
    this.#dates = labels.map((count) => count === DATE);
    const dated = this.#dates.includes(true);
    this.#date = i32(out.date, dated ? 2 * length : 0);
    this.#dated = dated;
    this.#dateValid = dated ? bits(out.dateValid) : new Uint8Array(0);
    const column = (f: number) => raw.columns + f * raw.pitch;
    this.#numbers = labels.map((count, f) => (count === -1 ? f32(column(f), rows) : undefined));
    this.#codes = labels.map((_, f) => i32(column(f), rows));
    let start = 0;
    this.#starts = labels.map((count) => {
      const at = start;
      start += Math.max(0, count);
      return at;
    });
    this.#order = new Uint16Array(features);
  }

  /**
   * @param first the shard's row of the first of n rows
   * @param contributions f32[n, features]
   * @returns the sum of their sizes, which is finite as long as all of them are
   */
  write(first: number, contributions: Float32Array, n: number): number {
    if (first === 0) {
      this.#valueValid.fill(0);
      this.#categoryValid.fill(0);
      this.#dateValid.fill(0);
    }
    const order = this.#order;
    const features = order.length;
    let sum = 0;
    for (let r = 0; r < n; r++) {
      const from = r * features;
      for (let i = 0; i < features; i++) {
        const size = Math.abs(contributions[from + i]);
        sum += size;
        let k = i;
        for (; k > 0 && Math.abs(contributions[from + order[k - 1]]) < size; k--) order[k] = order[k - 1];
        order[k] = i;
      }
      const row = first + r;
      for (let i = 0, at = row * features; i < features; i++, at++) {
        const f = order[i];
        this.#feature[at] = f;
        this.#contribution[at] = contributions[from + f];
        this.#value[at] = 0;
        this.#category[at] = 0;
        if (this.#dated) this.#date.fill(0, 2 * at, 2 * at + 2);
        this.#reason(at, f, row);
      }
    }
    return sum;
  }

  /** The feature of the first contribution that is not finite, among what was written for the first rows; −1 where all are. */
  notFinite(rows: number): number {
    const length = rows * this.#order.length;
    const at = this.#contribution.subarray(0, length).findIndex((x) => !Number.isFinite(x));
    return at < 0 ? -1 : this.#feature[at];
  }

  /** The feature's value of a row, where it has one. */
  #reason(at: number, f: number, row: number): void {
    const numbers = this.#numbers[f];
    if (numbers) {
      const value = numbers[row];
      if (Number.isNaN(value)) return;
      this.#value[at] = value;
      this.#valueValid[at >> 3] |= 1 << (at & 7);
      return;
    }
    const code = this.#codes[f][row];
    if (this.#dates[f]) {
      this.#reasonDate(at, code);
      return;
    }
    if (code < 0) return;
    this.#category[at] = this.#starts[f] + code;
    this.#categoryValid[at >> 3] |= 1 << (at & 7);
  }

  #reasonDate(at: number, minutes: number): void {
    if (minutes === NO_DATE) return;
    const time = minutes * MINUTE;
    this.#date[2 * at] = time;
    this.#date[2 * at + 1] = Math.floor(time / 2 ** 32);
    this.#dateValid[at >> 3] |= 1 << (at & 7);
  }
}
