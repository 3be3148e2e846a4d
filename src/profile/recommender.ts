/**
 * Recommendations from events: a matrix factorization over the pairs of users and items that occurred, with the users' and
 * items' own names. Trained with the logistic loss, which on Online Retail ranks better than BPR (bench/ranking.ts).
 */
import type { Engine } from '../engine/engine.js';
import type { Behaviour } from '../events/behaviour.js';
import { type Interactions, interactionsOf } from '../events/pairs.js';
import type { Events } from '../io/events.js';
import { MatrixFactorization } from '../recommend/matrix-factorization.js';
import { readSafetensors } from '../safetensors.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { readContents, TrainedRecommender } from './trained-recommender.js';

export interface RecommenderOptions {
  /** default 64 */
  rank?: number;
  /** at most; default EPOCHS */
  epochs?: number;
  /** default 42 */
  seed?: number;
  /** days after which an event counts half; default: all count the same */
  halfLife?: number;
}

/** What suits events; chosen on Online Retail. */
const EVENTS = {
  loss: 'logistic',
  learningRate: 0.02,
  learningRateDecay: 0.01,
  regularization: 0.01,
  initScale: 0.05,
} as const;
/** What suits ratings: until those held out are no longer predicted better. */
const RATINGS = {
  loss: 'squared',
  learningRate: 0.05,
  learningRateDecay: 0.02,
  regularization: 0.05,
  validationFraction: 0.1,
  nIterNoChange: 3,
} as const;

/** Passes over the events, and over ratings at most. */
export const EPOCHS = { events: 15, ratings: 100 };

/** The factorization of some interactions: of their ratings where there are any. */
export function fitFactorization(
  engine: Engine,
  { u, i, values, weights }: Interactions,
  options: RecommenderOptions & RunOptions,
): Promise<MatrixFactorization> {
  const { rank = 64, epochs = values ? EPOCHS.ratings : EPOCHS.events, seed = 42, signal, onProgress } = options;
  return new MatrixFactorization({ engine, ...(values ? RATINGS : EVENTS), rank, epochs, seed }).fit(
    { users: u, items: i, values, weights },
    { signal, onProgress },
  );
}

export class Recommender extends TrainedRecommender {
  /** @throws CameoError 'data' for fewer than two users or items, and as MatrixFactorization.fit */
  static async fit(
    engine: Engine,
    events: Events,
    options: RecommenderOptions & RunOptions & { behaviour?: readonly Behaviour[] } = {},
  ): Promise<Recommender> {
    const data = await interactionsOf(events, 'events', options.halfLife);
    // The commonest label of an item; of equally common ones the first in the alphabet.
    const [ids, named] = (await events.columns(`
      SELECT i, arg_max(label, (n, label)) FROM (SELECT i, label, count(label) AS n FROM events GROUP BY ALL) GROUP BY i`)) as [
      string[],
      (string | null)[],
    ];
    const labelOf = new Map(ids.map((id, k) => [id, named[k]]));
    const labels = data.items.map((id) => labelOf.get(id) ?? null);
    const model = await fitFactorization(engine, data, options);
    const byUser = new Map(options.behaviour?.map((row) => [row.user, row]));
    const behaviour = options.behaviour ? data.users.map((id) => byUser.get(id) as Behaviour) : [];
    return new Recommender(engine, { model, users: data.users, items: data.items, labels, behaviour });
  }

  /**
   * @param bytes what `save` gave, or a model of a table and events together
   * @throws CameoError 'model' for others
   */
  static async load(bytes: Uint8Array, engine: Engine): Promise<Recommender> {
    return new Recommender(engine, readContents(await readSafetensors(bytes), engine));
  }
}
