/** Forward sampling: each variable of a row is drawn after its parents, by their states (Henrion 1988). */

import * as v from 'valibot';
import { errors } from '../../errors.js';
import { checked, seed, whole } from '../../options.js';
import { type CodedColumns, newCodes } from '../../programs/bayesian-network/coded-columns.js';
import { order } from '../../programs/bayesian-network/graph.js';
import type { DiscreteNetwork } from '../../programs/bayesian-network/network.js';
import { philox } from '../../random.js';

export const SAMPLE_OPTIONS = v.strictObject({ rows: whole(1, 0xffffffff), seed: v.optional(seed, 42) });
export type SampleOptions = v.InferInput<typeof SAMPLE_OPTIONS>;

/** Row r of a variable is drawn by number r of a stream of its own, so that more rows begin with the same ones. */
export function sample({ names, states, parents, tables }: DiscreteNetwork, options: SampleOptions): CodedColumns {
  const { rows, seed: from } = checked(SAMPLE_OPTIONS, options);
  const ordered = order(names.length, (parent, child) => parents[child].includes(parent));
  if (ordered.length < names.length) throw errors.invalid('A network that is sampled must have no cycle.');
  const codes = states.map((own) => newCodes(own.length, rows));
  for (const i of ordered) {
    const own = states[i].length;
    const table = tables[i];
    let block: ArrayLike<number> = [];
    for (let r = 0; r < rows; r++) {
      if (r % 2 === 0) block = philox(r >>> 1, i, from);
      const drawn = uniform(block[2 * (r % 2)], block[2 * (r % 2) + 1]);
      let combination = 0;
      for (const p of parents[i]) combination = combination * states[p].length + codes[p][r];
      codes[i][r] = stateAt(table, combination * own, own, drawn);
    }
  }
  return { names, states, rows, codes };
}

/** The 53 high bits of two words as a number from 0 to below 1. */
const uniform = (high: number, low: number) => ((high >>> 0) * 2 ** 21 + (low >>> 11)) * 2 ** -53;

/** The first state whose cumulative probability is above the number; a state of probability 0 never. */
function stateAt(table: Float64Array, at: number, states: number, drawn: number): number {
  let sum = 0;
  let last = 0;
  for (let k = 0; k < states; k++) {
    const probability = table[at + k];
    if (probability === 0) continue;
    last = k;
    sum += probability;
    if (drawn < sum) return k;
  }
  return last;
}
