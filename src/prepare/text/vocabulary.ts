/** Which of the terms of documents become columns, as scikit-learn has it. */
import { errors } from '../../errors.js';
import type { Corpus } from './corpus.js';

export interface TermLimits {
  minDf: number;
  maxDf: number;
  maxFeatures?: number;
}

/** @returns the terms, ascending @throws CameoError 'data' where none is left */
export function chooseTerms(corpus: Corpus, documents: number, { minDf, maxDf, maxFeatures }: TermLimits): string[] {
  const { terms, frequencies, totals } = corpus;
  const least = minDf < 1 ? minDf * documents : minDf;
  const most = maxDf <= 1 ? maxDf * documents : maxDf;
  const all = [...terms.keys()];
  if (all.length === 0) throw errors.noTerms('none of the documents has a word');
  if (most < least) throw errors.noTerms(`'maxDf' allows fewer documents than 'minDf' asks for`);
  let kept = all.filter((term) => frequencies[term] >= least && frequencies[term] <= most);
  if (kept.length === 0)
    throw errors.noTerms(`none of the ${all.length} terms is in as many documents as 'minDf' and 'maxDf' say`);
  kept = sorted(kept, terms);
  // Of terms that come equally often, those that stand first.
  if (maxFeatures !== undefined && kept.length > maxFeatures) {
    const often = kept.slice().sort((a, b) => totals[b] - totals[a]);
    const chosen = new Set(often.slice(0, maxFeatures));
    kept = kept.filter((term) => chosen.has(term));
  }
  return kept.map((term) => terms[term]);
}

/** By code points, which is the order of the UTF-8 bytes; texts compare by UTF-16, where surrogates stand before U+E000 to U+FFFF. */
function sorted(numbers: number[], terms: readonly string[]): number[] {
  const high = /[\ud800-\uffff]/;
  if (!numbers.some((number) => high.test(terms[number]))) {
    return numbers.sort((a, b) => (terms[a] < terms[b] ? -1 : 1));
  }
  return numbers.sort((a, b) => compareCodePoints(terms[a], terms[b]));
}

/** A number below 0 where a stands first, by code points. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const surrogates = Number(x >= 0xd800 && x < 0xe000) - Number(y >= 0xd800 && y < 0xe000);
    // One of both is a surrogate: above all others.
    return surrogates !== 0 ? surrogates : x - y;
  }
  return a.length - b.length;
}
