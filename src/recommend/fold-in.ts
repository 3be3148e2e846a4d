/**
 * The factors of a user who was not in fitting, from their items, with the items held fixed.
 *
 *     ratings   the least-squares solution of (p, b) under the penalty λ · n that every step of fitting applies
 *     events    the steps of fitting, taken on the user alone, at 0.4 of its rate: the items have learnt already, so the user
 *               gets as far in shorter steps (on Online Retail the ten best of a folded-in user then overlap most with
 *               those of the trained one)
 */
import { errors } from '../errors.js';
import { exp, logistic } from '../math.js';
import { within } from '../part.js';
import { compares, rateOf } from '../programs/factorization/factorize.js';
import { drawer } from '../random.js';
import { corrects, type FactorizationSettings } from './factorization-options.js';
import { BIASES, checkKnown, FACTORS, type Factors } from './factors.js';
import type { NumberedHistory } from './recommender.js';
import { logDrawn, logqOf } from './sampling.js';
import { solve } from './solve.js';

export interface FoldedIn {
  /** f32[rank] */
  factors: Float32Array;
  bias: number;
}

const STREAM = 0x71000003;
/** Draws before giving up on an item that the user has not: without one among so many, the user has nearly all. */
const TRIES = 100;
/** Of fitting's rate. */
const PACE = 0.4;

/**
 * The work grows with the history given, not with what was fitted.
 * @param history for ratings with the value of each item
 */
export function foldIn(f: Factors, settings: FactorizationSettings, history: NumberedHistory): FoldedIn {
  const { items, values } = history;
  checkKnown(items, f.items, 'item');
  const folded = settings.loss === 'squared' ? foldInRatings(f, items, values, settings) : foldInEvents(f, items, settings);
  if (!within(folded.factors, FACTORS) || !within([folded.bias], BIASES))
    throw errors.notFinite('A factor of this history', 'the factorization');
  return folded;
}

/** @param values rating of each item */
function foldInRatings(
  { itemFactors, itemBiases, rank, mean }: Factors,
  items: ArrayLike<number>,
  values: ArrayLike<number> | undefined,
  { regularization, biases: withBias }: FactorizationSettings,
): FoldedIn {
  if (values?.length !== items.length) throw errors.shape('Values', `${items.length}`, `${values?.length ?? 0}`);
  const width = rank + Number(withBias);
  const a = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => (i === j ? regularization * items.length + 1e-9 : 0)),
  );
  const y = new Array<number>(width).fill(0);
  for (let t = 0; t < items.length; t++) {
    const item = items[t];
    const x = [...itemFactors.subarray(item * rank, (item + 1) * rank), ...(withBias ? [1] : [])];
    const rest = values[t] - mean - itemBiases[item];
    for (let i = 0; i < width; i++) {
      y[i] += x[i] * rest;
      for (let j = 0; j < width; j++) a[i][j] += x[i] * x[j];
    }
  }
  const p = solve(a, y);
  return { factors: Float32Array.from(p.slice(0, rank)), bias: withBias ? p[rank] : 0 };
}

function foldInEvents(f: Factors, items: ArrayLike<number>, o: FactorizationSettings): FoldedIn {
  const { itemFactors, rank } = f;
  const corrected = corrects(o);
  const itemBiases = corrected ? lifted(f) : f.itemBiases;
  const sample = otherItems(f, items, o.seed);
  const p = new Float64Array(rank);
  let bias = 0;
  let squares = 1;
  const gradient = new Float64Array(rank);
  const score = (item: number) => {
    let sum = itemBiases[item] + (compares(o.loss) ? 0 : bias);
    for (let j = 0, at = item * rank; j < rank; j++) sum += p[j] * itemFactors[at + j];
    return sum;
  };
  /** Moves p along `gradient`, less the penalty. @returns the rate */
  const step = (scheduled: number): number => {
    let sum = 0;
    for (let j = 0; j < rank; j++) {
      gradient[j] -= o.regularization * p[j];
      sum += gradient[j] * gradient[j];
    }
    const rate = o.schedule === 'adagrad' ? scheduled / Math.sqrt(squares) : scheduled;
    for (let j = 0; j < rank; j++) p[j] += rate * gradient[j];
    squares += sum / rank;
    return rate;
  };
  const towards = (scheduled: number, e: number, item: number) => {
    for (let j = 0; j < rank; j++) gradient[j] = e * itemFactors[item * rank + j];
    const rate = step(scheduled);
    bias += rate * (e - o.regularization * bias);
  };
  const apart = (rate: number, e: number, item: number, other: number) => {
    for (let j = 0; j < rank; j++) gradient[j] = e * (itemFactors[item * rank + j] - itemFactors[other * rank + j]);
    step(rate);
  };
  const among = (rate: number, errors: readonly number[], compared: readonly number[]) => {
    gradient.fill(0);
    compared.forEach((item, k) => {
      for (let j = 0; j < rank; j++) gradient[j] += errors[k] * itemFactors[item * rank + j];
    });
    step(rate);
  };
  /** Other items, as many as are sampled of an entry and are found. */
  const draw = (count: number) => {
    const found: number[] = [];
    for (let s = 0; s < count; s++) {
      const other = sample();
      if (other !== undefined) found.push(other);
    }
    return found;
  };
  for (let epoch = 1; epoch <= o.epochs; epoch++) {
    const rate = PACE * rateOf(o, epoch);
    for (let t = 0; t < items.length; t++) {
      const item = items[t];
      if (o.loss === 'logistic') {
        towards(rate, 1 - logistic(score(item)), item);
        for (let s = 0; s < o.samples; s++) for (const other of draw(1)) towards(rate, -logistic(score(other)), other);
      } else if (o.loss === 'bpr') {
        for (const other of draw(1)) apart(rate, logistic(score(other) - score(item)), item, other);
      } else {
        const compared = [item, ...draw(o.samples)];
        if (compared.length > 1) among(rate, errorsOf(compared.map(score)), compared);
      }
    }
  }
  // The rest of what the loss is corrected by: sampling.ts.
  if (o.loss === 'logistic' && corrected && items.length > 0) bias += logDrawn(o.samples, items.length);
  return { factors: Float32Array.from(p), bias };
}

/** By how much the first is too small beside the others, and each of them too large: 1 − π and −π of the softmax. */
function errorsOf(scores: readonly number[]): number[] {
  const most = scores.reduce((a, b) => Math.max(a, b));
  const shares = scores.map((score) => exp(score - most));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share, k) => Number(k === 0) - share / whole);
}

const lifts = new WeakMap<Factors['history'], Float64Array>();

/** Item biases without the logarithm of how often items are drawn here; the same for every history, so made once. */
function lifted({ history, itemBiases, items }: Factors): Float64Array {
  let found = lifts.get(history);
  if (!found) {
    found = logqOf(history, items).map((value, i) => itemBiases[i] - value);
    lifts.set(history, found);
  }
  return found;
}

/**
 * Draws items that the user does not have, each as often as it occurred in fitting: an entry of the histories at random is an item by its
 * occurrence. Gives undefined when none is found.
 */
function otherItems({ history }: Factors, known: ArrayLike<number>, seed: number): () => number | undefined {
  const without = new Set(Array.from(known));
  const { items } = history;
  const draw = drawer(seed, STREAM);
  return () => {
    if (items.length === 0) return undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      const item = items[draw(items.length)];
      if (!without.has(item)) return item;
    }
    return undefined;
  };
}
