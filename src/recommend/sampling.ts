/**
 * How the items that a user does not have are sampled when a factorization learns from events, and what the score is corrected by.
 *
 * For each of a user's n entries k items are drawn, item j with probability q(j) ∝ count(j)^α. With events that are told from what is drawn by
 * the logistic loss, a score s would be the logarithm of how much oftener an item occurs for the user than it is drawn. So the logarithm of
 * how often it is drawn stands inside the loss (Bengio and Senécal, "Adaptive Importance Sampling to Accelerate Training of a Neural
 * Probabilistic Language Model", 2008; Yi et al., "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations", 2019):
 *
 *     −log σ(s(u, i) − c(u, i)) − Σ log σ(c(u, j) − s(u, j))        c(u, j) = log k n(u) + log q(j)
 *
 * and s becomes the log-odds of the event itself. c is a term of the user and one of the item, and is learnt beside the biases: training moves
 * b − c, which starts at 0 and which the penalty draws there. What draws a bias without evidence is thus how often user and item occur.
 *
 * With the sampled softmax, an entry's item against those drawn, log q stands inside in the same way, and the user's term cancels out:
 *
 *     −log of exp(s(u, i) − log q(i)) / Σ exp(s(u, j) − log q(j))        over the entry's item and those drawn
 */
import { log, pow } from '../math.js';
import { itemCounts } from './histories.js';
import type { Histories } from './recommender.js';
import type { Strata } from './strata.js';

/** How the entries that are trained on are sampled from. */
export interface Sampling {
  /** rows of q to draw from by group of items, others[tables[c]] … others[tables[c + 1] − 1]; absent where they are those of a block's entries */
  readonly table?: { others: Int32Array; tables: number[] };
  /** f64: log q of each item, NaN for one that is never drawn */
  readonly logq: Float64Array;
}

/** Of a table, for each entry of its group: enough that rare items stand there in about their share. */
const PER_ENTRY = 2;
/** What is never drawn counts as half an occurrence. */
const NEVER = 0.5;

/**
 * @param items item of each entry, of which `order` are trained on
 * @param blocks groups of items
 */
export function samplingOf(
  items: Int32Array,
  order: Int32Array,
  { itemRow, rowsQ }: Pick<Strata, 'itemRow' | 'rowsQ'>,
  blocks: number,
  exponent: number,
): Sampling {
  const counts = new Float64Array(itemRow.length);
  for (const entry of order) counts[items[entry]]++;
  const total = order.length;
  if (exponent === 1) return { logq: counts.map((count) => (count > 0 ? log(count / total) : Number.NaN)) };
  const size = rowsQ / blocks;
  const groups: number[][] = Array.from({ length: blocks }, () => []);
  counts.forEach((count, item) => {
    if (count > 0) groups[Math.floor(itemRow[item] / size)].push(item);
  });
  const logq = new Float64Array(itemRow.length).fill(Number.NaN);
  const others: number[] = [];
  const tables = [0];
  for (const group of groups) {
    const share = group.map((item) => pow(counts[item], exponent));
    const whole = share.reduce((sum, x) => sum + x, 0);
    const entries = group.reduce((sum, item) => sum + counts[item], 0);
    const times = share.map((x) => Math.max(1, Math.round((x / whole) * PER_ENTRY * entries)));
    const length = times.reduce((sum, n) => sum + n, 0);
    group.forEach((item, g) => {
      for (let n = 0; n < times[g]; n++) others.push(itemRow[item]);
      // The group is drawn from as often as it has entries.
      logq[item] = log((times[g] / length) * (entries / total));
    });
    tables.push(others.length);
  }
  return { table: { others: Int32Array.from(others), tables }, logq };
}

/** log q of items drawn as often as they occurred in these histories. */
export function logqOf(histories: Histories, items: number): Float64Array {
  const counts = itemCounts(histories, items);
  return Float64Array.from(counts, (count) => log(Math.max(count, NEVER) / Math.max(1, histories.items.length)));
}

/** log k n of someone with n entries. */
export const logDrawn = (samples: number, n: number) => log(samples * Math.max(n, NEVER));

/** What is added to biases in the end, and taken off those that training goes on from: f64[users] and f64[items]. */
export interface Offsets {
  readonly users: Float64Array;
  readonly items: Float64Array;
}

/**
 * The offsets of whom the entries concern, and of those who are new; 0 for others, whose biases stay.
 * @param known how many users and items were learnt before
 */
export function offsetsFor(
  { logq }: Sampling,
  { offsets }: Histories,
  touched: Int32Array,
  samples: number,
  total: number,
  known: { users: number; items: number },
): Offsets {
  const users = new Float64Array(offsets.length - 1);
  const draw = (u: number) => {
    users[u] = logDrawn(samples, offsets[u + 1] - offsets[u]);
  };
  for (const u of touched) draw(u);
  for (let u = known.users; u < users.length; u++) draw(u);
  const rare = log(NEVER / Math.max(1, total));
  const items = logq.map((value, i) => (Number.isNaN(value) ? (i < known.items ? 0 : rare) : value));
  return { users, items };
}
