/** Random small networks, and what follows from one by going through all combinations of its states. */
import fc from 'fast-check';
import { type Codes, newCodes } from '../../src/programs/bayesian-network/coded-columns.js';
import type { DiscreteNetwork } from '../../src/programs/bayesian-network/network.js';
import { generator } from './tables.js';

export interface RandomNetwork {
  seed: number;
  variables: number;
  /** most states of a variable, most parents */
  states: number;
  parents: number;
  /** whether some probabilities are 0 */
  zeros: boolean;
}

export const randomNetwork: fc.Arbitrary<RandomNetwork> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
  variables: fc.integer({ min: 1, max: 8 }),
  states: fc.integer({ min: 1, max: 4 }),
  parents: fc.integer({ min: 0, max: 3 }),
  zeros: fc.boolean(),
});

/** Parents come anywhere in the order of variables, and stand in a table in any order. */
export function makeDiscreteNetwork({ seed, variables, states, parents, zeros }: RandomNetwork): DiscreteNetwork {
  const next = generator(seed);
  const below = (n: number) => Math.floor(next() * n);
  const shuffled = (list: number[]) =>
    list
      .map((v) => [next(), v])
      .sort(([a], [b]) => a - b)
      .map(([, v]) => v);
  const order = shuffled(Array.from({ length: variables }, (_, v) => v));
  const sizes = order.map(() => 1 + below(states));
  const own = order.map(() => [] as number[]);
  order.forEach((v, i) => {
    own[v] = shuffled(order.slice(0, i)).slice(0, below(parents + 1));
  });
  const tables = own.map((list, v) => {
    const rows = list.reduce((product, p) => product * sizes[p], 1);
    const table = new Float64Array(rows * sizes[v]);
    for (let r = 0; r < rows; r++) {
      const row = Array.from({ length: sizes[v] }, () => (zeros && next() < 0.3 ? 0 : next()));
      const sum = row.reduce((a, b) => a + b, 0);
      row.forEach((p, s) => {
        table[r * sizes[v] + s] = sum > 0 ? p / sum : Number(s === 0);
      });
    }
    return table;
  });
  return {
    names: order.map((_, v) => `v${v}`),
    states: sizes.map((size) => Array.from({ length: size }, (_, s) => `s${s}`)),
    parents: own,
    tables,
  };
}

/** All combinations of states and their probability. */
export function* combinations({ states, parents, tables }: DiscreteNetwork): Generator<{ at: number[]; p: number }> {
  const sizes = states.map((own) => own.length);
  const total = sizes.reduce((product, size) => product * size, 1);
  for (let i = 0; i < total; i++) {
    const at = sizes.map(() => 0);
    let rest = i;
    for (let v = sizes.length - 1; v >= 0; v--) {
      at[v] = rest % sizes[v];
      rest = Math.floor(rest / sizes[v]);
    }
    const p = parents.reduce((product, own, v) => {
      const row = own.reduce((sum, parent) => sum * sizes[parent] + at[parent], 0);
      return product * tables[v][row * sizes[v] + at[v]];
    }, 1);
    yield { at, p };
  }
}

/** Random evidence, one row in five without any; −1 is nothing observed. */
export function randomEvidence(network: DiscreteNetwork, rows: number, seed: number): number[][] {
  const next = generator(seed);
  return Array.from({ length: rows }, () => {
    const share = next() < 0.2 ? 0 : next();
    return network.states.map((own) => (next() < share ? Math.floor(next() * own.length) : -1));
  });
}

/** Rows of states as codes of each variable. */
export const codesOf = (network: DiscreteNetwork, rows: readonly (readonly number[])[]): Codes[] =>
  network.states.map((own, v) => {
    const codes = newCodes(own.length, rows.length);
    rows.forEach((row, r) => {
      codes[r] = row[v]; // −1 becomes the largest code
    });
    return codes;
  });

/** Each combination that agrees with a row of evidence. */
export const agreeing = (network: DiscreteNetwork, evidence: readonly number[]) =>
  [...combinations(network)].filter(({ at }) => evidence.every((e, v) => e < 0 || e === at[v]));
