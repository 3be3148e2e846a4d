/** What is searched, what a trial of it has come to, and when one is better than another. */
import type { Config, Point, Space } from './space.js';

/** Several are held against the first, and one of them is the best by chance: one standard error would be passed too often. */
const ERRORS = 2;

/** What is searched. */
export interface Subject {
  readonly space: Space;
  /** what there would be without a search: the first trial */
  readonly standard: Config;
  /** of each rung its pieces of work */
  readonly rungs: readonly (readonly number[])[];
  readonly lessIsBetter: boolean;
  /** The score of a piece; must be the same whenever it is asked for. */
  measure(config: Config, piece: number, signal: AbortSignal): Promise<number>;
}

export interface Trial {
  readonly number: number;
  readonly config: Config;
  readonly point: Point;
  /** by rung: the mean score of its pieces; null where it failed */
  readonly scores: (number | null)[];
  /** by piece */
  readonly pieces: Map<number, number>;
  /** why it failed */
  note?: string;
}

/** Less is better; infinity where it failed or did not come there. */
export function lossOf(
  { lessIsBetter }: Pick<Subject, 'lessIsBetter'>,
  { scores }: Pick<Trial, 'scores'>,
  rung: number,
): number {
  const score = scores[rung];
  if (typeof score !== 'number') return Number.POSITIVE_INFINITY;
  return lessIsBetter ? score : -score;
}

/** Whether a trial is better than the first by more than chance: by so many standard errors of the mean difference, piece by piece. */
export function beats(
  { lessIsBetter, rungs }: Pick<Subject, 'lessIsBetter' | 'rungs'>,
  first: Trial,
  { pieces, scores }: Trial,
  rung: number,
): boolean {
  if (typeof scores[rung] !== 'number') return false;
  const sign = lessIsBetter ? 1 : -1;
  const gains = rungs[rung]
    .map((piece) => sign * ((first.pieces.get(piece) as number) - (pieces.get(piece) as number)))
    .filter(Number.isFinite);
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) * (gain - mean), 0);
  return mean > (gains.length > 1 ? ERRORS * Math.sqrt(squares / (gains.length - 1) / gains.length) : 0);
}

/** Of those that are numbers; null where none is: a fold may lack a class. */
export function meanOf(scores: readonly number[]): number | null {
  const known = scores.filter(Number.isFinite);
  return known.length > 0 ? known.reduce((sum, score) => sum + score, 0) / known.length : null;
}
