/** What the commands print for people: progress on standard error, bars and aligned rows. */
import type { Progress } from '../progress.js';

const LABEL: Record<Progress['stage'], string> = {
  read: 'Reading',
  events: 'Looking at the events',
  recommend: 'Learning recommendations',
  prepare: 'Preparing',
  train: 'Training',
  evaluate: 'Evaluating',
  'cross-validate': 'Cross-validating',
  profile: 'Profiling',
  write: 'Writing',
};

/** One line on standard error that is written over; silent where that is no terminal, or when asked to be. */
export class ProgressLine {
  readonly #on: boolean;
  #last = 0;

  constructor(quiet: boolean) {
    this.#on = !quiet && process.stderr.isTTY === true;
  }

  show({ stage, done, total, note }: Progress): void {
    const now = performance.now();
    if (!this.#on || (done > 0 && done < total && now - this.#last < 50)) return;
    this.#last = now;
    const amount =
      total > 1
        ? ` ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`
        : done > 1
          ? ` ${done.toLocaleString('en')}`
          : '';
    const most = stage === 'train' ? ' at most' : '';
    process.stderr.write(`\r\x1b[K${LABEL[stage]}${amount}${amount && most}${note ? `, ${note}` : ''} …`);
  }

  clear(): void {
    if (this.#on) process.stderr.write('\r\x1b[K');
  }
}

/** A bar of `value` against `largest`, `width` characters at most. */
export function bar(value: number, largest: number, width = 30): string {
  const eighths = largest > 0 ? Math.round((Math.max(0, value) / largest) * width * 8) : 0;
  return '█'.repeat(eighths >> 3) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7];
}

/** Rows of cells as lines, columns as wide as their widest cell; numbers (given as such by `right`) to the right. */
export function columns(rows: string[][], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, j) => (widths[j] = Math.max(widths[j] ?? 0, cell.length)));
  return rows
    .map((row) =>
      `  ${row.map((cell, j) => (right.includes(j) ? cell.padStart(widths[j]) : cell.padEnd(widths[j]))).join('  ')}`.trimEnd(),
    )
    .join('\n');
}

/** Text of a user's data without control characters, cut to a length. */
export function plain(text: string, length = 40): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean;
}
