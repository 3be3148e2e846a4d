/** Options of fitting scores, their defaults and ranges. */
import * as v from 'valibot';
import { EFFORTS, type Effort } from '../effort.js';
import { errors } from '../errors.js';
import type { Rule } from '../metrics/decisions.js';
import { families } from '../models/index.js';
import type { Family } from '../models/model.js';
import { bag, checked, flag, oneOf, portion, rowNumbers, seed, share, whole } from '../options.js';
import type { Preset } from '../prepare/feature.js';
import { type Moment, moment, timeOfMoment } from '../table/moment.js';
import { type RuleOptions, ruleOf } from './decisions.js';

interface Choice {
  model: string;
  modelOptions: Record<string, unknown>;
  /** options that are tried of each family of the blend before it is fitted; absent where nothing is searched */
  trials?: number;
}
/** The family that is taken where the caller names none, and what is asked of it where the caller says nothing else. */
const ARTICLE: Choice = { model: 'perceptron', modelOptions: { alpha: 1e-4, earlyStopping: false } };
/**
 * Options that a search tries of each family. On campaign, german and telco (five seeds each) the blend with what it found has the log loss
 * of the blend without to .0002; ten folds in place of five, more folds in the search, and tuned members in place of the defaults were no better.
 */
const TRIALS = 24;
const BY_EFFORT: Record<Effort, Choice> = {
  fast: { model: 'trees', modelOptions: { earlyStopping: true, learningRate: 0.1, maxIter: 500 } },
  balanced: { model: 'blend', modelOptions: {} },
  best: { model: 'blend', modelOptions: {}, trials: TRIALS },
};

const names = v.array(v.string('a list of column names'), 'a list of column names');

/** Entries of a strict object. */
export const SCORE_ENTRIES = {
  target: v.union([v.string(), v.pipe(names, v.minLength(1, 'at least one column'))], 'a column name or a list of them'),
  id: v.optional(v.string('a column name')),
  ignore: v.optional(names, []),
  text: v.optional(names, []),
  weight: v.optional(v.string('a column name')),
  classWeight: v.optional(oneOf('balanced')),
  task: v.optional(oneOf('binary', 'multiclass', 'regression')),
  preset: v.optional(oneOf('default', 'article'), 'default'),
  effort: v.optional(oneOf(...EFFORTS), 'balanced'),
  model: v.optional(v.string('the name of a family')),
  modelOptions: v.optional(bag),
  seed: v.optional(seed, 42),
  testSize: v.optional(share, 0.2),
  testRows: v.optional(rowNumbers),
  folds: v.optional(whole(0, 1000), 0),
  asOf: v.optional(moment),
  importance: v.optional(flag, true),
  threshold: v.optional(share),
  cost: v.optional(v.string("a text such as '10:1'")),
  recall: v.optional(portion),
  top: v.optional(portion),
};

export interface ScoreOptions {
  /** the column to predict; several for a score each */
  target: string | readonly string[];
  /** the column that names the user; default: the row number */
  id?: string;
  /** columns to leave out */
  ignore?: readonly string[];
  /** columns of free text, of which each becomes one number (of several classes, one a class): what its words say of the target */
  text?: readonly string[];
  /** the column of what each row counts in learning, numbers from 0 on; it is no feature; default: all count the same */
  weight?: string;
  /** 'balanced': all classes count the same in learning, however few rows they have; scores are then no longer the shares of the table */
  classWeight?: 'balanced';
  /** default: what the target's column holds, see targetOf */
  task?: 'binary' | 'multiclass' | 'regression';
  /** 'article' is the plain program: numbers standardized, no ranks, no early stopping; default 'default' */
  preset?: Preset;
  /** how much work goes into the score: 'fast' is one model of trees, 'best' searches the options of the blend; default 'balanced' */
  effort?: Effort;
  /** the family of models to learn with; default 'blend', which chooses */
  model?: string;
  /** options of that family, such as { hiddenLayerSizes: [64], maxIter: 200 } */
  modelOptions?: Readonly<Record<string, unknown>>;
  /** default 42 */
  seed?: number;
  /** share of the rows held out for evaluation; default 0.2 */
  testSize?: number;
  /** the rows held out for evaluation, by their numbers from 0, in place of a share by chance: later ones, or those that others were judged on */
  testRows?: Int32Array | readonly number[];
  /** folds of a cross-validation beside the held-out evaluation; default 0: none */
  folds?: number;
  /** the moment that dates count back from, such as '2025-12-31'; default: of each column the latest date of the training rows */
  asOf?: Moment;
  /** whether features are ranked by what the held-out rows lose without them; default true. Wide tables train in half the time without */
  importance?: boolean;
  /**
   * of two classes, at most one of four: the score above which the last class is predicted (default .5); or what the held-out rows shall
   * choose it by: what errors cost, '10:1' where a missed positive costs 10 and a false alarm 1; the share of the positives to find; or the
   * share of users to pick
   */
  threshold?: number;
  cost?: string;
  recall?: number;
  top?: number;
}

type Rules = keyof RuleOptions;
type Optional = 'id' | 'testRows' | 'task' | 'weight' | 'classWeight';
export interface CheckedScoreOptions
  extends Required<Omit<ScoreOptions, Optional | Rules | 'target' | 'effort' | 'model' | 'modelOptions' | 'asOf'>>,
    Pick<ScoreOptions, Optional> {
  targets: readonly string[];
  /** milliseconds since 1970 */
  asOf?: number;
  /** what decides the threshold */
  rule?: Rule;
  family: Family;
  /** checked by the family's schema */
  modelOptions: Record<string, unknown>;
  /** of a search for members of the blend, for each of its families; 0 where there is none */
  trials: number;
}

/** @throws CameoError 'argument' for a name that is not known and for a value out of its range */
export function checkScoreOptions(given: ScoreOptions): CheckedScoreOptions {
  const { target, effort, model, modelOptions, asOf, threshold, cost, recall, top, ...rest } = checked(
    v.strictObject(SCORE_ENTRIES),
    given,
  );
  const targets = typeof target === 'string' ? [target] : target;
  const twice = targets.find((name: string, i: number) => targets.indexOf(name) !== i);
  if (twice !== undefined) throw errors.option('target', 'each column once', `'${twice}' twice`);
  if (rest.id !== undefined && targets.includes(rest.id)) throw errors.option('id', 'another column than the target', rest.id);
  const taken = rest.text.find(
    (name: string, i: number, all: string[]) =>
      all.indexOf(name) !== i || targets.includes(name) || [rest.id, rest.weight, ...rest.ignore].includes(name),
  );
  if (taken !== undefined)
    throw errors.option('text', 'columns that are neither target, id, weight nor ignored, each once', `'${taken}'`);
  const { family, defaults, trials } = familyOf({ preset: rest.preset, effort, model });
  const weights = rest.weight !== undefined ? 'weight' : rest.classWeight !== undefined ? 'classWeight' : undefined;
  if (weights && !family.weighted) {
    const others = Object.values(families).flatMap((other) => (other.weighted ? [`'${other.name}'`] : []));
    throw errors.option(
      weights,
      `left out with model '${family.name}', or the model ${others.join(' or ')}`,
      `${rest[weights]}`,
    );
  }
  if (rest.weight !== undefined && (targets.includes(rest.weight) || rest.weight === rest.id))
    throw errors.option('weight', 'another column than the target and the id', rest.weight);
  const seeded = 'seed' in family.options.entries ? { seed: rest.seed } : {};
  return {
    ...rest,
    rule: ruleOf({ threshold, cost, recall, top }),
    asOf: asOf === undefined ? undefined : timeOfMoment(asOf as Moment),
    targets,
    family,
    trials,
    modelOptions: checked(family.options, { ...seeded, ...defaults, ...modelOptions }),
  };
}

/**
 * The family of a name, or the one that is taken without, and what is asked of it where the caller says nothing else.
 * @throws CameoError 'argument' for a family that is not known
 */
export function familyOf({ preset, effort, model }: Pick<ScoreOptions, 'preset' | 'effort' | 'model'>): {
  family: Family;
  defaults: Record<string, unknown>;
  trials: number;
} {
  const choice = preset === 'article' ? ARTICLE : BY_EFFORT[effort ?? 'balanced'];
  const name = model ?? choice.model;
  const defaults = name === choice.model ? choice.modelOptions : {};
  const trials = model === undefined ? (choice.trials ?? 0) : 0;
  if (Object.hasOwn(families, name)) return { family: families[name], defaults, trials };
  const known = Object.keys(families).map((n) => `'${n}'`);
  throw errors.option('model', `one of ${known.join(', ')}`, `'${name}'`);
}
