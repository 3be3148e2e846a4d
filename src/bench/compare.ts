/** What moved between two reports by more than the noise of both. */
import type { Report } from './suite.js';

export interface Move {
  what: string;
  /** time now over time then: below 1 is faster */
  ratio: number;
  /** by how much the two may differ by chance, as a share */
  noise: number;
  moved: 'faster' | 'slower' | 'alike';
}

/** Where the spreads of both are small, machines still differ by this much from run to run. */
const FLOOR = 0.03;

/** Results that stand in both reports, in the order of the newer. */
export function compareReports(old: Report, now: Report): Move[] {
  const key = ({ name, size, threads }: Report['results'][0]) => `${name}, ${size}, ${threads} threads`;
  const before = new Map(old.results.map((result) => [key(result), result]));
  return now.results.flatMap((result) => {
    const then = before.get(key(result));
    if (!then) return [];
    const ratio = result.median / then.median;
    const noise = Math.max(FLOOR, result.spread + then.spread);
    const moved = ratio > 1 + noise ? 'slower' : ratio < 1 / (1 + noise) ? 'faster' : 'alike';
    return [{ what: key(result), ratio, noise, moved }];
  });
}
