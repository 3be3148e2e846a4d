/** What trees are grown from and where it stands in memory, the same for all workers of a gang. */
import type { Layout } from '../../wasm/memory.js';
import { SPLIT_BYTES } from './tree.js';

/** What a feature's bins are. */
export interface BinnedFeature {
  /** bins of values that are not missing; those are one more */
  bins: number;
  /** whether the bins are codes of categories */
  category: boolean;
  /** 1 where the score must not fall as the number rises, −1 where it must not rise, 0 for either */
  constraint: number;
}

export interface GrowOptions {
  /** leaves of a tree at most */
  maxLeafNodes: number;
  maxDepth: number;
  /** rows of a leaf at least */
  minSamplesLeaf: number;
  l2Regularization: number;
  /** share of the features that a node may be split by, drawn anew for each */
  maxFeatures: number;
  seed: number;
}

/** Bytes of a worker's own: pairs of a block of rows, sums of the leaves, keys of categories, a table of bins. */
const BLOCK_BYTES = 1024 * 16;
const KEY_BYTES = 2048 + 256;
const TABLE_BYTES = 256;

/** Where a worker's own stands. */
export function ownPlaces({ own }: Pick<GrowPlaces, 'own'>, { maxLeafNodes }: GrowOptions, worker: number) {
  const totals = BLOCK_BYTES;
  const keys = totals + maxLeafNodes * 16;
  const table = keys + KEY_BYTES;
  const bytes = table + TABLE_BYTES;
  const first = own + worker * bytes;
  return { blocks: first, totals: first + totals, keys: first + keys, table: first + table, bytes };
}

/** Where the work on trees stands in memory; the same for all workers. */
export interface GrowPlaces {
  /** u8[features, pitch] */
  bins: number;
  pitch: number;
  /** i32[features + 1]: first entry of each feature in a histogram */
  offsets: number;
  /** i64[rows, 2] */
  gh: number;
  /** u32[rows + held]: rows leaf by leaf, those held out behind the others; and as much beside it */
  order: number;
  dealt: number;
  /** i64[leaves, entries, 2] */
  hist: number;
  /** i64[workers, entries, 2]: histograms of each worker's part of a leaf's rows; 0 for one worker */
  parts: number;
  /** splits[2, workers] */
  splits: number;
  /** i32[2, workers]: rows that went left in each worker's part, held out ones apart */
  counts: number;
  /** see ownPlaces */
  own: number;
}

/** Bytes from one feature's bins to the next. */
export const pitchOf = (rows: number): number => Math.ceil((rows + 16) / 64) * 64;

/** Lays the places out behind the bins. @param rows trained on @param all with those held out */
export function growPlaces(
  layout: Layout,
  bins: number,
  features: readonly BinnedFeature[],
  rows: number,
  all: number,
  options: GrowOptions,
  workers: number,
): GrowPlaces {
  const entries = features.reduce((sum, { bins }) => sum + bins + 1, 0);
  let at = 0;
  const offsets = Int32Array.from([...features.map(({ bins }) => bins + 1), 0], (size) => {
    at += size;
    return at - size;
  });
  return {
    bins,
    pitch: pitchOf(all),
    offsets: layout.put(offsets),
    gh: layout.take(rows * 16),
    order: layout.take(all * 4),
    dealt: layout.take(all * 4),
    hist: layout.take(options.maxLeafNodes * entries * 16),
    parts: workers > 1 ? layout.take(workers * entries * 16) : 0,
    splits: layout.take(2 * workers * SPLIT_BYTES),
    counts: layout.take(2 * workers * 4),
    own: layout.take(workers * ownPlaces({ own: 0 }, options, 0).bytes),
  };
}
