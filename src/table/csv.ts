/**
 * Reads comma-separated values by the rules of RFC 4180, off bytes of UTF-8 in pieces of any size: delimiter, quotes and line breaks are
 * ASCII, which is never part of another character. Cells are places in the bytes; no text is made here.
 *
 *     bytes   7 , " x "   y " , \n      a row of 3 cells: `7`, `x "" y` unescaped in place to `x " y`, and an empty one
 *
 * Beyond the standard: any one-byte delimiter, \r or \n alone as line break, spaces before an opening quote, quotes inside an unquoted cell,
 * a backslash as escape where the file has one, blank lines (left out).
 */
import { errors } from '../errors.js';

export interface Dialect {
  /** one byte */
  delimiter: number;
  /** byte before a quote inside quotes: another quote, or a backslash */
  escapedBy: number;
}

/** Takes a row: cell j is bytes[bounds[2 j], bounds[2 j + 1]), until the call returns. `line` counts from 1, as editors do. */
export type TakeRow = (bytes: Uint8Array, bounds: Int32Array, cells: number, line: number) => void;

export const QUOTE = 0x22;
const [LF, CR, SPACE, TAB] = [0x0a, 0x0d, 0x20, 0x09];

/** More cells than that are no table; refused as soon as they are counted. */
export const MAX_COLUMNS = 100_000;
/** Bytes of a row at most: a longer one is an unclosed quote, or no table. */
const MAX_ROW = 16 << 20;

export class CsvParser {
  #rest: Uint8Array = new Uint8Array(0);
  #bounds = new Int32Array(64);
  #cells = 0;
  /** cells of the row with an escape inside */
  #escaped: number[] = [];
  /** the line where the next row begins, and where the last quote opened */
  #line: number;
  #opened = 1;

  /**
   * @param name what is read, for messages
   * @param line the number of the first line
   */
  constructor(
    private readonly name: string,
    private readonly dialect: Dialect,
    private readonly take: TakeRow,
    line = 1,
  ) {
    this.#line = line;
  }

  /** Cells of the row that was read last, or could not be. */
  get cells(): number {
    return this.#cells;
  }

  /** Takes the next bytes, which may be changed in place. @throws CameoError 'file' with the line that is wrong */
  push(chunk: Uint8Array): void {
    const bytes = joined(this.#rest, chunk);
    this.#rest = bytes.subarray(this.#rows(bytes, false));
    if (this.#rest.length > MAX_ROW) throw errors.fileLine(this.name, this.#line, this.#tooLong());
  }

  /** Takes the last row, which may lack its line break. */
  end(): void {
    this.#rows(this.#rest, true);
    this.#rest = new Uint8Array(0);
  }

  #tooLong(): string {
    const opened = `, and the quote that opens in line ${this.#opened} may never be closed`;
    return `a row of more than ${MAX_ROW >> 20} MiB${this.#cells < 0 ? opened : ''}`;
  }

  /** Hands all whole rows out. @returns where the first begins that is not whole */
  #rows(bytes: Uint8Array, final: boolean): number {
    let at = 0;
    while (at < bytes.length) {
      const next = this.#row(bytes, at, final);
      if (next < 0) return at;
      at = next;
    }
    return at;
  }

  /** Finds the cells of the row at `at` and hands it out. @returns where the next begins; −1 when the row is not whole yet */
  #row(bytes: Uint8Array, at: number, final: boolean): number {
    const { delimiter } = this.dialect;
    const end = bytes.length;
    let p = at;
    let breaks = 0;
    this.#cells = 0;
    this.#escaped.length = 0;
    for (;;) {
      let first = p;
      while (bytes[p] === SPACE && delimiter !== SPACE) p++;
      let last: number;
      if (bytes[p] === QUOTE) {
        first = p + 1;
        this.#opened = this.#line + breaks;
        last = this.#closing(bytes, first, final);
        if (last < 0) return this.#unclosed(final);
        for (let i = first; i < last; i++) if (bytes[i] === LF || (bytes[i] === CR && bytes[i + 1] !== LF)) breaks++;
        p = last + 1;
        while ((bytes[p] === SPACE || bytes[p] === TAB) && bytes[p] !== delimiter) p++;
        const c = bytes[p];
        if (p < end && c !== delimiter && c !== LF && c !== CR)
          throw errors.fileLine(
            this.name,
            this.#line + breaks,
            'text after a closing quote; a quote inside quotes is written twice',
          );
      } else {
        for (let c = bytes[p]; p < end && c !== delimiter && c !== LF && c !== CR; c = bytes[++p]);
        last = p;
      }
      this.#cell(first, last);
      if (p >= end && !final) return -1;
      if (p < end && bytes[p] === delimiter) {
        p++;
        continue;
      }
      if (bytes[p] === CR && p + 1 >= end && !final) return -1;
      p += bytes[p] === CR && bytes[p + 1] === LF ? 2 : 1;
      this.#hand(bytes, at);
      this.#line += breaks + 1;
      return Math.min(p, end);
    }
  }

  /** Where the quote is that closes the cell which begins at `first`; −1 when it is not among these bytes. */
  #closing(bytes: Uint8Array, first: number, final: boolean): number {
    const { escapedBy } = this.dialect;
    for (let p = first; p < bytes.length; p++) {
      const c = bytes[p];
      if (c === escapedBy && c !== QUOTE) {
        this.#escaped.push(this.#cells);
        p++;
      } else if (c === QUOTE) {
        if (p + 1 >= bytes.length && !final) return -1;
        if (escapedBy !== QUOTE || bytes[p + 1] !== QUOTE) return p;
        this.#escaped.push(this.#cells);
        p++;
      }
    }
    return -1;
  }

  #unclosed(final: boolean): number {
    if (final) throw errors.fileLine(this.name, this.#opened, 'a quote that is never closed');
    this.#cells = -1;
    return -1;
  }

  #cell(first: number, last: number): void {
    if (this.#cells >= MAX_COLUMNS) throw errors.fileLine(this.name, this.#line, `more than ${MAX_COLUMNS} columns`);
    if (2 * this.#cells >= this.#bounds.length) {
      const larger = new Int32Array(2 * this.#bounds.length);
      larger.set(this.#bounds);
      this.#bounds = larger;
    }
    this.#bounds[2 * this.#cells] = first;
    this.#bounds[2 * this.#cells + 1] = last;
    this.#cells++;
  }

  #hand(bytes: Uint8Array, at: number): void {
    const bounds = this.#bounds;
    if (this.#cells === 1 && bytes[at] !== QUOTE && isBlank(bytes, bounds[0], bounds[1])) return;
    let before = -1;
    for (const j of this.#escaped) {
      if (j === before) continue;
      before = j;
      bounds[2 * j + 1] = unescaped(bytes, bounds[2 * j], bounds[2 * j + 1], this.dialect.escapedBy);
    }
    this.take(bytes, bounds, this.#cells, this.#line);
  }
}

/** Takes escapes out in place. @returns the new end */
function unescaped(bytes: Uint8Array, first: number, last: number, escapedBy: number): number {
  let to = first;
  for (let p = first; p < last; p++) {
    if (bytes[p] === escapedBy && p + 1 < last) p++;
    bytes[to++] = bytes[p];
  }
  return to;
}

export function isBlank(bytes: Uint8Array, first: number, last: number): boolean {
  for (let i = first; i < last; i++) if (bytes[i] !== SPACE && bytes[i] !== TAB) return false;
  return true;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
