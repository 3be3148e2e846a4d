/**
 * Rows that are alike. Each row is hashed column by column, from codes and the bits of numbers, and no text is made; rows of one hash are then
 * compared, so that what is counted is exact.
 */
import type { Column } from './table.js';

/** An odd number near 2³² / φ, and one that is far from it: two sums of 32 bits that agree by chance in one of 2⁶⁴ pairs. */
const MIX = [0x9e3779b1, 0x85ebca77] as const;

/**
 * Of each row the first one that is alike in all columns; the row itself where none stands above it. Missing is alike to missing, and −0
 * to 0.
 */
export function firstAlike(columns: readonly Column[], rows: number): Int32Array {
  const [low, high] = hashes(columns, rows);
  const mask = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * rows))) - 1;
  const table = new Int32Array(mask + 1).fill(-1);
  const first = new Int32Array(rows);
  for (let r = 0; r < rows; r++) {
    let slot = (low[r] ^ (low[r] >>> 15)) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const other = table[slot];
      if (other < 0) {
        table[slot] = r;
        first[r] = r;
        break;
      }
      if (low[other] === low[r] && high[other] === high[r] && alike(columns, other, r)) {
        first[r] = other;
        break;
      }
    }
  }
  return first;
}

/** How many rows repeat one that stands above. */
export const repeats = (first: Int32Array): number => first.reduce((count, other, r) => count + Number(other !== r), 0);

/** How many of the rows `held` are alike to one of the rows `train`. */
export function repeatsAmong(first: Int32Array, train: Int32Array, held: Int32Array): number {
  const trained = new Uint8Array(first.length);
  for (const r of train) trained[first[r]] = 1;
  return held.reduce((count, r) => count + trained[first[r]], 0);
}

/** Two hashes a row. What is equal has equal words: 0 and −0 do, and so do all NaN. */
function hashes(columns: readonly Column[], rows: number): [Int32Array, Int32Array] {
  const low = new Int32Array(rows);
  const high = new Int32Array(rows);
  for (const column of columns) addTo(low, high, column.kind === 'category' ? column.codes : wordsOf(column.values));
  return [low, high];
}

/** A number's 64 bits as 32. */
function wordsOf(values: Float64Array): Int32Array {
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const words = new Int32Array(values.length);
  for (let r = 0; r < values.length; r++) {
    const value = values[r];
    if (!Number.isNaN(value)) words[r] = value === 0 ? 0 : halves[2 * r] ^ Math.imul(halves[2 * r + 1], MIX[1]);
    else words[r] = -1;
  }
  return words;
}

function addTo(low: Int32Array, high: Int32Array, words: Int32Array): void {
  for (let r = 0; r < low.length; r++) {
    const [a, b, word] = [low[r], high[r], words[r]];
    low[r] = Math.imul((a << 13) ^ (a >>> 19) ^ word, MIX[0]);
    high[r] = Math.imul((b << 17) ^ (b >>> 15) ^ word, MIX[1]);
  }
}

function alike(columns: readonly Column[], a: number, b: number): boolean {
  for (const column of columns) {
    if (column.kind === 'category') {
      if (column.codes[a] !== column.codes[b]) return false;
    } else {
      const [x, y] = [column.values[a], column.values[b]];
      if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return false;
    }
  }
  return true;
}
