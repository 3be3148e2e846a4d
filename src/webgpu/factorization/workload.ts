/** A factorization of a given size, over numbers that mean nothing. */
import type { FactorizeArgs } from '../../programs/factorization/factorize.js';
import { place } from '../../wasm/memory.js';
import type { Twin } from '../twin.js';
import { fill, floats, RANK } from '../workload.js';

const BITS = 64;
const SETTINGS = {
  worker: 0,
  workers: 1,
  loss: 'squared',
  weights: 0,
  seen: 0,
  seenOffsets: 0,
  ld: RANK,
  mean: 0,
  held: 0,
  epochs: 2,
  schedule: 'inverse',
  learningRate: 0.01,
  learningRateDecay: 0,
  regularization: 0.02,
  biases: true,
  samples: 0,
  patience: 1,
  seed: 1,
  best: 0,
  squares: 0,
  penalties: 0,
  bitsPerWorker: BITS,
} as const;

/** Twenty ratings a user and an item, in equal blocks. */
export const factorizeWorkload: Twin<FactorizeArgs, unknown>['workload'] = (space, _, work, { blocks = 8 } = {}) => {
  const entries = Math.ceil(work / RANK);
  const size = Math.ceil(entries / 20 / blocks / 16) * 16;
  const rows = size * blocks;
  const starts = Array.from({ length: blocks * blocks + 1 }, (_, b) => Math.floor((entries * b) / (blocks * blocks)));
  const { at, region } = place(space, (layout) => {
    const p = layout.take(2 * rows * (RANK + 1) * 4);
    return {
      p,
      q: p + rows * RANK * 4,
      bu: p + 2 * rows * RANK * 4,
      bi: p + 2 * rows * RANK * 4 + rows * 4,
      users: layout.take(entries * 4),
      items: layout.take(entries * 4),
      values: layout.take(entries * 4),
      losses: layout.take(blocks * blocks * 8),
      bits: layout.take(BITS * 4),
      sync: layout.put(new Int32Array(16)),
    };
  });
  fill(floats(space, at.p, 2 * rows * (RANK + 1)), 0.1);
  fill(floats(space, at.values, entries));
  const [users, items] = [at.users, at.items].map((address) => new Int32Array(space.memory.buffer, address, entries));
  for (let b = 0; b < blocks * blocks; b++) {
    for (let t = starts[b]; t < starts[b + 1]; t++) {
      users[t] = Math.floor(b / blocks) * size + ((Math.imul(t, 40503) >>> 8) % size);
      items[t] = (b % blocks) * size + ((Math.imul(t, 30011) >>> 8) % size);
    }
  }
  return { region, args: { ...SETTINGS, ...at, blocks, starts, rowsP: rows, rowsQ: rows, heldFirst: entries } };
};
