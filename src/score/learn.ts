/** From rows of a table to fitted models: features once, then a model of each target over them. */
import type { Engine } from '../engine/engine.js';
import { type Evaluation, evaluate } from '../metrics/index.js';
import type { BlendOptions } from '../models/blend.js';
import type { Model } from '../models/model.js';
import type { Binding, Features } from '../prepare/features.js';
import { type Decision, fitFeatures } from '../prepare/fit-features.js';
import { standardizeBy, type Target } from '../prepare/target.js';
import type { Progress } from '../progress.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Ignored, Table } from '../table/table.js';
import { place } from '../wasm/memory.js';
import type { Tile } from '../wasm/resident.js';
import type { CheckedScoreOptions } from './options.js';
import { ResidentScores } from './resident.js';
import { searchMembers } from './search-members.js';
import { encodeRows, scoreRows } from './shards.js';
import { fitTexts, type TextSummary } from './texts.js';
import type { Look } from './warnings.js';
import { weightsOf } from './weights.js';

/** What is predicted and what is known of it. */
export interface Question {
  target: Target;
  /** f64[rows of the table]: the class, or the number; NaN where it is missing */
  truth: Float64Array;
}

export interface Job {
  engine: Engine;
  table: Table;
  /** columns that are no features by themselves: targets, id, texts, ignored ones */
  without: ReadonlySet<string>;
  /** f64[rows of the table]: what each counts; absent where all count the same */
  weights?: Float64Array;
  options: CheckedScoreOptions;
  run: RunOptions;
  report: (progress: Progress) => void;
  look: Look;
}

export interface Learnt {
  features: Features;
  ignored: Ignored[];
  /** what became of each column */
  decisions: Decision[];
  binding: Binding;
  /** what was learnt from columns of text */
  texts: TextSummary[];
  /** a model of each question, and its target as these rows standardize it */
  answers: { target: Target; model: Model }[];
}

/** Features that were learnt from some rows, and the rows as they encode them; dispose `x` after use. */
export interface Prepared extends Omit<Learnt, 'answers'> {
  rows: Int32Array;
  x: Tile;
}

/** Learns features from these rows, and from what texts say of the question there. */
export async function prepare(job: Job, questions: readonly Question[], rows: Int32Array): Promise<Prepared> {
  const { engine, table, options, run } = job;
  const { encodings } = options.family;
  // Where there are texts, each question comes alone.
  const [{ target, truth }] = questions;
  const texts = await fitTexts(job, { target: standardizeBy(target, truth, rows), truth }, rows);
  const found = await fitFeatures(engine, table, rows, job.without, options.preset, encodings, options.asOf, texts);
  const { features, ignored } = found;
  const known = new Set([...job.without, ...ignored.map(({ name }) => name)]);
  const binding = features.bind(table, known, texts.held);
  const { at: plan, region } = place(engine, (layout) => features.place(layout, encodings));
  using _ = region;
  return { ...found, binding, texts: texts.summaries, rows, x: await encodeRows(engine, plan, features, binding, rows, run) };
}

/** Learns features and models from these rows, on which every question has an answer. */
export async function learn(job: Job, questions: readonly Question[], rows: Int32Array): Promise<Learnt> {
  const { x, ...prepared } = await prepare(job, questions, rows);
  using _ = x;
  job.report({ stage: 'prepare', done: 1, total: 1 });
  return await learnFrom(job, questions, { ...prepared, x });
}

/** Learns models from rows that are encoded. */
export async function learnFrom(job: Job, questions: readonly Question[], { x, rows, ...known }: Prepared): Promise<Learnt> {
  const { engine, options, run, report } = job;
  const answers: Learnt['answers'] = [];
  for (const { target: asked, truth } of questions) {
    const target = standardizeBy(asked, truth, rows);
    const y = Float64Array.from(rows, (r) => (truth[r] - target.mean) / target.scale);
    const outputs = target.task === 'multiclass' ? target.classes.length : 1;
    const note = questions.length > 1 ? `${target.name}, ` : '';
    const total = typeof options.modelOptions.maxIter === 'number' ? options.modelOptions.maxIter : 0;
    report({ stage: 'train', done: 0, total });
    // Epochs or rounds with their loss; or models, of so many, without one.
    const onProgress = (done: number, loss: number, models: number) =>
      Number.isNaN(loss)
        ? report({ stage: 'train', done, total: models, note: `${note}models` })
        : report({ stage: 'train', done, total, note: `${note}loss ${loss.toFixed(4)}` });
    const weights = weightsOf(options, target, y, job.weights, rows);
    const examples = { task: target.task, outputs, x, y, weights, inputs: known.features.inputs() };
    const modelOptions =
      options.trials > 0
        ? await searchMembers(
            engine,
            examples,
            { options: options.modelOptions as BlendOptions, trials: options.trials },
            {
              ...run,
              onProgress: (done, _, total) => report({ stage: 'train', done, total, note: `${note}trials of a search` }),
            },
          )
        : options.modelOptions;
    const model = await options.family.fit(engine, examples, modelOptions, { ...run, onProgress });
    answers.push({ target, model });
  }
  return { ...known, answers };
}

/** Scores of each answer on some rows: probabilities or numbers, [rows, outputs]. */
export async function scoresOf(
  { engine, run }: Pick<Job, 'engine' | 'run'>,
  { features, binding, answers }: Learnt,
  rows: Int32Array,
): Promise<Float32Array[]> {
  const placed = answers.map((answer) => ({ ...answer, ranks: new Float32Array(0) }));
  using resident = new ResidentScores(engine, features, placed);
  return await scoreRows(engine, features, resident.plan, binding, rows, run);
}

/** What became of rows that were not learnt from. */
export interface Examined {
  /** the class or number of each row */
  truth: Float64Array;
  /** [rows, outputs]: probabilities or numbers */
  scores: Float32Array;
  evaluation: Evaluation;
}

/** Scores and metrics of each answer on some rows. */
export async function examine(
  job: Pick<Job, 'engine' | 'run'>,
  learnt: Learnt,
  questions: readonly Question[],
  rows: Int32Array,
): Promise<Examined[]> {
  const all = await scoresOf(job, learnt, rows);
  return learnt.answers.map(({ target, model }, q) => {
    const truth = Float64Array.from(rows, (r) => questions[q].truth[r]);
    return { truth, scores: all[q], evaluation: evaluate(target.task, truth, all[q], model.outputs) };
  });
}
