/** Which of the terms of documents become columns, as scikit-learn has it. */
import { errors } from '../../errors.js';
import type { Corpus } from './corpus.js';

export interface TermLimits {
  minDf: number;
  maxDf: number;
  maxFeatures?: number;
}

/** @returns the terms' numbers, by their code points ascending @throws CameoError 'data' where none is left */
export function chooseTerms(corpus: Corpus, documents: number, { minDf, maxDf, maxFeatures }: TermLimits): Int32Array {
  const { sorted, frequencies, totals } = corpus;
  const least = minDf < 1 ? minDf * documents : minDf;
  const most = maxDf <= 1 ? maxDf * documents : maxDf;
  if (sorted.length === 0) throw errors.noTerms('none of the documents has a word');
  if (most < least) throw errors.noTerms(`'maxDf' allows fewer documents than 'minDf' asks for`);
  const kept = sorted.filter((term) => frequencies[term] >= least && frequencies[term] <= most);
  if (kept.length === 0)
    throw errors.noTerms(`none of the ${sorted.length} terms is in as many documents as 'minDf' and 'maxDf' say`);
  // Of terms that come equally often, those that stand first.
  if (maxFeatures === undefined || kept.length <= maxFeatures) return kept;
  const often = kept.slice().sort((a, b) => totals[b] - totals[a]);
  const chosen = new Set(often.subarray(0, maxFeatures));
  return kept.filter((term) => chosen.has(term));
}
