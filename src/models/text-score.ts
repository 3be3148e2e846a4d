/**
 * What a column of texts says of a target, as one number a row and output for other families to read (Wolpert, "Stacked Generalization",
 * 1992): candidates learn on folds, the one whose sums are best on the rows that it did not learn from is taken, and these sums are what is
 * learnt from. The model that is kept learnt from all rows. The vocabulary and how rare its terms are know nothing of the target.
 */
import type { Engine } from '../engine/engine.js';
import { KFold, StratifiedKFold } from '../prepare/split.js';
import { CountVectorizer } from '../prepare/text/count-vectorizer.js';
import { ANALYSIS, TextModel } from '../prepare/text/text-model.js';
import { inverseFrequencies, Weigher } from '../prepare/text/tfidf.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { CsrMatrix } from '../table/csr-matrix.js';
import { sparseOutputs } from './sparse-linear.js';
import { candidatesOf, type TextCandidate, type TextProblem, type TextWeights } from './text-candidates.js';
import { sumsLoss } from './text-loss.js';

const FOLDS = 5;
/** Terms at most, and fewer where there are many outputs; documents that a term is in at least, where there are many. */
const TERMS = 65_536;
const WEIGHTS = 2 ** 20;
const MANY = 500;

export interface TextScore {
  model: TextModel;
  /** f64[rows, outputs]: of each row the sums of a model that did not learn from it; NaN where no term is known */
  held: Float64Array;
  candidates: { name: string; loss: number }[];
  chosen: string;
}

interface Learnt {
  candidate: TextCandidate;
  held: Float64Array;
  loss: number;
}

/** @throws CameoError 'data' where the texts give no vocabulary, 'aborted', 'memory' */
export async function fitTextScore(
  engine: Engine,
  texts: readonly (string | undefined)[],
  problem: TextProblem,
  seed: number,
  run: RunOptions,
): Promise<TextScore> {
  const { outputs } = problem;
  const vectorizer = new CountVectorizer({
    ...ANALYSIS,
    engine,
    minDf: texts.length < MANY ? 1 : 2,
    maxFeatures: Math.min(TERMS, Math.floor(WEIGHTS / outputs)),
  });
  const counts = await vectorizer.fitTransform(texts, { signal: run.signal });
  const tfidf = weighed(counts);
  const rows = { counts, tfidf: tfidf.x };
  const folds = foldsOf(problem, seed);
  const learnt: Learnt[] = [];
  for (const candidate of candidatesOf(problem.task)) {
    const held = await heldOut(engine, candidate, rows[candidate.rows], problem, folds, run);
    learnt.push({ candidate, held, loss: sumsLoss(held, problem) });
  }
  const best = learnt.reduce((least, other) => (other.loss < least.loss ? other : least));
  const { candidate } = best;
  const [weights] = await candidate.fit(engine, rows[candidate.rows], problem, [problem.weights], run);
  const plain = candidate.rows === 'counts';
  const model = new TextModel({
    terms: vectorizer.vocabulary,
    idf: plain ? new Float32Array(counts.columns).fill(1) : tfidf.idf,
    sublinear: !plain,
    norm: plain ? 'none' : 'l2',
    weights: Float32Array.from(weights.coef),
    bias: weights.intercept,
  });
  const candidates = learnt.map(({ candidate: { name }, loss }) => ({ name, loss }));
  return { model, held: best.held, candidates, chosen: candidate.name };
}

function weighed(counts: CsrMatrix): { x: CsrMatrix; idf: Float32Array } {
  const frequencies = new Float64Array(counts.columns);
  for (const column of counts.indices) frequencies[column]++;
  // As a model file holds them, so that what is learnt from is what is scored.
  const idf = Float32Array.from(inverseFrequencies(frequencies, counts.rows, true));
  const weigher = new Weigher(Float64Array.from(idf), true, 'l2');
  const { indptr, indices, columns } = counts;
  const values = counts.values.slice();
  for (let r = 0; r < counts.rows; r++) weigher.weigh(indices, values, indptr[r], indptr[r + 1]);
  return { x: new CsrMatrix({ indptr, indices, values, columns }), idf };
}

/** Rows held out, fold by fold; every row once. */
function foldsOf({ task, y }: TextProblem, seed: number): Int32Array[] {
  const counts = new Map<number, number>();
  for (const label of task === 'regression' ? [] : y) counts.set(label, (counts.get(label) ?? 0) + 1);
  const nSplits = Math.min(FOLDS, y.length);
  const stratified = Math.max(0, ...counts.values()) >= nSplits;
  const splits = stratified ? new StratifiedKFold({ nSplits, seed }).split(y) : new KFold({ nSplits, seed }).split(y.length);
  return splits.map(({ test }) => test);
}

/** f64[rows, outputs], NaN for rows of no known term. */
async function heldOut(
  engine: Engine,
  candidate: TextCandidate,
  x: CsrMatrix,
  problem: TextProblem,
  folds: readonly Int32Array[],
  run: RunOptions,
): Promise<Float64Array> {
  const { outputs } = problem;
  const weights = folds.map((held) => {
    const own = problem.weights.slice();
    for (const r of held) own[r] = 0;
    return own;
  });
  const fits: TextWeights[] = await candidate.fit(engine, x, problem, weights, run);
  const all = new Float64Array(x.rows * outputs);
  for (const [f, held] of folds.entries()) {
    const z = await sparseOutputs(engine, x, fits[f], { signal: run.signal });
    for (const r of held) {
      const known = x.indptr[r + 1] > x.indptr[r];
      for (let k = 0; k < outputs; k++) all[r * outputs + k] = known ? z[r * outputs + k] : Number.NaN;
    }
  }
  return all;
}
