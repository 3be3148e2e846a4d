/** Options of fitting scores, their defaults and ranges. */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { families } from '../models/index.js';
import type { Family } from '../models/model.js';
import { bag, checked, flag, oneOf, seed, share, whole } from '../options.js';
import type { Preset } from '../prepare/feature.js';
import { type Moment, moment, timeOfMoment } from '../table/moment.js';

/** What each preset asks of the family that is taken by default, where the caller says nothing else. */
const PRESETS: Record<Preset, { model: string; modelOptions: Record<string, unknown> }> = {
  default: { model: 'perceptron', modelOptions: {} },
  article: { model: 'perceptron', modelOptions: { alpha: 1e-4, earlyStopping: false } },
};

const names = v.array(v.string('a list of column names'), 'a list of column names');

/** Entries of a strict object. */
export const SCORE_ENTRIES = {
  target: v.union([v.string(), v.pipe(names, v.minLength(1, 'at least one column'))], 'a column name or a list of them'),
  id: v.optional(v.string('a column name')),
  ignore: v.optional(names, []),
  task: v.optional(oneOf('binary', 'multiclass', 'regression')),
  preset: v.optional(oneOf('default', 'article'), 'default'),
  model: v.optional(v.string('the name of a family')),
  modelOptions: v.optional(bag),
  seed: v.optional(seed, 42),
  testSize: v.optional(share, 0.2),
  folds: v.optional(whole(0, 1000), 0),
  asOf: v.optional(moment),
  importance: v.optional(flag, true),
};

export interface ScoreOptions {
  /** the column to predict; several for a score each */
  target: string | readonly string[];
  /** the column that names the user; default: the row number */
  id?: string;
  /** columns to leave out */
  ignore?: readonly string[];
  /** default: what the target's column holds, see targetOf */
  task?: 'binary' | 'multiclass' | 'regression';
  /** 'article' is the plain program: numbers standardized, no ranks, no early stopping; default 'default' */
  preset?: Preset;
  /** the family of models to learn with; default 'perceptron' */
  model?: string;
  /** options of that family, such as { hiddenLayerSizes: [64], maxIter: 200 } */
  modelOptions?: Readonly<Record<string, unknown>>;
  /** default 42 */
  seed?: number;
  /** share of the rows held out for evaluation; default 0.2 */
  testSize?: number;
  /** folds of a cross-validation beside the held-out evaluation; default 0: none */
  folds?: number;
  /** the moment that dates count back from, such as '2025-12-31'; default: of each column the latest date of the training rows */
  asOf?: Moment;
  /** whether features are ranked by what the held-out rows lose without them; default true. Wide tables train in half the time without */
  importance?: boolean;
}

export interface CheckedScoreOptions
  extends Required<Omit<ScoreOptions, 'target' | 'id' | 'task' | 'model' | 'modelOptions' | 'asOf'>> {
  targets: readonly string[];
  id?: string;
  task?: ScoreOptions['task'];
  /** milliseconds since 1970 */
  asOf?: number;
  family: Family;
  /** checked by the family's schema */
  modelOptions: Record<string, unknown>;
}

/** @throws CameoError 'argument' for a name that is not known and for a value out of its range */
export function checkScoreOptions(given: ScoreOptions): CheckedScoreOptions {
  const { target, model, modelOptions, asOf, ...rest } = checked(v.strictObject(SCORE_ENTRIES), given);
  const targets = typeof target === 'string' ? [target] : target;
  const twice = targets.find((name: string, i: number) => targets.indexOf(name) !== i);
  if (twice !== undefined) throw errors.option('target', 'each column once', `'${twice}' twice`);
  if (rest.id !== undefined && targets.includes(rest.id)) throw errors.option('id', 'another column than the target', rest.id);
  const { name, family } = familyOf(rest.preset, model);
  const preset = PRESETS[rest.preset as Preset];
  const defaults = name === preset.model ? preset.modelOptions : {};
  const seeded = 'seed' in family.options.entries ? { seed: rest.seed } : {};
  return {
    ...rest,
    asOf: asOf === undefined ? undefined : timeOfMoment(asOf as Moment),
    targets,
    family,
    modelOptions: checked(family.options, { ...seeded, ...defaults, ...modelOptions }),
  };
}

/** The family of a name, or the one that a preset takes by default. @throws CameoError 'argument' */
export function familyOf(preset: Preset, model?: string): { name: string; family: Family } {
  const name = model ?? PRESETS[preset].model;
  if (Object.hasOwn(families, name)) return { name, family: families[name] };
  const known = Object.keys(families).map((n) => `'${n}'`);
  throw errors.option('model', `one of ${known.join(', ')}`, `'${name}'`);
}
