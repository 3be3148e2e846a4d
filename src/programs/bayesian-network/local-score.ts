/**
 * Scores of a variable with its parents, from joint counts (Koller and Friedman 2009, chapter 18). With Nⱼₖ the rows of state k of r under
 * combination j of q of the parents' states, and Nⱼ their sum over k:
 *
 *     bic    Σⱼₖ Nⱼₖ log (Nⱼₖ / Nⱼ) − ½ log N · q (r − 1)                              (Schwarz 1978)
 *     k2     Σⱼ [log Γ(r) − log Γ(Nⱼ + r) + Σₖ log Γ(Nⱼₖ + 1)]                          (Cooper and Herskovits 1992)
 *     bdeu   Σⱼ [log Γ(a) − log Γ(Nⱼ + a) + Σₖ (log Γ(Nⱼₖ + b) − log Γ(b))]             (Heckerman, Geiger and Chickering 1995)
 *            a = s / q,  b = s / (q r), of an equivalent sample size s
 *
 * Where values are missing, the counted rows n are fewer than all N. All but BIC's penalty is then taken times N / n, so that parents do
 * not look better for leaving rows out (the node-average likelihood of Bodewes and Scutari 2021).
 */
import { lgamma, log } from '../../math.js';

export const SCORES = ['bic', 'k2', 'bdeu'] as const;
export type ScoreName = (typeof SCORES)[number];

/** Arguments whose values are kept. */
const KEPT = 1 << 14;

/** A function of whole numbers that keeps what it found for small ones. */
function kept(f: (n: number) => number): (n: number) => number {
  const values = new Float64Array(KEPT).fill(Number.NaN);
  return (n) => {
    if (n >= KEPT) return f(n);
    const value = values[n];
    if (!Number.isNaN(value)) return value;
    values[n] = f(n);
    return values[n];
  };
}

/** A score of counts [groups, pitch], of which the first `cells` of each group are q / groups combinations of r states. */
export type LocalScore = (counts: Int32Array, r: number, cells: number, groups?: number, pitch?: number) => number;

export function localScore(score: ScoreName, rows: number, equivalentSampleSize: number): LocalScore {
  const penalty = score === 'bic' ? 0.5 * log(rows) : 0;
  const terms = TERMS[score](equivalentSampleSize);
  return (counts, r, cells, groups = 1, pitch = cells) => {
    const q = groups * (cells / r);
    const term = terms(q, r);
    let [sum, n] = [0, 0];
    for (let group = 0; group < groups; group++) {
      const end = group * pitch + cells;
      for (let at = group * pitch; at < end; at += r) {
        let total = 0;
        for (let k = at; k < at + r; k++) total += counts[k];
        if (total === 0) continue;
        n += total;
        sum += term(counts, at, total);
      }
    }
    if (n === 0) return Number.NEGATIVE_INFINITY;
    return (n === rows ? sum : (rows / n) * sum) - penalty * q * (r - 1);
  };
}

/** What one combination of the parents' states adds: its counts stand from `at` on. */
type Term = (counts: Int32Array, at: number, total: number) => number;
type Terms = (q: number, r: number) => Term;

function bic(): Terms {
  const product = kept((n) => (n === 0 ? 0 : n * log(n)));
  return (_, r) => (counts, at, total) => {
    let sum = 0;
    for (let k = at; k < at + r; k++) sum += product(counts[k]);
    return sum - product(total);
  };
}

function k2(): Terms {
  const factorial = kept((n) => lgamma(n + 1));
  return (_, r) => (counts, at, total) => {
    let sum = factorial(r - 1) - factorial(total + r - 1);
    for (let k = at; k < at + r; k++) sum += factorial(counts[k]);
    return sum;
  };
}

function bdeu(size: number): Terms {
  return (q, r) => {
    const [a, b] = [size / q, size / (q * r)];
    const [none, nothing] = [lgamma(a), lgamma(b)];
    return (counts, at, total) => {
      let sum = none - lgamma(total + a);
      for (let k = at; k < at + r; k++) if (counts[k] > 0) sum += lgamma(counts[k] + b) - nothing;
      return sum;
    };
  };
}

const TERMS: Record<ScoreName, (equivalentSampleSize: number) => Terms> = { bic, k2, bdeu };
