/**
 * A score as a part of a model file: target, features, model and summary, each under a prefix of its own.
 *
 *     metadata   version · target · id · family · features (its kinds) · summary
 *     tensors    base f64[outputs] · ranks f32[n]
 *     features.<kind>.…   what the kind writes (prepare/)
 *     model.…             what the family writes (models/)
 */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { readers } from '../models/index.js';
import { FACTS, f32, f64, joinParts, type Part, PartReader, partOf } from '../part.js';
import { Features } from '../prepare/features.js';
import type { Target } from '../prepare/target.js';
import type { Score, Summary } from './score.js';

export const VERSION = '1';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const fraction = v.pipe(finite, v.minValue(0), v.maxValue(1));
const float32 = v.pipe(finite, v.minValue(-3.4e38), v.maxValue(3.4e38));
/** NaN is null in JSON. */
const metric = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
);
const metrics = v.record(v.string(), metric);

const TARGET = v.object({
  name: v.string(),
  task: v.picklist(['binary', 'multiclass', 'regression']),
  from: v.picklist(['number', 'category']),
  classes: v.array(v.string()),
  mean: float32,
  scale: v.pipe(float32, v.gtValue(0)),
  threshold: v.optional(fraction),
});

const POINT = { threshold: fraction, precision: fraction, recall: fraction, share: fraction };
const positive = v.pipe(finite, v.gtValue(0));
const DECISIONS = v.object({
  calibrationError: fraction,
  reliability: v.array(v.object({ rows: count, score: fraction, positive: fraction })),
  confusionMatrix: v.optional(v.array(v.array(count))),
  threshold: v.optional(
    v.object({
      ...POINT,
      rule: v.optional(
        v.object({ by: v.picklist(['threshold', 'cost', 'recall', 'top']), value: positive, alarm: v.optional(positive) }),
      ),
      cost: v.optional(v.pipe(finite, v.minValue(0))),
    }),
  ),
  curve: v.optional(v.array(v.object(POINT))),
});

const SUMMARY = v.object({
  preset: v.picklist(['default', 'article']),
  seed: count,
  family: v.string(),
  facts: FACTS,
  rows: count,
  trainRows: count,
  testRows: count,
  evaluation: metrics,
  decisions: v.optional(DECISIONS),
  importances: v.array(v.object({ feature: v.string(), mean: metric, std: metric, weight: v.optional(finite) })),
  crossValidation: v.nullable(v.object({ folds: count, mean: metrics, std: metrics })),
  ignored: v.array(
    v.object({
      name: v.string(),
      code: v.optional(v.picklist(['empty', 'constant', 'unsuited'])),
      reason: v.string(),
    }),
  ),
  texts: v.optional(
    v.array(
      v.object({
        column: v.string(),
        terms: count,
        chosen: v.string(),
        candidates: v.array(v.object({ name: v.string(), loss: metric })),
      }),
    ),
  ),
  warnings: v.optional(
    v.array(v.object({ code: v.string(), message: v.string(), column: v.nullable(v.string()), count: v.nullable(count) })),
    [],
  ),
});

export function writeScore({ target, id, features, model, base, ranks, summary }: Score): Part {
  const { metadata, tensors } = joinParts([
    ['features', features.write()],
    ['model', model.write()],
  ]);
  // The target says what the task is, and the model what it was chosen from.
  const { task: _, candidates: __, ...told } = summary;
  return {
    metadata: {
      version: VERSION,
      target: JSON.stringify(target),
      ...(id !== undefined && { id }),
      family: model.family,
      summary: JSON.stringify(told),
      ...metadata,
    },
    tensors: { base: f64(base), ranks: f32(ranks), ...tensors },
  };
}

/** How many classes each task has. */
const CLASSES = { binary: [2, 2], multiclass: [3, 1000], regression: [0, 0] } as const;

/** @throws CameoError 'model' naming what was expected and what was found */
export function readScore(given: Part): Score {
  const part = new PartReader(given);
  const version = part.text('version');
  part.check(version === VERSION, 'version of a score', VERSION, version);
  const target: Target = part.json('target', TARGET);
  const [least, most] = CLASSES[target.task];
  const { length } = target.classes;
  part.check(length >= least && length <= most, 'classes', `${least} to ${most} of them`, length);
  const family = part.text('family');
  const known = Object.keys(readers).map((name) => `'${name}'`);
  if (!Object.hasOwn(readers, family)) throw errors.modelFile('family', `one of ${known.join(', ')}`, `'${family}'`);
  const features = Features.read(partOf(given, 'features'), part.json('features.kinds', v.array(v.string())));
  const outputs = target.task === 'multiclass' ? target.classes.length : 1;
  const model = readers[family].read(new PartReader(partOf(given, 'model')), features.inputs(), outputs);
  const { candidates } = model;
  const summary = {
    task: target.task,
    ...part.json('summary', SUMMARY),
    ...(candidates && { candidates }),
  } as unknown as Summary;
  part.check(summary.family === family, 'family in the summary', `'${family}'`, `'${summary.family}'`);
  const ranks = part.f32('ranks', [part.length('ranks')]);
  const rising = ranks.every((rank, i) => i === 0 || rank >= ranks[i - 1]);
  part.check(rising, "tensor 'ranks'", 'numbers that rise', 'others');
  return {
    target,
    id: part.has('id') ? part.text('id') : undefined,
    features,
    model,
    base: [...part.f64('base', [outputs])],
    ranks,
    summary,
  };
}
