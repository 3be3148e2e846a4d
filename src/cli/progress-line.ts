/**
 * How far the work is, as one line of a terminal that is written over; nothing where standard error is no terminal.
 *
 *     Reading ███████▍              37 %, 19 of 51 MB, 24 MB/s, 1 s left
 *
 * Rate and time left follow from what was done since the count began. Of what does not fit, the last goes first.
 */
import type { WriteStream } from 'node:tty';
import type { Shown } from './link.js';
import { bar } from './terminal.js';
import { widthOf } from './text.js';

const LABEL: Record<Shown['stage'], string> = {
  read: 'Reading',
  events: 'Looking at the events',
  recommend: 'Learning recommendations',
  prepare: 'Preparing',
  train: 'Training',
  evaluate: 'Evaluating',
  'cross-validate': 'Cross-validating',
  profile: 'Profiling',
  write: 'Writing',
  bench: 'Measuring',
  tune: 'Searching',
};
const BAR = 24;
const REDRAW_MS = 50;
const TICK_MS = 500;

export class ProgressLine {
  readonly #on: boolean;
  #progress: Shown | undefined;
  /** when the count began, and where */
  #since = 0;
  #from = 0;
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly terminal: WriteStream) {
    this.#on = terminal.isTTY === true && process.env.TERM !== 'dumb';
  }

  show(progress: Shown): void {
    if (!this.#on) return;
    const before = this.#progress;
    const goesOn = before?.stage === progress.stage && before.total === progress.total && before.done <= progress.done;
    this.#progress = progress;
    if (!goesOn) [this.#since, this.#from] = [performance.now(), progress.done];
    // Goes on counting seconds where the work tells nothing.
    this.#timer ??= setInterval(() => this.#draw(), TICK_MS).unref();
    if (!goesOn || performance.now() - this.#drawn >= REDRAW_MS) this.#draw();
  }

  clear(): void {
    if (this.#timer) this.terminal.write('\r\x1b[K');
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#progress = undefined;
  }

  #draw(): void {
    if (!this.#progress) return;
    this.#drawn = performance.now();
    const seconds = (this.#drawn - this.#since) / 1000;
    this.terminal.write(`\r\x1b[K${progressText(this.#progress, seconds, this.#from, (this.terminal.columns || 80) - 1)}`);
  }
}

/**
 * @param seconds since the count stood at `from`
 * @param width columns at the most
 */
export function progressText(progress: Shown, seconds: number, from: number, width: number): string {
  const { stage, total, unit, note } = progress;
  const done = total > 1 ? Math.min(progress.done, total) : progress.done;
  const count = unit === 'bytes' ? megabytes : (n: number) => n.toLocaleString('en');
  // What is done has no rate, while the work goes on to what it counts next.
  const rate = seconds >= 0.5 && !(total > 1 && done >= total) ? (done - from) / seconds : 0;
  const most = stage === 'train' ? 'at most ' : ''; // it ends earlier where nothing is gained
  const details = [
    total > 1 ? `${count(done).replace(/ MB$/, '')} of ${most}${count(total)}` : done > 1 ? count(done) : '',
    rate > 0 && done > 1 ? rateText(rate, unit) : '',
    rate > 0 && total > 1 && seconds >= 1 ? `${most}${duration((total - done) / rate)} left` : '',
    seconds >= 1 && !(total > 1) ? duration(seconds) : '',
    note ?? '',
  ].filter(Boolean);
  const share = total > 1 ? done / total : undefined;
  const percent = share === undefined ? '' : ` ${String(Math.floor(share * 100)).padStart(3)} %`;
  for (let shown = details.length; shown >= 0; shown--) {
    const rest = details.slice(0, shown).join(', ');
    const text =
      share === undefined ? `${LABEL[stage]}${rest && ` ${rest}`} …` : `${LABEL[stage]} |${percent}${rest && `, ${rest}`}`;
    const room = Math.min(BAR, width - widthOf(text) + 1);
    if (share === undefined ? room > 0 : room >= 8) return text.replace('|', bar(share ?? 0, 1, room).padEnd(room));
  }
  return `${LABEL[stage]}${percent}`.slice(0, width);
}

const megabytes = (bytes: number) => `${bytes < 1e7 ? (bytes / 1e6).toFixed(1) : Math.round(bytes / 1e6)} MB`;

function rateText(rate: number, unit: Shown['unit']): string {
  if (unit === 'bytes') return `${megabytes(rate)}/s`;
  return rate < 1
    ? `${(1 / rate).toFixed(1)} s each`
    : `${rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en')}/s`;
}

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
