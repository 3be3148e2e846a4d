/**
 * From a table to scores: hold rows out, learn the features, train, evaluate on the held-out rows, rank the features. Everything is a pure
 * function of the table, the options and the seed, for any number of workers.
 *
 * Targets that are known on the same rows agree on the split, and so on features and encoded rows: these are made once for all of them.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { checkTable } from '../prepare/columns.js';

import { QuantileTransformer } from '../prepare/quantile-transformer.js';
import type { Split } from '../prepare/split.js';
import { targetOf, truthOf } from '../prepare/target.js';
import type { Progress } from '../progress.js';
import { checkColumn, columnOf } from '../table/columns.js';
import { Matrix } from '../table/matrix.js';
import type { Ignored, Table } from '../table/table.js';
import { place } from '../wasm/memory.js';
import { meanAndDeviation } from './cross-validate.js';
import { checkRule, decide } from './decisions.js';
import { importances } from './importance.js';
import { examine, type Job, type Learnt, learn, type Question, scoresOf } from './learn.js';
import type { CheckedScoreOptions } from './options.js';
import { baseOf, type CrossValidation, type Score, type Summary } from './score.js';
import { encodeRows } from './shards.js';
import { folds, holdOut } from './split.js';
import { Look } from './warnings.js';
import { columnOfWeights } from './weights.js';

/** Held-out rows that permutation importance looks at, at most; and at most so many values of all features, for wide tables, but some rows. */
const IMPORTANCE_ROWS = 20_000;
const IMPORTANCE_VALUES = 4_000_000;
const IMPORTANCE_LEAST = 1000;
/** Scores of the training rows that percentiles are found among. */
const RANKS = 1000;

type Run = { signal?: AbortSignal; onProgress?: (progress: Progress) => void; joined?: boolean };

/** What is asked of a table, and what answering it needs. @throws CameoError 'column', 'data' for columns that cannot be used so */
export function jobOf(
  engine: Engine,
  table: Table,
  options: CheckedScoreOptions,
  run: Run,
): { job: Job; questions: Question[] } {
  checkTable(table);
  const questions = options.targets.map((name): Question => {
    const column = columnOf(table, 'Target', name);
    const target = targetOf(column, options.task);
    const { family } = options;
    if (!family.tasks.includes(target.task)) throw errors.familyTask(name, target.task, family.name, family.tasks);
    return { target, truth: truthOf(target, column) };
  });
  checkRule(
    options.rule,
    questions.map(({ target }) => target),
  );
  if (options.id !== undefined) columnOf(table, 'Id', options.id);
  for (const name of options.ignore) checkColumn(table, 'Ignored', name);
  const others = [options.id, options.weight].filter((name) => name !== undefined);
  for (const name of options.text) columnOf(table, 'Text', name);
  const without = new Set([...options.targets, ...options.ignore, ...options.text, ...others]);
  const weights = columnOfWeights(table, options);
  const report = run.onProgress ?? (() => {});
  const look = new Look(table, options.id, run.joined);
  return { job: { engine, table, without, weights, options, run: { signal: run.signal }, report, look }, questions };
}

/**
 * @param run `joined`: whether the table has columns of events, which meet it by the id
 * @returns a score for each target, in their order
 */
export async function fitScores(engine: Engine, table: Table, options: CheckedScoreOptions, run: Run): Promise<Score[]> {
  const { job, questions } = jobOf(engine, table, options, run);
  const scores = new Map<string, Score>();
  // What a text says is learnt for one target.
  const groups = options.text.length > 0 ? questions.map((question) => [question]) : agreeing(questions);
  for (const group of groups) {
    for (const score of await fitGroup(job, group)) scores.set(score.target.name, score);
  }
  return options.targets.map((name) => scores.get(name) as Score);
}

/** The column of weights is no feature. */
const weighed = ({ weight }: CheckedScoreOptions): Ignored[] =>
  weight === undefined ? [] : [{ name: weight, reason: 'what each row counts in learning' }];

/** Rows of the table on which a question has an answer. @throws CameoError 'data' for too few */
export function labelledRows({ truth }: Question): Int32Array {
  const labelled = Int32Array.from(truth.keys()).filter((r) => !Number.isNaN(truth[r]));
  if (labelled.length < 5) throw errors.tooFewRows('Training', labelled.length, 5);
  return labelled;
}

/** The questions in groups that are answered on the same rows. */
function agreeing(questions: readonly Question[]): Question[][] {
  const groups: Question[][] = [];
  for (const question of questions) {
    const same = groups.find(([{ truth }]) => truth.every((v, r) => Number.isNaN(v) === Number.isNaN(question.truth[r])));
    if (same) same.push(question);
    else groups.push([question]);
  }
  return groups;
}

async function fitGroup(job: Job, questions: readonly Question[]): Promise<Score[]> {
  const { engine, table, options, report } = job;
  const labelled = labelledRows(questions[0]);
  report({ stage: 'prepare', done: 0, total: 1 });
  const split = holdOut(questions, labelled, options);
  const learnt = await learn(job, questions, split.train);
  report({ stage: 'evaluate', done: 0, total: 1 });
  const examined = await examine(job, learnt, questions, split.test);
  const ranked = questions.some(({ target }) => target.task !== 'multiclass');
  const trained = ranked ? await scoresOf(job, learnt, split.train) : [];
  const importance = options.importance ? await rank(job, learnt, questions, split.test) : questions.map(() => []);
  report({ stage: 'evaluate', done: 1, total: 1 });
  const validated = options.folds > 0 ? await crossValidate(job, questions, labelled) : undefined;
  const scores: Score[] = [];
  for (const [q, { target, model }] of learnt.answers.entries()) {
    const { truth, scores: held, evaluation } = examined[q];
    const decisions = decide(target, truth, held, options.rule);
    const { rule, threshold } = decisions?.threshold ?? {};
    scores.push({
      target: rule ? { ...target, threshold } : target,
      id: options.id,
      features: learnt.features,
      model,
      base: baseOf(model.base(engine), target),
      ranks: target.task === 'multiclass' ? new Float32Array(0) : await quantiles(engine, trained[q]),
      summary: {
        task: target.task,
        preset: options.preset,
        seed: options.seed,
        family: model.family,
        facts: model.facts,
        ...(model.candidates && { candidates: model.candidates }),
        rows: table.rows,
        trainRows: split.train.length,
        testRows: split.test.length,
        evaluation,
        ...(decisions && { decisions }),
        importances: importance[q],
        crossValidation: validated?.[q] ?? null,
        ignored: [...weighed(options), ...learnt.ignored],
        ...(learnt.texts.length > 0 && { texts: learnt.texts }),
        warnings: job.look.warningsOf(questions[q], split, learnt, evaluation),
      } as Summary,
    });
  }
  return scores;
}

async function quantiles(engine: Engine, scores: Float32Array): Promise<Float32Array> {
  const transformer = await new QuantileTransformer({ engine, nQuantiles: RANKS }).fit(new Matrix([scores]));
  return transformer.quantiles[0];
}

/** Importances of each answer on held-out rows: by falling mean, or as the article has it by signed weight. */
async function rank(job: Job, { features, binding, answers }: Learnt, questions: readonly Question[], test: Split['test']) {
  const { engine, options, run } = job;
  const most = Math.max(IMPORTANCE_LEAST, Math.min(IMPORTANCE_ROWS, IMPORTANCE_VALUES / features.names.length));
  const step = Math.ceil(test.length / most);
  const rows = test.filter((_, i) => i % step === 0);
  const { at: plan, region } = place(engine, (layout) => features.place(layout, options.family.encodings));
  using _ = region;
  using held = await encodeRows(engine, plan, features, binding, rows, run);
  const all = [];
  for (const [q, { target, model }] of answers.entries()) {
    const { task, mean, scale } = target;
    const y = Float32Array.from(rows, (r) => (questions[q].truth[r] - mean) / scale);
    const found = await importances(engine, { task, model, features }, held, y, options.seed, run);
    const key = options.preset === 'article' && model.weights ? 'weight' : 'mean';
    all.push(found.sort((a, b) => (b[key] as number) - (a[key] as number)));
  }
  return all;
}

/** Fits the whole pipeline once per fold, side by side over the workers, and evaluates it on the fold. */
async function crossValidate(job: Job, questions: readonly Question[], labelled: Int32Array): Promise<CrossValidation[]> {
  const { seed, folds: nSplits } = job.options;
  const quiet = { ...job, report: () => {} };
  let done = 0;
  job.report({ stage: 'cross-validate', done, total: nSplits });
  const parts = await Promise.all(
    folds(questions, labelled, { nSplits, seed }).map(async ({ train, test }) => {
      const found = await examine(job, await learn(quiet, questions, train), questions, test);
      job.report({ stage: 'cross-validate', done: ++done, total: nSplits });
      return found;
    }),
  );
  return questions.map((_, q) => ({ folds: nSplits, ...meanAndDeviation(parts.map((part) => part[q].evaluation)) }));
}
