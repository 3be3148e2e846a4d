/** Which rows are trained on and which are held out, so that every class has rows to learn from. */
import { errors } from '../errors.js';
import { KFold, type Split, StratifiedKFold, trainTestSplit } from '../prepare/split.js';
import type { Question } from './learn.js';

const rowsOf = (labelled: Int32Array, { train, test }: Split): Split => ({
  train: train.map((i) => labelled[i]),
  test: test.map((i) => labelled[i]),
});

/** The classes to stratify by: those of the first question. */
const classesOf = ([{ target, truth }]: readonly Question[], labelled: Int32Array): Int32Array | undefined =>
  target.task === 'regression' ? undefined : labelled.map((r) => truth[r]);

/** A class that has rows only in the test part gives them to the training part: a model needs one of each. */
function withEveryClass({ train, test }: Split, { target, truth }: Question): Split {
  if (target.task === 'regression') return { train, test };
  const present = new Set(Array.from(train, (r) => truth[r]));
  const moved = test.filter((r) => !present.has(truth[r]));
  if (moved.length === 0) return { train, test };
  const kept = test.filter((r) => present.has(truth[r]));
  if (kept.length === 0)
    throw errors.tooFewRows('Holding rows out of every class', train.length + test.length, 2 * target.classes.length);
  return { train: Int32Array.from([...train, ...moved]).sort(), test: kept };
}

/** Those of some rows that are to be held out, and the others. @throws CameoError 'argument' where either part is empty */
function divided(labelled: Int32Array, testRows: Int32Array | readonly number[]): Split {
  const held = new Set(testRows);
  const test = labelled.filter((r) => held.has(r));
  if (test.length === 0 || test.length === labelled.length) {
    const found = test.length === 0 ? 'none of them' : 'all of them';
    throw errors.option('testRows', 'some of the rows that have an answer, not all', found);
  }
  return { train: labelled.filter((r) => !held.has(r)), test };
}

/** @param labelled rows on which every question has an answer */
export function holdOut(
  questions: readonly Question[],
  labelled: Int32Array,
  { testSize, testRows, seed }: { testSize: number; testRows?: Int32Array | readonly number[]; seed: number },
): Split {
  if (testRows) return questions.reduce(withEveryClass, divided(labelled, testRows));
  const split = trainTestSplit(labelled.length, { testSize, seed, stratify: classesOf(questions, labelled) });
  return questions.reduce(withEveryClass, rowsOf(labelled, split));
}

/** As holdOut, for each fold of a cross-validation. */
export function folds(
  questions: readonly Question[],
  labelled: Int32Array,
  { nSplits, seed }: { nSplits: number; seed: number },
): Split[] {
  const classes = classesOf(questions, labelled);
  const splits = classes
    ? new StratifiedKFold({ nSplits, seed }).split(classes)
    : new KFold({ nSplits, seed }).split(labelled.length);
  return splits.map((split) => questions.reduce(withEveryClass, rowsOf(labelled, split)));
}
