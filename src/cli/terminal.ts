/** What the commands print for people: bars and aligned rows, no wider than the terminal that shows them. */
import { padEnd, padStart, widthOf, words, wrap } from './text.js';

/** Columns of the terminal on standard output, infinitely many where that is none. */
export const terminalWidth = (): number => process.stdout.columns || Number.POSITIVE_INFINITY;

/** Prints text for people, broken at words. */
export const print = (text: string): void => {
  process.stdout.write(wrap(text, terminalWidth()));
};

/** A bar of `value` against `largest`, `width` characters at most. */
export function bar(value: number, largest: number, width = 30): string {
  const eighths = largest > 0 ? Math.round((Math.max(0, value) / largest) * width * 8) : 0;
  return '█'.repeat(eighths >> 3) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7];
}

const BAR = /^[█▉▊▋▌▍▎▏]+$/;
/** Columns that the last cell of a row keeps at least; where there are fewer it stands below. */
const LEAST = 16;

/**
 * Rows of cells as lines, columns as wide as their widest cell; numbers (given as such by `right`) to the right. Where a line is wider
 * than the terminal, the last cell goes on below itself, and a bar is shortened with the others.
 */
export function columns(rows: string[][], right: readonly number[] = [], width = terminalWidth()): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, j) => (widths[j] = Math.max(widths[j] ?? 0, widthOf(cell))));
  const last = widths.length - 1;
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + 2, 2);
  const room = width - before >= LEAST ? width - before : Math.max(LEAST, width - 4);
  const indent = ' '.repeat(room === width - before ? before : 4);
  const lines = rows.map((row) => {
    const aligned = (j: number) => (right.includes(j) ? padStart(row[j], widths[j]) : padEnd(row[j], widths[j]));
    const cells = row.map((_, j) => aligned(j));
    if (row.length <= last || before + widths[last] <= width) return `  ${cells.join('  ')}`.trimEnd();
    const [head, tail] = [`${['', ...cells.slice(0, last)].join('  ')}  `, row[last]];
    if (tail === '') return head.trimEnd();
    if (BAR.test(tail))
      return `${head}${tail.slice(0, Math.round((tail.length * Math.max(0, width - before)) / widths[last]))}`.trimEnd();
    if (before + widthOf(tail) <= width) return `${head}${tail}`;
    const parts = words(tail, room).join(`\n${indent}`);
    return indent.length === before ? head + parts : `${head.trimEnd()}\n${indent}${parts}`;
  });
  return lines.join('\n');
}

/** Text of a user's data without control characters, cut to a length. */
export function plain(text: string, length = 40): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean;
}
