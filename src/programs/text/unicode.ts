/**
 * What each character is and how it is written in lower case, looked up by its code point: two stages, pages of 256 code points of which equal
 * ones stand once.
 */
import { CHARACTERS, LOWER, MARKS, PLAIN, SPACES, WORDS } from './letters.js';

/** Kinds of characters: of no word, of words between spaces, each a word of its own, of the one before, between words. */
export const KIND = { none: 0, word: 1, character: 2, mark: 3, space: 4 } as const;

/** An entry's low bits are the kind, and the others what is added to the code point for its lower case. */
export const KIND_BITS = 3;
const PAGE_BITS = 8;
const PAGE = 1 << PAGE_BITS;
const CODES = 0x110000;

export interface LetterTable {
  /** u16[codes / 256]: the page of each 256 code points */
  pages: Uint16Array;
  /** i32[pages, 256] */
  entries: Int32Array;
}

const tables = new Map<boolean, LetterTable>();

/** @param plain whether letters lose their accents */
export function letterTable(plain: boolean): LetterTable {
  let table = tables.get(plain);
  if (!table) {
    table = paged(expanded(plain));
    tables.set(plain, table);
  }
  return table;
}

/** The entry of a code point. */
export const entryOf = ({ pages, entries }: LetterTable, code: number): number =>
  entries[(pages[code >> PAGE_BITS] << PAGE_BITS) | (code & (PAGE - 1))];

function expanded(plain: boolean): Int32Array {
  const entries = new Int32Array(CODES);
  for (const [kind, runs] of [
    [KIND.word, WORDS],
    [KIND.character, CHARACTERS],
    [KIND.mark, MARKS],
    [KIND.space, SPACES],
  ] as const) {
    const numbers = numbersOf(runs);
    for (let i = 0, at = 0; i < numbers.length; i += 2) {
      at += numbers[i];
      entries.fill(kind, at, at + numbers[i + 1]);
      at += numbers[i + 1];
    }
  }
  for (const runs of plain ? [LOWER, PLAIN] : [LOWER]) {
    const numbers = numbersOf(runs);
    for (let i = 0, at = 0; i < numbers.length; i += 4) {
      const [gap, count, step, change] = numbers.slice(i, i + 4);
      at += gap;
      for (let n = 0; n < count; n++) {
        const code = at + n * step;
        entries[code] = (entries[code] & ((1 << KIND_BITS) - 1)) | (change << KIND_BITS);
      }
      at += (count - 1) * step + 1;
    }
  }
  return entries;
}

const numbersOf = (runs: string): number[] => runs.split(' ').map((number) => Number.parseInt(number, 36));

function paged(all: Int32Array): LetterTable {
  const pages = new Uint16Array(CODES >> PAGE_BITS);
  const kept: Int32Array[] = [];
  for (let p = 0; p < pages.length; p++) {
    const page = all.subarray(p << PAGE_BITS, (p + 1) << PAGE_BITS);
    const same = kept.findIndex((known) => known.every((entry, i) => entry === page[i]));
    pages[p] = same < 0 ? kept.push(page) - 1 : same;
  }
  const entries = new Int32Array(kept.length << PAGE_BITS);
  for (const [k, page] of kept.entries()) entries.set(page, k << PAGE_BITS);
  return { pages, entries };
}
