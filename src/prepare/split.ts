/**
 * Splits of row numbers, after scikit-learn's train_test_split, KFold and StratifiedKFold. Every split is a pure
 * function of its seed.
 */
import * as v from 'valibot';
import { range } from '../arrays.js';
import { errors } from '../errors.js';
import { seed as anySeed, checked, type Entries, flag, opaque, share, whole } from '../options.js';
import { shuffle } from '../random.js';

export interface Split {
  /** row numbers, ascending */
  train: Int32Array;
  /** row numbers, ascending */
  test: Int32Array;
}

/** Streams of the generator, one for each use, so that uses of one seed do not repeat each other. */
const STREAM = { split: 0x40000000, fold: 0x50000000 };

export interface SplitOptions {
  /** share of the rows that is held out; default 0.25 */
  testSize?: number;
  /** default 0 */
  seed?: number;
  /** a class per row, to keep each class's share the same in both parts */
  stratify?: ArrayLike<number>;
}

const SPLIT_OPTIONS = v.strictObject({
  testSize: v.optional(share, 0.25),
  seed: v.optional(anySeed, 0),
  stratify: v.optional(opaque<ArrayLike<number>>()),
} satisfies Entries<SplitOptions>);

/**
 * Holds out a share of the rows.
 *
 * @param rows how many rows there are
 * @throws CameoError 'argument' for wrong options, 'data' when a part would be empty
 */
export function trainTestSplit(rows: number, options: SplitOptions = {}): Split {
  const { testSize, seed, stratify } = checked(SPLIT_OPTIONS, options);
  const held = Math.ceil(rows * testSize);
  if (held === 0 || held === rows) throw errors.heldOut(held, rows);
  if (!stratify) {
    const order = shuffle(range(rows), seed, STREAM.split);
    return { test: order.slice(0, held).sort(), train: order.slice(held).sort() };
  }
  if (stratify.length !== rows) throw errors.shape('Classes to stratify by', `${rows}`, `${stratify.length}`);
  const groups = groupsOf(stratify);
  const quotas = apportion(
    groups.map((group) => group.length),
    held,
  );
  const isHeld = new Uint8Array(rows);
  groups.forEach((group, c) => {
    const order = shuffle(group, seed, STREAM.split + c + 1);
    for (const row of order.subarray(0, quotas[c])) isHeld[row] = 1;
  });
  const all = range(rows);
  return { train: all.filter((row) => !isHeld[row]), test: all.filter((row) => isHeld[row]) };
}

export interface FoldOptions {
  /** default 5 */
  nSplits?: number;
  /** shuffle before cutting; default true */
  shuffle?: boolean;
  /** default 0 */
  seed?: number;
}

const FOLD_OPTIONS = v.strictObject({
  nSplits: v.optional(whole(2), 5),
  shuffle: v.optional(flag, true),
  seed: v.optional(anySeed, 0),
} satisfies Entries<FoldOptions>);

/** Cuts rows into folds of nearly equal size; each is the test part once. */
export class KFold {
  constructor(private readonly options: FoldOptions = {}) {}

  /** @throws CameoError 'argument' when there are more folds than rows, or fewer than two */
  split(rows: number): Split[] {
    const { nSplits, seed, shuffle: shuffled } = checkFolds(this.options, rows);
    const order = range(rows);
    if (shuffled) shuffle(order, seed, STREAM.fold);
    const fold = new Int32Array(rows);
    let at = 0;
    for (let k = 0; k < nSplits; k++) {
      const size = Math.floor(rows / nSplits) + Number(k < rows % nSplits);
      for (const end = at + size; at < end; at++) fold[order[at]] = k;
    }
    return splitsOf(fold, nSplits);
  }
}

/** As KFold, with each class's share nearly the same in every fold. */
export class StratifiedKFold {
  constructor(private readonly options: FoldOptions = {}) {}

  /**
   * @param classes a class per row
   * @throws CameoError 'data' when no class has a row for every fold
   */
  split(classes: ArrayLike<number>): Split[] {
    const { nSplits, seed, shuffle: shuffled } = checkFolds(this.options, classes.length);
    const groups = groupsOf(classes);
    const largest = Math.max(...groups.map((group) => group.length));
    if (largest < nSplits) throw errors.tooFewRows('The largest class', largest, nSplits);
    const fold = new Int32Array(classes.length);
    let next = 0; // continues from class to class, so that the folds keep equal sizes
    groups.forEach((group, c) => {
      if (shuffled) shuffle(group, seed, STREAM.fold + c + 1);
      for (const row of group) fold[row] = next++ % nSplits;
    });
    return splitsOf(fold, nSplits);
  }
}

function checkFolds(given: FoldOptions, rows: number) {
  const options = checked(FOLD_OPTIONS, given);
  if (options.nSplits > rows) throw errors.option('nSplits', `a whole number from 2 to the ${rows} rows`, options.nSplits);
  return options;
}

/** Rows of each class, classes ascending. */
function groupsOf(classes: ArrayLike<number>): Int32Array[] {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < classes.length; i++) {
    const group = groups.get(classes[i]);
    if (group) group.push(i);
    else groups.set(classes[i], [i]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, rows]) => Int32Array.from(rows));
}

/** `total` shared out in proportion to the sizes, by largest remainder. */
function apportion(sizes: number[], total: number): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  const exact = sizes.map((size) => (size * total) / sum);
  const quotas = exact.map(Math.floor);
  const byRemainder = exact.map((_, i) => i).sort((a, b) => exact[b] - quotas[b] - (exact[a] - quotas[a]) || a - b);
  for (let left = total - quotas.reduce((a, b) => a + b, 0), i = 0; left > 0; left--, i++) quotas[byRemainder[i]]++;
  return quotas;
}

function splitsOf(fold: Int32Array, nSplits: number): Split[] {
  const rows = range(fold.length);
  return Array.from({ length: nSplits }, (_, k) => ({
    train: rows.filter((i) => fold[i] !== k),
    test: rows.filter((i) => fold[i] === k),
  }));
}
