/**
 * item2vec as a family of recommenders (Barkan and Koenigstein, "Item2Vec: Neural Item Embedding for Collaborative Filtering", 2016): what a user
 * had, in the order in which they had it, is a sentence, and items are its words (embeddings/skip-gram.ts). A user is the mean of the
 * directions of their items, and the score of an item is the cosine to that.
 *
 * Items of one moment, and of a log without times all items, stand in an order by chance.
 */
import { learnVectors, type TokenText } from '../embeddings/skip-gram.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { shuffle } from '../random.js';
import { type RunOptions, throwIfAborted } from '../scheduler/scheduler.js';
import { historiesOf } from './histories.js';
import { type Item2VecOptions, item2vecOf, item2vecReader, OPTIONS } from './item2vec-model.js';
import type { Pairs, RecommenderFamily } from './recommender.js';

/** Stream of the generator for the order of what has one moment. */
const STREAM = 0x75000003;

/** Each user's items, the oldest first, with −1 behind each user's, and how often each item is there. */
function sentencesOf({ user, item, items, ages }: Pairs, seed: number): TokenText {
  const place = shuffle(
    Int32Array.from(user, (_, t) => t),
    seed,
    STREAM,
  );
  const order = Int32Array.from(user, (_, t) => t);
  const older = (a: number, b: number) => (ages ? ages[b] - ages[a] : 0) || place[a] - place[b];
  const tokens: number[] = [];
  for (let first = 0, t = 1; t <= user.length; t++) {
    if (t < user.length && user[t] === user[first]) continue;
    for (const pair of order.subarray(first, t).sort(older)) tokens.push(item[pair]);
    tokens.push(-1);
    first = t;
  }
  const counts = new Float64Array(items);
  for (const i of item) counts[i]++;
  return { tokens: Int32Array.from(tokens), counts };
}

async function fit(engine: Engine, pairs: Pairs, options: Item2VecOptions, run: RunOptions) {
  throwIfAborted(run.signal);
  if (pairs.user.length === 0) throw errors.tableEmpty('The list of interactions');
  const { users, items } = pairs;
  const { rank: vectorSize, samplingExponent: nsExponent, learningRate: alpha, ...rest } = options;
  const settings = { ...rest, vectorSize, nsExponent, alpha, minAlpha: 0, sample: 0, shrinkWindows: true };
  const { vectors, lossCurve } = await learnVectors(engine, sentencesOf(pairs, options.seed), settings, run);
  const history = historiesOf(pairs.user, pairs.item, users);
  return item2vecOf(engine, { users, items, vectors, history }, options, { epochs: lossCurve.length });
}

export const item2vec: RecommenderFamily<Item2VecOptions> = { name: 'item2vec', options: OPTIONS, fit, ...item2vecReader };
