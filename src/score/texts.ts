/** The columns of free text of a job as features: a model of each column's terms, learnt for one target (models/text-score.ts). */
import type { Engine } from '../engine/engine.js';
import { CameoError } from '../errors.js';
import { fitTextScore } from '../models/text-score.js';
import type { Instead, OfKind } from '../prepare/features.js';
import type { Target } from '../prepare/target.js';
import { TextFeature, textReader, textsOf } from '../prepare/text/text-feature.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { columnOf } from '../table/columns.js';
import type { Ignored, Table } from '../table/table.js';
import type { CheckedScoreOptions } from './options.js';
import { weightsOf } from './weights.js';

/** What was learnt from a column of text. */
export interface TextSummary {
  column: string;
  terms: number;
  /** what was taken, and the loss of each on rows that it did not learn from */
  chosen: string;
  candidates: readonly { name: string; loss: number }[];
}

export interface Texts {
  features: OfKind[];
  ignored: Ignored[];
  /** what the features say of the training rows by models that did not learn from them */
  held: Instead;
  summaries: TextSummary[];
}

/** What is learnt from, as of a Job, and what is asked. */
interface Job {
  engine: Engine;
  table: Table;
  /** f64[rows of the table]: what each counts */
  weights?: Float64Array;
  options: CheckedScoreOptions;
  run: RunOptions;
}
interface Question {
  target: Target;
  truth: Float64Array;
}

/**
 * @param question its target as these rows standardize it
 * @param rows that are learnt from
 */
export async function fitTexts(
  { engine, table, options, weights, run }: Job,
  { target, truth }: Question,
  rows: Int32Array,
): Promise<Texts> {
  const texts: Texts = { features: [], ignored: [], held: { rows, values: new Map() }, summaries: [] };
  const features: TextFeature[] = [];
  const values = new Map<string, Float64Array>();
  const y = Float64Array.from(rows, (r) => (truth[r] - target.mean) / target.scale);
  const own = weightsOf(options, target, y, weights, rows);
  const outputs = target.task === 'multiclass' ? target.classes.length : 1;
  const problem = {
    task: target.task,
    outputs,
    y,
    weights: own ? Float64Array.from(own) : new Float64Array(rows.length).fill(1),
  };
  for (const name of options.text) {
    const column = textsOf(columnOf(table, 'Text', name));
    const given = Array.from(rows, (r) => (column.codes[r] < 0 ? undefined : column.texts[column.codes[r]]));
    try {
      const { model, held, chosen, candidates } = await fitTextScore(engine, given, problem, options.seed, run);
      for (let k = 0; k < outputs; k++) {
        const ofRows = Float64Array.from(rows, (_, i) => held[i * outputs + k]);
        const { mean, scale } = spread(ofRows);
        const feature = new TextFeature(nameOf(name, target, k), name, model, k, mean, scale);
        features.push(feature);
        values.set(feature.name, ofRows);
      }
      texts.summaries.push({ column: name, terms: model.parts.terms.length, chosen, candidates });
    } catch (error) {
      if (!(error instanceof CameoError) || error.code !== 'data') throw error;
      texts.ignored.push({ name, code: 'unsuited', reason: error.message });
    }
  }
  if (features.length > 0) texts.features.push({ kind: textReader, features });
  texts.held = { rows, values };
  return texts;
}

/** Of several classes each has a feature. */
const nameOf = (column: string, { task, classes }: Target, k: number) =>
  task === 'multiclass' ? `${column} (${classes[k]})` : column;

/** Mean and deviation of the sums that there are. */
function spread(values: Float64Array): { mean: number; scale: number } {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return { mean: 0, scale: 1 };
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / known.length;
  const scale = Math.sqrt(variance);
  return { mean, scale: scale > 1e-6 ? scale : 1 };
}
