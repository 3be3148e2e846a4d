/** Coded columns, and what is counted and scored of them in plain code. */
import { readFileSync } from 'node:fs';
import { lgamma } from '../../src/math.js';
import { type CodedColumns, missingCode, newCodes } from '../../src/programs/bayesian-network/coded-columns.js';
import type { ScoreName } from '../../src/programs/bayesian-network/local-score.js';
import { generator } from './tables.js';

export interface RandomColumns {
  seed: number;
  rows: number;
  states: readonly number[];
  /** share of values */
  missing: number;
  /** codes of 16 bits whatever the states */
  wide?: boolean;
}

/** Columns that each depend on one before; every state is seen. */
export function randomColumns({ seed, rows, states, missing, wide }: RandomColumns): CodedColumns {
  const next = generator(seed);
  const codes = states.map((many) => (wide ? new Uint16Array(rows) : newCodes(many, rows)));
  states.forEach((many, v) => {
    const on = v > 0 ? Math.floor(next() * v) : -1;
    const strength = next();
    for (let r = 0; r < rows; r++)
      codes[v][r] = r < many ? r : on >= 0 && next() < strength ? codes[on][r] % many : Math.floor(next() * many);
  });
  states.forEach((many, v) => {
    for (let r = many; r < rows; r++) if (next() < missing) codes[v][r] = missingCode(codes[v]);
  });
  const names = states.map((_, v) => `v${v}`);
  return { names, states: states.map((many, v) => Array.from({ length: many }, (_, k) => `v${v}=${k}`)), rows, codes };
}

/** Counts [combinations of the others' states, states of the last] of rows that lack none. */
export function naiveCounts({ codes, states, rows }: CodedColumns, members: readonly number[]): number[] {
  const counts = new Array<number>(members.reduce((product, m) => product * states[m].length, 1)).fill(0);
  for (let r = 0; r < rows; r++) {
    if (members.some((m) => codes[m][r] === missingCode(codes[m]))) continue;
    counts[members.reduce((at, m) => at * states[m].length + codes[m][r], 0)]++;
  }
  return counts;
}

/** The score of a variable with its parents, by the formulas as they stand in books. */
export function naiveScore(data: CodedColumns, score: ScoreName, v: number, parents: readonly number[], size = 10): number {
  const counts = naiveCounts(data, [...parents, v]);
  const r = data.states[v].length;
  const q = counts.length / r;
  const n = counts.reduce((a, b) => a + b, 0);
  if (n === 0) return Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let j = 0; j < q; j++) {
    const own = counts.slice(j * r, (j + 1) * r);
    const total = own.reduce((a, b) => a + b, 0);
    if (score === 'bic') for (const k of own) sum += k > 0 ? k * Math.log(k / total) : 0;
    else {
      const [a, b] = score === 'k2' ? [r, 1] : [size / q, size / (q * r)];
      sum += lgamma(a) - lgamma(total + a);
      for (const k of own) sum += lgamma(k + b) - lgamma(b);
    }
  }
  return (data.rows / n) * sum - (score === 'bic' ? 0.5 * Math.log(data.rows) * q * (r - 1) : 0);
}

/** The score of a graph. */
export const naiveTotal = (
  data: CodedColumns,
  parents: readonly (readonly number[])[],
  { score = 'bic', equivalentSampleSize = 10 }: { score?: ScoreName; equivalentSampleSize?: number } = {},
): number => parents.reduce((sum, of, v) => sum + naiveScore(data, score, v, of, equivalentSampleSize), 0);

export interface Fixture {
  names: string[];
  states: string[][];
  codes: number[][];
  scores: { child: number; parents: number[]; bic: number; k2: number; bdeu: number; bdeuFew: number }[];
  information: number[][];
  trees: { chowLiu: [number, number][]; tan: [number, number][] };
  parameters: { parents: number[][]; likelihood: number[][]; k2: number[][]; bdeu: number[][] };
  lgamma: [x: number, value: number][];
}

/** Values of pgmpy, scikit-learn and SciPy; see test/fixtures/make_bayesian_network.py. */
export function readFixture(): { fixture: Fixture; data: CodedColumns } {
  const fixture = JSON.parse(readFileSync('test/fixtures/bayesian-network.json', 'utf8')) as Fixture;
  const codes = fixture.codes.map((own) => Uint8Array.from(own));
  return { fixture, data: { names: fixture.names, states: fixture.states, rows: codes[0].length, codes } };
}
